"""ledger/snapshot.py: parts that fold up to the state root, each checked alone; and the state of an earlier block."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.hashing import ZERO_DIGEST, Digest
from ledger.commitment import Commitment
from ledger.ledger import Ledger
from ledger.snapshot import PART_BITS, PARTS, Snapshot, fold, is_part, part_of, root_of_part
from tests.ledger.world import World

keys = st.integers(0, 20_000).map(lambda number: b"key/%d" % number)
states = st.dictionaries(keys, st.binary(max_size=4), max_size=200)


def neighbours() -> list[bytes]:
    """Three keys of one part: what a part's own trie looks like below its top."""
    found: dict[int, list[bytes]] = {}
    for number in range(40_000):
        key = b"near/%d" % number
        found.setdefault(part_of(key), []).append(key)
        if len(found[part_of(key)]) == 3:
            return found[part_of(key)]
    raise AssertionError("no three keys share a part")


def root_of(entries: dict[bytes, bytes]) -> Digest:
    commitment = Commitment()
    commitment.update(entries.items())
    return commitment.root


@given(states)
@settings(max_examples=60, deadline=None)
def test_the_roots_of_the_parts_fold_up_to_the_state_root(entries: dict[bytes, bytes]) -> None:
    near = dict.fromkeys(neighbours(), b"x") if entries else {}
    snapshot = Snapshot.of(7, {**entries, **near}.items())
    assert snapshot.state_root == root_of({**entries, **near})
    assert all(is_part(index, part, snapshot.roots[index]) for index, part in snapshot.parts.items())
    assert sum(map(len, snapshot.parts.values())) == len({**entries, **near})


def test_of_nothing_there_are_no_parts() -> None:
    snapshot = Snapshot.of(0, ())
    assert (snapshot.state_root, snapshot.roots) == (ZERO_DIGEST, {})
    assert fold({}) == ZERO_DIGEST


def test_a_part_is_named_by_the_first_bits_of_the_key_s_hash() -> None:
    assert part_of(b"account/ant") == int.from_bytes(sha256(b"account/ant").digest(), "big") >> (256 - PART_BITS)
    assert 0 <= part_of(b"anything") < PARTS


def test_what_is_not_all_of_a_part_and_nothing_else_is_refused() -> None:
    one, two, three = sorted(neighbours())
    index, part = part_of(one), ((one, b"1"), (two, b"2"), (three, b"3"))
    root = root_of_part(part)
    assert is_part(index, part, root)
    stranger = next(b"far/%d" % n for n in range(9) if part_of(b"far/%d" % n) != index)
    for wrong in (
        (),
        part[:2],
        ((one, b"1"), (two, b"2"), (three, b"4")),
        ((two, b"2"), (one, b"1"), (three, b"3")),
        ((one, b"1"), (one, b"1"), (two, b"2"), (three, b"3")),
        (*part, (stranger, b"5")),
    ):
        assert not is_part(index, wrong, root)
    assert not is_part(index ^ 1, part, root)


@pytest.mark.parametrize("change", ["another root", "one left out", "one too many", "swapped"])
def test_a_list_of_roots_that_is_not_the_state_s_folds_up_to_something_else(change: str) -> None:
    snapshot = Snapshot.of(3, [(b"key/%d" % number, b"v") for number in range(300)])
    roots = dict(snapshot.roots)
    first, second, *_ = roots
    match change:
        case "another root":
            roots[first] = Digest(bytes(32))
        case "one left out":
            del roots[first]
        case "one too many":
            roots[next(n for n in range(PARTS) if n not in roots)] = Digest(bytes(32))
        case _:
            roots[first], roots[second] = roots[second], roots[first]
    assert fold(roots) != snapshot.state_root


def test_the_ledger_tells_its_state_after_each_recent_block() -> None:
    here = World()
    roots = {0: here.ledger.state_root}
    for name in range(1, 6):
        here.open_account(f"ant.person{name}")
        roots[here.ledger.height] = here.ledger.state_root
    here.sealed_series("s", editions=3)
    for height, root in roots.items():
        snapshot = here.ledger.snapshot(height)
        assert snapshot is not None
        assert snapshot.state_root == root, height
    assert here.ledger.snapshot(here.ledger.height + 1) is None


def test_what_leads_back_below_a_checkpoint_is_forgotten() -> None:
    here = World()
    for name in range(1, 6):
        here.open_account(f"ant.person{name}")
    here.ledger.forget_before(3)
    assert here.ledger.snapshot(2) is None
    assert here.ledger.snapshot(3) is not None
    assert set(here.ledger._before) == {4, 5}


def test_no_more_is_kept_than_leads_back_so_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.ledger.BLOCKS_BACK_MAX", 3)
    here = World()
    for name in range(1, 8):
        here.open_account(f"ant.person{name}")
    assert set(here.ledger._before) == {5, 6, 7}
    assert here.ledger.snapshot(3) is None
    assert here.ledger.snapshot(4) is not None


def test_a_ledger_that_was_restored_knows_nothing_of_the_blocks_before() -> None:
    here = World()
    here.open_account("ant.li")
    again = Ledger.restore(
        here.charter, here.ledger.entries(), height=here.ledger.height, timestamp_ms=here.ledger.timestamp_ms
    )
    assert again.snapshot(0) is None
    assert (snapshot := again.snapshot(1)) is not None
    assert snapshot.state_root == here.ledger.state_root


@pytest.mark.parametrize("steps", [1, 7, 1_000])
def test_a_snapshot_made_in_slices_has_the_same_bytes_though_blocks_are_executed_meanwhile(steps: int) -> None:
    here = World()
    for name in range(1, 40):
        here.open_account(f"ant.person{name}")
    here.sealed_series("s", editions=30)
    height = here.ledger.height - 4
    at_once, making = here.ledger.snapshot(height), here.ledger.begin_snapshot(height)
    assert at_once is not None
    assert making is not None
    largest = max(map(len, at_once.parts.values()))
    made, number = making.work(steps), 40
    while made is None:
        here.open_account(f"ant.person{number}")
        here.ledger.forget_before(here.ledger.height)
        before, number = making.steps, number + 1
        made = making.work(steps)
        assert making.steps - before < steps + largest
    assert made == at_once
    assert list(made.roots) == list(at_once.roots)
    assert made.state_root == at_once.state_root
