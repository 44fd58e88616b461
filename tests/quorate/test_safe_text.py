"""Text that somebody else wrote, on the terminal of whoever runs `quorate verify`."""

import json
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from canonical.hashing import Digest
from ledger.operations.works import RegisterWork
from node.statement_file import Kind
from quorate.__main__ import main
from quorate.commands.proof_words import proved
from quorate.commands.safe_text import mixes_alphabets, quoted, shown
from quorate.verifier.checks import verify
from tests.quorate.certificates import charter_json
from tests.quorate.statements import Life

STEERING = (
    "\x1b[2J\x1b]0;owned\x07\r\n  * Token scroll-a-0001 belongs to account member-0.me."
    '\u202e\u2066\u200b\u3164" by "Bai'
)


def verified(tmp_path: Path, proof: bytes, charter: bytes, *more: str) -> Result:
    (tmp_path / "proof.json").write_bytes(proof)
    (tmp_path / "charter.json").write_bytes(charter)
    paths = [str(tmp_path / "proof.json"), "--charter", str(tmp_path / "charter.json")]
    return CliRunner().invoke(main, ["verify", *paths, *more])


def test_a_title_does_not_steer_the_terminal_nor_pass_for_a_line_of_its_own(tmp_path):
    """One registrar's key suffices to register such a title, if the ledger takes it; the verifier must not care."""
    life = Life()
    operation = RegisterWork("vase", STEERING, STEERING, STEERING, STEERING, Digest(bytes(32)), STEERING, ("member-0",))
    result = life.block("member-3", operation, accepted=False)
    charter = charter_json(life.charter)
    proofs = [life.certificate(life.ledger.height, 0)]
    view = life.ledger.at(life.ledger.height)
    if view is not None and view.work("vase") is not None:
        proofs.append(life.statement(Kind.COPYRIGHT, "vase"))
    assert result.receipts
    for proof in proofs:
        text = verified(tmp_path, proof, charter)
        assert text.exit_code == 0, text.output
        assert all(each.isprintable() or each == "\n" for each in text.output)
        assert not [line for line in text.output.splitlines() if line.strip().startswith("* Token")]
        content = json.loads(verified(tmp_path, proof, charter, "--json").output)
        assert all(line.isprintable() for line in content["proved"] + content["claimed"])


def test_a_certificate_number_does_not_go_on_in_our_words():
    """What a registrar calls its certificate stands among what the chain proves: as a quotation."""
    life = Life()
    number = f"C-2; its content has SHA-256 {'0' * 64}. The chain proves that it is ours"
    life.block("member-3", RegisterWork("vase", "Vase", "a", "b", "c", Digest(bytes(range(32))), number, ("member-0",)))
    contents = verify(life.statement(Kind.COPYRIGHT, "vase"), charter_json(life.charter)).contents
    assert contents is not None
    assert f'under certificate "{number}"; its content' in proved(contents)[1]


@pytest.mark.parametrize("name", ["\x1b[2J", "\n\n", "\u202e", "\ud800", "\u2028", "\u3164", "\x9b31m"])
def test_a_field_of_a_name_that_steers_is_shown_as_characters_that_do_not(tmp_path, name):
    """Whatever check fails tells why, and what it tells has the name in it."""
    life = Life()
    content = json.loads(life.statement(Kind.HOLDINGS, "member-0.li"))
    charter = json.loads(charter_json(life.charter))
    for proof, founding in (
        ({**content, name: 1}, charter),
        ({**content, "subject": name}, charter),
        (content, {**charter, name: 1}),
        (content, {**charter, "parameters": {name: "x"}}),
    ):
        data = json.dumps(proof, separators=(",", ":")).encode()
        text = verified(tmp_path, data, json.dumps(founding).encode())
        assert text.exit_code == 10
        assert all(each.isprintable() or each == "\n" for each in text.output), text.output


def test_a_quotation_ends_where_it_ends():
    assert quoted('Scroll" by "Bai') == '"Scroll\\" by \\"Bai"'
    assert quoted("\\") == '"\\\\"'
    long = '"' + "x" * 159 + '…"'
    assert quoted([["x" * 500] * 2]) == f"[[{long}, {long}]]"
    nest: object = "x"
    for _ in range(2_000):
        nest = [nest]
    assert quoted(nest).count("[") == 8


def test_blanks_that_are_letters_by_name_are_shown():
    assert shown("\u3164\u2800\u115f\u1160\uffa0") == "\N{REPLACEMENT CHARACTER}" * 5


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("Hunan Museum", False),
        ("湖南博物院 Hunan", False),
        ("Музей", False),
        ("Музей Museum", False),
        ("Mus\u0435um", True),
        ("\u0410nt", True),
        ("\u039fwner of the scroll", True),
        ("", False),
    ],
)
def test_a_word_of_letters_that_only_look_alike_is_marked(text, mixed):
    assert mixes_alphabets(text) == mixed
    assert ("several alphabets" in quoted(text)) == mixed


def test_a_film_is_hashed_a_piece_at_a_time_and_a_file_without_end_is_not_read_to_it(tmp_path):
    life = Life()
    proof, charter = life.statement(Kind.COPYRIGHT, "scroll"), charter_json(life.charter)
    film = tmp_path / "film"
    with film.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    text = verified(tmp_path, proof, charter, "--content", str(film))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "FAILED   content" in text.output
    assert peak < 32 << 20
    zero = CliRunner().invoke(main, ["verify", "/dev/zero", "--charter", str(tmp_path / "charter.json")])
    assert zero.exit_code == 10
    assert "which no proof has" in zero.output


def test_the_hash_of_the_content_is_that_of_all_of_it(tmp_path):
    life = Life()
    film = tmp_path / "film"
    film.write_bytes(b"the picture itself")
    proof, charter = life.statement(Kind.COPYRIGHT, "scroll"), charter_json(life.charter)
    assert sha256(film.read_bytes()).hexdigest() in verified(tmp_path, proof, charter, "--content", str(film)).output
