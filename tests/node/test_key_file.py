"""Keys on disk: nobody else reads them, and each way in which a file can be wrong has its own answer."""

import json
import os
import stat
from pathlib import Path

import pytest

from node.errors import KeysExposed, KeysUnreadable, PassphraseWrong
from node.home.key_file import is_sealed, read_key_file, write_key_file
from node.home.keys import KeyPair, MemberKeys

KEYS = MemberKeys(KeyPair.from_seed(b"n" * 32), KeyPair.from_seed(b"o" * 32))
QUICK = {"operations": 1, "memory_bytes": 8 << 10}
"""argon2id's least: these tests are about files."""


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    write_key_file(path, KEYS, passphrase=b"open sesame", **QUICK)
    return path


def altered(path: Path, **changes: object) -> Path:
    content = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))
    return path


@pytest.mark.parametrize("passphrase", [None, b"open sesame", "芝麻开门".encode()])
def test_what_was_written_is_read(tmp_path: Path, passphrase: bytes | None) -> None:
    path = tmp_path / "keys.json"
    write_key_file(path, KEYS, passphrase=passphrase, **QUICK)
    assert is_sealed(path) is (passphrase is not None)
    assert read_key_file(path, passphrase=passphrase) == KEYS


def test_the_default_seal_is_rfc_9106s_second_recommendation(tmp_path: Path) -> None:
    write_key_file(tmp_path / "keys.json", KEYS, passphrase=b"x")
    content = json.loads((tmp_path / "keys.json").read_bytes())
    assert (content["operations"], content["memory_bytes"]) == (3, 64 << 20)


def test_a_sealed_file_holds_no_seed_and_two_are_never_equal(sealed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    write_key_file(other, KEYS, passphrase=b"open sesame", **QUICK)
    assert KEYS.node.seed.hex() not in sealed.read_text()
    assert KEYS.operator.seed.hex() not in sealed.read_text()
    assert json.loads(sealed.read_bytes())["box"] != json.loads(other.read_bytes())["box"]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_mode_is_0600_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_key_file(tmp_path / "keys.json", KEYS, passphrase=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_key_file_is_never_overwritten(sealed: Path) -> None:
    before = sealed.read_bytes()
    with pytest.raises(FileExistsError):
        write_key_file(sealed, KEYS, passphrase=None)
    assert sealed.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
def test_a_file_open_to_others_is_refused_unread(sealed: Path, mode: int) -> None:
    sealed.chmod(mode)
    with pytest.raises(KeysExposed, match=rf"{sealed}: .*mode 0{mode:o}.*chmod 600"):
        read_key_file(sealed, passphrase=b"open sesame")


@pytest.mark.parametrize("passphrase", [b"", b"open sesam", b"Open sesame", b"open sesame\n"])
def test_a_wrong_passphrase_is_said_to_be_wrong(sealed: Path, passphrase: bytes) -> None:
    with pytest.raises(PassphraseWrong, match=rf"{sealed}: the passphrase does not open the keys"):
        read_key_file(sealed, passphrase=passphrase)


def test_no_passphrase_for_a_sealed_file_says_where_to_put_one(sealed: Path) -> None:
    with pytest.raises(PassphraseWrong, match="QUORATE_PASSPHRASE_FILE"):
        read_key_file(sealed, passphrase=None)


@pytest.mark.parametrize("field", ["salt", "nonce", "box"])
def test_an_altered_seal_does_not_open(sealed: Path, field: str) -> None:
    value = json.loads(sealed.read_bytes())[field]
    altered(sealed, **{field: ("0" if value[0] != "0" else "1") + value[1:]})
    with pytest.raises(PassphraseWrong, match="or the file was altered"):
        read_key_file(sealed, passphrase=b"open sesame")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"form": "open"},
        {"operations": 0},
        {"operations": 17},
        {"memory_bytes": (1 << 30) + 1},
        {"memory_bytes": 1 << 40},
        {"salt": "ab"},
        {"nonce": "zz" * 24},
        {"box": None},
        {"extra": 1},
        {"version": True},
    ],
)
def test_another_form_or_costly_parameters_are_refused(sealed: Path, changes: dict[str, object]) -> None:
    with pytest.raises(KeysUnreadable, match=rf"{sealed}: no complete key file of version 1"):
        read_key_file(altered(sealed, **changes), passphrase=b"open sesame")


def test_a_file_cut_anywhere_is_called_incomplete(sealed: Path) -> None:
    content = sealed.read_bytes().rstrip()
    for length in range(0, len(content), 11):
        sealed.write_bytes(content[:length])
        with pytest.raises(KeysUnreadable, match="restore the file from its backup"):
            read_key_file(sealed, passphrase=b"open sesame")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"null", b"{}", b"9" * 100_000])
def test_anything_else_is_no_key_file(sealed: Path, content: bytes) -> None:
    sealed.write_bytes(content)
    with pytest.raises(KeysUnreadable):
        read_key_file(sealed, passphrase=b"open sesame")


def test_a_missing_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(KeysUnreadable, match="No such file"):
        read_key_file(tmp_path / "keys.json", passphrase=None)
    with pytest.raises(KeysUnreadable, match="Is a directory"):
        read_key_file(tmp_path, passphrase=None)
