"""The verifier written from docs/CERTIFICATE.md agrees with Quorate's, on the vectors and on what is altered."""

import ast
import json
import sys
from pathlib import Path

import pytest

from tests.quorate.both_verifiers import compare, outcomes_of_both
from tests.quorate.from_the_document import __file__ as package
from tests.quorate.from_the_document.verify import verify

_VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
_CHARTER = (_VECTORS / "charter.json").read_bytes()
_INDEX = json.loads((_VECTORS / "index.json").read_text())


@pytest.mark.parametrize("vector", _INDEX, ids=[vector["file"] for vector in _INDEX])
def test_a_vector_fails_at_the_checks_that_the_index_names(vector: dict[str, object]) -> None:
    """Good ones at none; broken ones at exactly those, and the first is the reason."""
    content = bytes.fromhex(str(vector["content"])) if "content" in vector else None
    verdict = verify((_VECTORS / str(vector["file"])).read_bytes(), _CHARTER, content)
    assert list(verdict.failed) == vector["fails"]
    assert verdict.holds == (not vector["fails"])


def test_both_verifiers_agree_on_300_files_altered_in_one_byte() -> None:
    """`python -m tests.quorate.both_verifiers` does it 10,000 times."""
    reasons, disagreements = compare(300, seed=23)
    assert disagreements == []
    assert len(reasons) > 5, "the alterations got nowhere past the form"


@pytest.mark.parametrize("charter", [b"", b"{}", b"[]", _CHARTER.replace(b"Test chain", b"Best chain")])
def test_both_verifiers_agree_under_a_charter_that_is_none_or_another(charter: bytes) -> None:
    """`charter` fails, or `chain` alone."""
    for name in ("transaction-one-of-five.json", "ownership-scroll-a-0001.json"):
        first, second = outcomes_of_both((_VECTORS / name).read_bytes(), charter)
        assert first == second
        assert [check for check, outcome in first if outcome == "failed"] in (["charter"], ["chain"])


def test_the_second_verifier_imports_nothing_of_the_project() -> None:
    """Only the standard library, msgpack, libsodium, and itself."""
    allowed = sys.stdlib_module_names | {"msgpack", "nacl"}
    modules = sorted(Path(package).parent.glob("*.py"))
    assert modules
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                own = name.startswith("tests.quorate.from_the_document")
                assert own or name.split(".")[0] in allowed, f"{module.name} imports {name}"
