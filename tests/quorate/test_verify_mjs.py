"""docs/vectors/verify.mjs, the verifier in JavaScript, says what the others say, check by check."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.network.mosquitto import require
from tests.quorate.alterations import files
from tests.quorate.both_verifiers import Alter, in_one_byte, in_one_value
from tests.quorate.from_the_document.trees import sha256
from tests.quorate.from_the_document.verify import verify

_NODE = shutil.which("node") or shutil.which("nodejs")
_VECTORS = Path(__file__).parents[2] / "docs" / "vectors"
_DRIVER = """
import { readFileSync } from "node:fs";
const { verify } = await import(process.argv[1]);
const bytes = (text) => (text === null ? undefined : Uint8Array.from(Buffer.from(text, "hex")));
for (const parts of JSON.parse(readFileSync(0)))
  console.log(JSON.stringify((await verify(...parts.map(bytes))).checks));
"""

Case = tuple[bytes, bytes, bytes | None]
"""A file, a charter, and the hash of a content to check with."""


@pytest.fixture(autouse=True)
def node() -> None:
    """The tests need Node 18 or later; in CI its absence is a failure."""
    require(_NODE, "nodejs")


def _vectors() -> list[Case]:
    """The files that the page is to be held against."""
    index: list[dict[str, str]] = json.loads((_VECTORS / "index.json").read_text())
    return [
        (
            (_VECTORS / vector["file"]).read_bytes(),
            (_VECTORS / vector.get("charter", "charter.json")).read_bytes(),
            sha256(bytes.fromhex(vector["content"])) if "content" in vector else None,
        )
        for vector in index
    ]


def _altered() -> list[Case]:
    """Files, and a few charters, that were altered in one byte or in one value."""
    random, kinds = Random(29), files()
    cases: list[Case] = []
    for number in range(80):
        _, file, charter = kinds[number % len(kinds)]
        alter: Alter = in_one_byte if number % 3 else in_one_value
        cases.append((file, alter(charter, random), None) if number % 8 == 0 else (alter(file, random), charter, None))
    return cases


@pytest.mark.parametrize("cases", [_vectors, _altered])
def test_node_says_of_every_check_what_python_says(cases: Callable[[], list[Case]]) -> None:
    """All files in one process, which would take longer to start than to check them."""
    assert _NODE is not None, "it is skipped without"
    made = cases()
    given = json.dumps([[None if part is None else part.hex() for part in case] for case in made])
    script = [_NODE, "--input-type=module", "--eval", _DRIVER, (_VECTORS / "verify.mjs").as_uri()]
    printed = subprocess.run(script, input=given, capture_output=True, text=True, check=True, timeout=120).stdout
    found = [json.loads(line) for line in printed.splitlines()]
    assert found == [[[name, str(outcome)] for name, outcome in verify(*case).outcomes] for case in made]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("a", "b", "c", "d")])
def test_a_command_line_that_is_none_is_answered_with_the_right_one(arguments: tuple[str, ...]) -> None:
    assert _NODE is not None
    done = subprocess.run(
        [_NODE, str(_VECTORS / "verify.mjs"), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (2, "Usage: node verify.mjs FILE CHARTER [CONTENT]\n")
