"""Salts on disk: sealed, for nobody else's eyes, replaced as a whole, and gone when they are erased."""

import fcntl
import json
import os
import stat
from pathlib import Path

import pytest

from node.errors import KeysExposed, PassphraseWrong, PersonsUnreadable
from node.home.person_file import changing, read_persons, write_persons
from node.home.persons import Persons, add, erase

QUICK = {"operations": 1, "memory_bytes": 8 << 10}
"""argon2id's least: these tests are about files."""

WORD = b"open sesame"


def two() -> Persons:
    kept, _ = add((), "ant.li", "11010519491231002X")
    kept, _ = add(kept, "ant.wang", "E12345678", own_key=True)
    return kept


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "persons.json"
    write_persons(path, two(), passphrase=WORD, **QUICK)
    return path


@pytest.mark.parametrize("passphrase", [None, WORD])
def test_what_was_written_is_read(tmp_path, passphrase):
    path, kept = tmp_path / "persons.json", two()
    assert read_persons(path, passphrase=passphrase) == ()
    write_persons(path, kept, passphrase=passphrase, **QUICK)
    assert read_persons(path, passphrase=passphrase) == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["persons.json"]


def test_a_sealed_file_shows_neither_salt_nor_account(sealed):
    text = sealed.read_text()
    assert "ant.li" not in text
    assert json.loads(text)["form"] == "sealed"
    assert all(each.salt.hex() not in text for each in read_persons(sealed, passphrase=WORD))


def test_the_default_seal_is_rfc_9106s_second_recommendation(tmp_path):
    write_persons(tmp_path / "persons.json", two(), passphrase=b"x")
    content = json.loads((tmp_path / "persons.json").read_bytes())
    assert (content["operations"], content["memory_bytes"]) == (3, 64 << 20)


def test_a_wrong_passphrase_or_none_is_said_and_nothing_changes(sealed):
    before = sealed.read_bytes()
    for wrong in (b"open sesam", b"", None):
        with pytest.raises(PassphraseWrong, match=rf"{sealed}: "):
            read_persons(sealed, passphrase=wrong)
    assert sealed.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_open_to_others_is_refused_unread(sealed, mode):
    sealed.chmod(mode)
    with pytest.raises(KeysExposed, match=r"chmod 600"):
        read_persons(sealed, passphrase=WORD)


@pytest.mark.parametrize("place", [0, 40, -40])
def test_a_file_that_was_altered_or_cut_is_refused(sealed, place):
    content = bytearray(sealed.read_bytes())
    content[place] ^= 1
    sealed.write_bytes(content)
    with pytest.raises((PersonsUnreadable, PassphraseWrong)):
        read_persons(sealed, passphrase=WORD)
    sealed.write_bytes(content[:-60])
    with pytest.raises(PersonsUnreadable):
        read_persons(sealed, passphrase=WORD)


def test_greedy_parameters_are_refused_before_anything_is_derived(sealed):
    content = json.loads(sealed.read_bytes()) | {"memory_bytes": 1 << 40}
    sealed.write_text(json.dumps(content))
    with pytest.raises(PersonsUnreadable, match="memory_bytes"):
        read_persons(sealed, passphrase=WORD)


@pytest.mark.parametrize("passphrase", [None, WORD])
def test_an_erased_salt_is_in_no_byte_that_the_file_ever_had(tmp_path, passphrase):
    path, seen = tmp_path / "persons.json", tmp_path / "the same blocks"
    write_persons(path, two(), passphrase=passphrase, **QUICK)
    os.link(path, seen)
    size = seen.stat().st_size
    kept, _ = erase(read_persons(path, passphrase=passphrase), "ant.li")
    write_persons(path, kept, passphrase=passphrase, **QUICK)
    assert seen.read_bytes() == bytes(size)
    assert [each.account for each in read_persons(path, passphrase=passphrase)] == ["ant.wang"]


def test_a_command_that_is_killed_leaves_the_old_file_or_the_new_one_and_the_next_clears_up(sealed, monkeypatch):
    before = read_persons(sealed, passphrase=WORD)
    kept, _ = erase(before, "ant.li")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("fsync", "pwrite"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, killed)
            with pytest.raises(KeyboardInterrupt):
                write_persons(sealed, kept, passphrase=WORD, **QUICK)
        assert read_persons(sealed, passphrase=WORD) in (before, kept)
    write_persons(sealed, kept, passphrase=WORD, **QUICK)
    assert read_persons(sealed, passphrase=WORD) == kept
    assert [each.name for each in sealed.parent.iterdir()] == ["persons.json"]


def test_one_command_at_a_time_changes_the_file(tmp_path):
    path = tmp_path / "persons.json"
    with changing(path):
        lock = os.open(tmp_path / "persons.json.lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(lock)
