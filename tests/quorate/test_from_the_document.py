"""The verifier written from docs/CERTIFICATE.md agrees with Quorate's, on vectors, altered files, and odd records."""

import ast
import json
import sys
from pathlib import Path

import pytest

from tests.quorate.both_verifiers import Alter, compare, in_one_byte, in_one_value, outcomes_of_both
from tests.quorate.from_the_document import __file__ as package
from tests.quorate.from_the_document import writing
from tests.quorate.from_the_document.block import read_header, signed_bundle
from tests.quorate.from_the_document.certificate import read_certificate, signed_envelope, transaction_id
from tests.quorate.from_the_document.charter import read_charter
from tests.quorate.from_the_document.packing import pack
from tests.quorate.from_the_document.trees import sha256
from tests.quorate.from_the_document.verify import verify

_VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
_CHARTER = (_VECTORS / "charter.json").read_bytes()
_INDEX = json.loads((_VECTORS / "index.json").read_text())

_TRANSACTION: list[object] = [1, 0, ["gift", "scroll-0001"], None, 1]
_REFUSAL: list[object] = ["E_X", "L1", 0, "No.", [["a", "b"]], None]
_WORK: list[object] = [
    *("Scroll", "unknown", "Museum", "Roll 1", sha256(b"scroll"), "C-1", "r", [], "clear", None, None, 0, None)
]
_ACCOUNT: list[object] = [
    "p",
    None,
    False,
    bytes(32),
    bytes(32),
    [],
    "active",
    "active",
    0,
    b"",
    0,
    0,
    None,
    0,
    1,
    False,
    0,
    0,
]
_TOKEN: list[object] = ["p.li", "issued", 0, 1, None, 0, None, 0, [["p", 1]], None]
_SERIES: list[object] = ["w", "p", "S", 1990, ["p"], [], ["a", "b", "c"], 3, 3, 1, True, None, [], None, 0, 0, None]
_OWNERSHIP: dict[str, list[object]] = {
    "token/s-0001": _TOKEN,
    "series/s": _SERIES,
    "work/w": _WORK,
    "account/p.li": _ACCOUNT,
    "wind_down/series/s": ["over", 1, 2],
    "wind_down/platform/p": ["over", 1, 2],
    "choice/s-0001": ["p.li", "hold"],
}
_COPYRIGHT: dict[str, list[object]] = {"work/w": _WORK, f"content/{sha256(b'scroll').hex()}": ["w"]}
_ODD: tuple[object, ...] = (None, True, -1, 2**63, "odd", b"odd", [], [["a", 1]], {}, 1.5)


def _failures_of_both(content: dict[str, object], content_hash: bytes | None = None) -> list[str]:
    """The checks that fail, on which both verifiers must agree."""
    first, second = outcomes_of_both(writing.written(content), writing.CHARTER, content_hash)
    assert first == second
    return [check for check, outcome in first if outcome == "failed"]


def _certificate(transaction: object, receipt: object = None) -> dict[str, object]:
    """A certificate of any transaction, with a good receipt where none is given."""
    packed = pack(transaction)
    accepted = [writing.transaction_id(packed), "accepted", [], [["given", [["token", "scroll-0001"]]]]]
    return writing.certificate(packed, pack(accepted if receipt is None else receipt))


def _statement(kind: str, subject: str, records: dict[str, list[object]]) -> dict[str, object]:
    """A statement from a state of these records and no others."""
    return writing.statement(kind, subject, [(key, pack(record)) for key, record in records.items()])


@pytest.mark.parametrize("vector", _INDEX, ids=[f"{place}-{vector['file']}" for place, vector in enumerate(_INDEX)])
def test_a_vector_fails_at_the_checks_that_the_index_names(vector: dict[str, object]) -> None:
    """Good ones at none; broken ones at exactly those, and the first is the reason."""
    content = sha256(bytes.fromhex(str(vector["content"]))) if "content" in vector else None
    charter = (_VECTORS / str(vector.get("charter", "charter.json"))).read_bytes()
    verdict = verify((_VECTORS / str(vector["file"])).read_bytes(), charter, content)
    assert list(verdict.failed) == vector["fails"]
    assert verdict.holds == (not vector["fails"])


def test_the_way_to_a_verdict_is_the_one_in_intermediate_json() -> None:
    """Of the charter, and of one certificate what its first voter and its account signed."""
    values = json.loads((_VECTORS / "intermediate.json").read_text())
    charter = read_charter(_CHARTER)
    ids = {"chain id": charter.chain.hex(), "committee digest": charter.committee.hex()}
    assert ids == values["charter.json"]
    name = "transaction-one-of-five.json"
    certificate = read_certificate((_VECTORS / name).read_bytes())
    header = read_header(certificate.header)
    bundle = signed_bundle(charter.chain, header, certificate.header, certificate.votes[0])
    envelope = signed_envelope(certificate)
    assert bundle is not None, "the path of a good vote"
    assert envelope is not None, "the path of a good transaction"
    assert bundle.hex() == values[name]["what its sender signed"]
    assert envelope.hex() == values[name]["what the account signed"]
    assert transaction_id(certificate).hex() == values[name]["transaction id"]


@pytest.mark.parametrize("alter", [in_one_byte, in_one_value])
def test_both_verifiers_agree_on_300_altered_files(alter: Alter) -> None:
    """`python -m tests.quorate.both_verifiers` does it 10,000 times."""
    reasons, disagreements = compare(300, seed=23, alter=alter)
    assert disagreements == []
    assert len(reasons) > 5, "the alterations got nowhere past the form"


@pytest.mark.parametrize("charter", [b"", b"{}", b"[]", _CHARTER.replace(b"Test chain", b"Best chain")])
def test_both_verifiers_agree_under_a_charter_that_is_none_or_another(charter: bytes) -> None:
    """`charter` fails, or `chain` alone."""
    for name in ("transaction-one-of-five.json", "ownership-scroll-a-0001.json"):
        first, second = outcomes_of_both((_VECTORS / name).read_bytes(), charter)
        assert first == second
        assert [check for check, outcome in first if outcome == "failed"] in (["charter"], ["chain"])


def test_what_is_written_from_the_document_holds() -> None:
    """Files of a chain that no node of Quorate ever ran, signed with its own keys."""
    assert _failures_of_both(_certificate(_TRANSACTION)) == []
    assert _failures_of_both(_statement("ownership", "s-0001", _OWNERSHIP), sha256(b"scroll")) == []
    assert _failures_of_both(_statement("copyright", "w", _COPYRIGHT), sha256(b"scroll")) == []
    assert _failures_of_both(_statement("holdings", "p.li", {"account/p.li": _ACCOUNT})) == []
    assert _failures_of_both(writing.statement("compliance", "7", [], pack([["L1", 2, 1]]))) == []


@pytest.mark.parametrize(
    ("kind", "subject", "records"), [("ownership", "s-0001", _OWNERSHIP), ("copyright", "w", _COPYRIGHT)]
)
def test_both_verifiers_agree_on_odd_values_in_records_that_a_quorum_signed(
    kind: str, subject: str, records: dict[str, list[object]]
) -> None:
    """Each field of each record becomes something odd; whoever signs, `subject` says whether it is still a record."""
    failures = set()
    for place, (key, record) in enumerate(records.items()):
        for field in range(len(record)):
            odd = _ODD[(place + field) % len(_ODD)]
            altered = [*record[:field], odd, *record[field + 1 :]]
            failures.add(tuple(_failures_of_both(_statement(kind, subject, records | {key: altered}))))
    assert ("subject",) in failures
    assert failures <= {(), ("subject",)}


def test_a_content_hash_that_is_a_number_is_no_work() -> None:
    """Quorate's verifier once asked for as many bytes as the number said, and fell over it."""
    for odd in (2**62, -1, "text", None):
        work = [*_WORK[:4], odd, *_WORK[5:]]
        assert _failures_of_both(_statement("copyright", "w", _COPYRIGHT | {"work/w": work})) == ["subject"]


@pytest.mark.parametrize(
    "operation", [[], [1], [b"gift"], ["gift", {}], ["gift", 1.5], ["gift", [[[2**64 - 1, -(2**63)]]]]]
)
def test_both_verifiers_agree_on_what_is_a_transaction(operation: list[object]) -> None:
    """A name, then anything but maps and floats."""
    assert _failures_of_both(_certificate([1, 0, operation, None, 1])) in (["transaction"], [])


@pytest.mark.parametrize(
    ("status", "refusals", "fails"),
    [
        ("refused", [_REFUSAL], []),
        ("refused", [], ["receipt"]),
        ("accepted", [_REFUSAL], ["receipt"]),
        ("perhaps", [], ["receipt"]),
        ("refused", [[*_REFUSAL[:2], None, *_REFUSAL[3:]]], ["receipt"]),
    ],
)
def test_both_verifiers_agree_on_what_is_a_receipt(status: str, refusals: list[object], fails: list[str]) -> None:
    """It has refusals exactly if it is refused."""
    receipt = [writing.transaction_id(pack(_TRANSACTION)), status, refusals, []]
    assert _failures_of_both(_certificate(_TRANSACTION, receipt)) == fails


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
