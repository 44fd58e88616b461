"""docs/vectors: the files are those that the script makes, and the verifier finds in each what the index says."""

import json
from hashlib import sha256

import pytest

from quorate.verifier.checks import verify
from tests.quorate.vectors import FOLDER, vectors

INDEX = json.loads((FOLDER / "index.json").read_bytes())


def test_the_files_are_what_the_script_makes():
    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.json")} == vectors()


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: f"{entry['file']}: {entry['why']}")
def test_the_verifier_finds_what_the_index_says(entry):
    content_hash = sha256(bytes.fromhex(entry["content"])).digest() if "content" in entry else None
    report = verify(
        (FOLDER / entry["file"]).read_bytes(),
        (FOLDER / entry.get("charter", "charter.json")).read_bytes(),
        content_hash,
    )
    assert list(report.failed()) == entry["fails"]
    assert report.holds == (entry["verdict"] == "holds") == (not entry["fails"])
