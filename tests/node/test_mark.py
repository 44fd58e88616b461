"""node/home/mark.py: what tells a lost disk from a new one."""

import os
from pathlib import Path

import pytest

from canonical.hashing import Digest
from consensus.types import View
from node.errors import HomeUnusable, StorageFailed
from node.home.mark import Mark

CHAIN, OTHER = Digest(bytes(32)), Digest(bytes(31) + b"\1")


def test_there_is_none_before_the_key_binds_its_member(tmp_path: Path) -> None:
    assert Mark(tmp_path, chain=CHAIN).read() is None


def test_it_says_what_was_written_last(tmp_path: Path) -> None:
    mark = Mark(tmp_path, chain=CHAIN)
    mark.write(View(0))
    assert mark.read() == 0
    mark.write(View(7))
    assert Mark(tmp_path, chain=CHAIN).read() == 7
    assert [each.name for each in tmp_path.iterdir()] == [mark.path.name], "nothing half made is left"


def test_each_chain_has_its_own(tmp_path: Path) -> None:
    Mark(tmp_path, chain=CHAIN).write(View(3))
    other = Mark(tmp_path, chain=Digest(b"\2" * 32))
    assert other.read() is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"chain": "00"}', b'{"chain": "00", "view": -1}', b"\xff"])
def test_a_damaged_one_is_refused_with_a_cure(tmp_path: Path, content: bytes) -> None:
    mark = Mark(tmp_path, chain=CHAIN)
    mark.path.write_bytes(content)
    with pytest.raises(HomeUnusable, match="What to do"):
        mark.read()


def test_one_of_another_chain_is_refused(tmp_path: Path) -> None:
    """The names agree in their first digits, which a hand can arrange."""
    Mark(tmp_path, chain=CHAIN).write(View(3))
    assert Mark(tmp_path, chain=OTHER).path.name == Mark(tmp_path, chain=CHAIN).path.name
    with pytest.raises(HomeUnusable, match="another chain"):
        Mark(tmp_path, chain=OTHER).read()


def test_a_disk_that_refuses_is_said_and_the_old_one_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Mark(tmp_path, chain=CHAIN)
    mark.write(View(1))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="no vote left the node"):
        mark.write(View(2))
    assert mark.read() == 1
