"""One file, one transaction a turn: what is written is read, what fails leaves nothing, readers wait for nobody."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.hashing import Digest
from consensus.messages import BlockVote, Commit, header_digest
from consensus.types import ReplicaId, SequenceNumber, View
from ledger.receipts import Receipt, Refusal, Status
from node.errors import HomeInUse, StorageFailed
from node.restored import LostDisk
from node.storage.reads import StorageReader
from node.storage.writer import Storage
from node.writes import Stabilise, StoreBlock, StoreCertificate, StoreMute, StoreVote
from tests.node import synthetic_turns as synthetic
from tests.node.synthetic_turns import (
    CHAIN,
    GENESIS,
    batch,
    block,
    content,
    open_storage,
    state_after,
    turn,
    turns,
    votes,
)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(tmp_path / "quorate.db")
    opened.load()
    yield opened
    opened.close()


def count(storage: Storage, table: str) -> int:
    with StorageReader(storage.path) as reader:
        (rows,) = reader._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def reopen(storage: Storage) -> Storage:
    storage.close()
    return open_storage(storage.path)


# Restoring


def test_a_new_database_restores_to_nothing_but_the_genesis_state(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "quorate.db")
    restored = storage.load()
    assert (restored.votes, restored.prepared, restored.batches, restored.blocks) == ((), (), (), ())
    assert (restored.tip, restored.certified, restored.stable) == (None, 0, 0)
    assert dict(restored.entries) == dict(synthetic.GENESIS)
    storage.close()


def test_what_turns_wrote_is_restored(storage: Storage) -> None:
    for writes in turns(1, 10):
        storage.commit(writes)
    storage.commit([batch(11), batch(3, author=2), batch(1, author=1)])
    again = reopen(storage)
    restored = again.load()
    assert restored.votes == tuple(each.vote for height in (9, 10) for each in votes(height))
    assert restored.prepared == tuple(synthetic.prepared(height).certificate for height in (9, 10))
    assert restored.batches == (batch(11).payload, batch(1, author=1).payload, batch(3, author=2).payload)
    assert [each.header for each in restored.blocks] == [block(9).header, block(10).header]
    assert restored.blocks[0].votes == synthetic.certificate_votes(9)
    assert restored.tip == block(10).header
    assert (restored.certified, restored.stable) == (10, 8)
    entries = list(restored.entries)
    assert dict(entries) == state_after(10)
    assert entries == sorted(entries)
    again.close()


def test_the_tip_is_known_also_where_it_is_the_stable_checkpoint(storage: Storage) -> None:
    for writes in turns(1, 8):
        storage.commit(writes)
    again = reopen(storage)
    restored = again.load()
    assert restored.blocks == ()
    assert restored.tip == block(8).header
    again.close()


def test_certified_ends_at_the_first_block_without_certificate(storage: Storage) -> None:
    for height in (1, 2, 3):
        storage.commit([batch(height), block(height)])
    storage.commit([StoreCertificate(SequenceNumber(1), synthetic.certificate_votes(1))])
    storage.commit([StoreCertificate(SequenceNumber(3), synthetic.certificate_votes(3))])
    again = reopen(storage)
    restored = again.load()
    assert restored.certified == 1
    assert [each.votes is None for each in restored.blocks] == [False, True, False]
    assert [each.certified() is None for each in restored.blocks] == [False, True, False]
    again.close()


def test_writing_goes_on_after_a_restart_where_it_stopped(storage: Storage) -> None:
    for writes in turns(1, 6):
        storage.commit(writes)
    again = reopen(storage)
    again.load()
    for writes in turns(7, 9):
        again.commit(writes)
    last = reopen(again)
    restored = last.load()
    assert restored.tip == block(9).header
    assert [vote.sequence for vote in restored.votes] == [9] * 4
    assert dict(restored.entries) == state_after(9)
    last.close()


def test_a_database_made_in_the_place_of_a_lost_one_stays_mute_until_it_is_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "quorate.db"

    def opened(lost: int | None) -> tuple[Storage, LostDisk | None]:
        storage = Storage(
            path, chain=CHAIN, member=ReplicaId(0), genesis=lambda: GENESIS, lost=None if lost is None else View(lost)
        )
        return storage, storage.load().lost

    storage, lost = opened(3)
    assert lost == LostDisk(View(3), None)
    storage.close()
    storage, lost = opened(None)
    assert lost == LostDisk(View(3), None), "what the mark says later changes nothing"
    storage.commit([StoreMute(SequenceNumber(160))])
    storage.close()
    storage, lost = opened(5)
    assert lost == LostDisk(View(3), SequenceNumber(160))
    storage.commit([StoreMute(None)])
    storage.close()
    storage, lost = opened(5)
    assert lost is None, "an old database is not a lost one"
    storage.close()


# Votes and checkpoints


def test_a_checkpoint_discards_votes_and_prepared_certificates_at_or_below_it(storage: Storage) -> None:
    for writes in turns(1, 3):
        storage.commit(writes)
    assert (count(storage, "votes"), count(storage, "prepared")) == (12, 3)
    storage.commit([Stabilise(SequenceNumber(2))])
    assert (count(storage, "votes"), count(storage, "prepared")) == (4, 1)
    storage.commit([Stabilise(SequenceNumber(1))])
    storage.commit([Stabilise(SequenceNumber(3))])
    assert (count(storage, "votes"), count(storage, "prepared")) == (0, 0)
    again = reopen(storage)
    assert again.load().stable == 3
    again.close()


def test_an_old_vote_cast_after_a_newer_slots_goes_with_the_next_checkpoint(storage: Storage) -> None:
    first, *rest = votes(1)
    newer = votes(2)
    storage.commit([first, newer[0], *rest, Stabilise(SequenceNumber(1))])
    assert count(storage, "votes") == 4
    again = reopen(storage)
    assert again.load().votes == (newer[0].vote,)
    again.commit([Stabilise(SequenceNumber(2))])
    assert count(again, "votes") == 0
    again.close()


def test_a_newer_prepared_certificate_replaces_the_older_one_of_its_slot(storage: Storage) -> None:
    storage.commit([synthetic.prepared(1), synthetic.prepared(1)])
    assert count(storage, "prepared") == 1


def test_rows_can_be_read_by_people(storage: Storage) -> None:
    storage.commit(turn(1))
    with sqlite3.connect(storage.path) as session:
        rows = session.execute("SELECT lsn, phase, view, sequence FROM votes").fetchall()
        batches = session.execute("SELECT author, number, height FROM batches").fetchall()
    session.close()
    assert rows == [(1, "pre-prepare", 0, 1), (2, "prepare", 0, 1), (3, "commit", 0, 1), (4, "block-vote", None, 1)]
    assert batches == [(0, 1, 1)]


# Batches


def test_a_second_copy_of_a_batch_changes_nothing(storage: Storage) -> None:
    storage.commit([batch(1), batch(1)])
    storage.commit([batch(1)])
    assert (count(storage, "batches"), count(storage, "payloads")) == (1, 1)


def test_two_batches_of_an_author_with_one_number_are_both_kept_until_one_is_executed(storage: Storage) -> None:
    storage.commit([batch(1), batch(1, variant=1), batch(2, author=3)])
    storage.commit([block(1)])
    with storage.reader() as reader:
        assert reader.batch(batch(1).reference.digest) == batch(1).payload
        assert reader.batch(batch(1, variant=1).reference.digest) is None
        assert reader.batch(batch(2, author=3).reference.digest) is not None
    assert (count(storage, "batches"), count(storage, "payloads")) == (2, 2)


def test_batches_that_a_later_one_overtook_are_dropped(storage: Storage) -> None:
    storage.commit([batch(number) for number in (1, 2, 3, 4)])
    storage.commit([block(1, batch(3).reference)])
    again = reopen(storage)
    assert again.load().batches == (batch(4).payload,)
    again.close()


# Blocks and receipts


def test_blocks_are_read_by_height(storage: Storage) -> None:
    for writes in turns(1, 5):
        storage.commit(writes)
    with storage.reader() as reader:
        tip = reader.tip()
        assert tip is not None
        assert (tip.header, tip.votes) == (block(5).header, synthetic.certificate_votes(5))
        assert tip.digest == header_digest(block(5).header, chain=CHAIN)
        assert reader.block(3) == reader.blocks(3, 3)[0]
        assert [each.header.height for each in reader.blocks(2, 99)] == [2, 3, 4, 5]
        assert (reader.block(0), reader.block(6), reader.blocks(6, 9), reader.payloads(6)) == (None, None, [], ())
        assert reader.payloads(4) == (batch(4).payload,)


def test_an_empty_database_has_no_tip(storage: Storage) -> None:
    with storage.reader() as reader:
        assert (reader.tip(), reader.batch(content("none")), reader.receipt(content("none"))) == (None, None, None)


def test_a_receipt_is_found_with_its_place_and_its_whole_block(storage: Storage) -> None:
    for writes in turns(1, 3):
        storage.commit(writes)
    with storage.reader() as reader:
        found = reader.receipt(content("id", 2, 3))
        assert found is not None
        assert (found.block.header, found.position) == (block(2).header, 3)
        assert found.receipts == synthetic.receipts(2)
        assert found.receipt == synthetic.receipts(2)[3]
        assert found.block.votes is not None
        assert reader.is_executed(content("id", 2, 3))
        assert not reader.is_executed(content("id", 9, 3))


@pytest.mark.parametrize(
    ("first", "second", "height"),
    [
        (Status.ACCEPTED, Status.REFUSED, 1),
        (Status.REFUSED, Status.ACCEPTED, 2),
        (Status.REFUSED, Status.REFUSED, 1),
    ],
)
def test_a_transaction_ordered_twice_is_found_where_it_was_accepted_else_where_it_first_stood(
    storage: Storage, first: Status, second: Status, height: int
) -> None:
    refusal = Refusal("E_NONCE", "L1", 0, "used", (), None)
    for number, status in ((1, first), (2, second)):
        made = block(number)
        receipt = Receipt(content("twice"), status, () if status is Status.ACCEPTED else (refusal,), ())
        its = (receipt, *made.receipts[1:])
        storage.commit(
            [
                batch(number),
                StoreBlock(
                    made.header,
                    made.proposal,
                    made.executed,
                    tuple(each.transaction for each in its),
                    its,
                    made.compliance,
                    made.changes,
                ),
            ]
        )
    with storage.reader() as reader:
        found = reader.receipt(content("twice"))
    assert found is not None
    assert found.block.header.height == height


def test_blocks_are_pushed_within_a_budget_but_one_at_least(storage: Storage) -> None:
    for writes in turns(1, 8):
        storage.commit(writes)
    sizes = [len(batch(height).payload) for height in range(1, 9)]
    first, last = SequenceNumber(2), SequenceNumber(7)
    with storage.reader() as reader:
        everything = list(reader.blocks_to_push(first, last, bytes_max=sum(sizes)))
        assert [each.certified.header.height for each in everything] == [2, 3, 4, 5, 6, 7]
        assert everything[0].certified.votes == synthetic.certificate_votes(2)
        assert everything[0].payloads == (batch(2).payload,)
        assert len(list(reader.blocks_to_push(first, last, bytes_max=0))) == 1
        some = list(reader.blocks_to_push(first, last, bytes_max=sizes[1] + sizes[2]))
        assert [each.certified.header.height for each in some] == [2, 3]
        assert len(list(reader.blocks_to_push(first, SequenceNumber(10**12), bytes_max=1 << 30))) == 7


def test_blocks_are_pushed_up_to_the_first_without_certificate(storage: Storage) -> None:
    for writes in turns(1, 3):
        storage.commit(writes)
    storage.commit([batch(4), block(4)])
    with storage.reader() as reader:
        pushed = list(reader.blocks_to_push(SequenceNumber(3), SequenceNumber(4), bytes_max=1 << 20))
    assert [each.certified.header.height for each in pushed] == [3]


# Turns are whole


def test_a_turn_that_fails_in_the_middle_leaves_nothing_and_the_storage_stays_shut(storage: Storage) -> None:
    storage.commit(turn(1))
    pages = storage._connection.execute("PRAGMA page_count").fetchone()[0]
    storage._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    large = [batch(number, author=1) for number in range(1, 400)]
    with pytest.raises(StorageFailed, match=r"quorate\.db: writing a turn failed .*full.*make room"):
        storage.commit([*turn(2), *large])
    with pytest.raises(StorageFailed, match="full"):
        storage.commit(turn(2))
    again = reopen(storage)
    restored = again.load()
    assert restored.tip == block(1).header
    assert restored.batches == ()
    assert len(restored.votes) == 4
    again.commit(turn(2))
    again.close()


def test_somebody_elses_lock_is_a_fault_with_a_cure(storage: Storage) -> None:
    storage._connection.execute("PRAGMA busy_timeout = 1")
    stranger = sqlite3.connect(storage.path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageFailed, match=r"locked.*Every earlier turn is kept.*close it"):
        storage.commit(turn(1))
    stranger.execute("ROLLBACK")
    stranger.close()


def test_a_closed_storage_says_so(storage: Storage) -> None:
    storage.close()
    storage.close()
    with pytest.raises(StorageFailed, match="closed"):
        storage.commit(turn(1))


def test_nothing_to_write_is_nothing(storage: Storage) -> None:
    before = storage._connection.total_changes
    storage.commit([])
    assert storage._connection.total_changes == before


def test_blocks_out_of_order_are_our_own_fault(storage: Storage) -> None:
    with pytest.raises(AssertionError, match="I3"):
        storage.commit([batch(2), block(2)])


def test_executing_a_batch_that_is_not_held_is_our_own_fault(storage: Storage) -> None:
    with pytest.raises(AssertionError, match="held"):
        storage.commit([block(1)])
    assert count(storage, "blocks") == 0
    with pytest.raises(StorageFailed, match="a turn that cannot be"):
        storage.commit(turn(1))


def test_it_is_loaded_before_it_is_written(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "quorate.db")
    with pytest.raises(AssertionError, match="loaded"):
        storage.commit(turn(1))
    storage.close()


def test_commits_are_synced(storage: Storage) -> None:
    """2 is FULL: in WAL mode every commit syncs the log before it returns."""
    assert storage._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert storage._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_a_turn_costs_follows_what_it_writes(storage: Storage) -> None:
    """Rows touched by one turn are the same after 4 and after 200 blocks."""

    def touched(height: int) -> int:
        before = storage._connection.total_changes
        storage.commit(turn(height))
        return storage._connection.total_changes - before

    early = [touched(height) for height in range(1, 9)]
    for writes in turns(9, 196):
        storage.commit(writes)
    assert [touched(height) for height in range(197, 205)][4:] == early[4:]


# Readers beside the writer


def test_a_reader_in_the_middle_of_reading_does_not_hold_up_the_writer_and_sees_one_state(storage: Storage) -> None:
    storage.commit(turn(1))
    with storage.reader() as reader:
        entries = reader.entries()
        first = next(entries)
        for writes in turns(2, 20):
            storage.commit(writes)
        assert dict([first, *entries]) == state_after(1)
        assert dict(reader.entries()) == state_after(20)


def test_a_reader_cannot_write(storage: Storage) -> None:
    with storage.reader() as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM blocks")


def test_a_reader_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="cannot be opened"):
        StorageReader(tmp_path / "nowhere.db")


# One node a home


def test_a_second_node_on_a_home_is_refused_by_the_process_that_has_it(storage: Storage) -> None:
    storage.commit(turn(1))
    with pytest.raises(HomeInUse, match=r"another node runs on this home \(process \d+\)"):
        open_storage(storage.path)
    storage.commit(turn(2))


def test_a_closed_home_may_be_taken_again(storage: Storage) -> None:
    reopen(storage).close()


def test_an_unwritable_place_is_a_fault_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="check that the folder exists"):
        open_storage(tmp_path / "nowhere" / "quorate.db")


def test_a_file_that_is_no_database_is_a_fault_and_frees_the_home(tmp_path: Path) -> None:
    path = tmp_path / "quorate.db"
    path.write_bytes(b"no database" * 1_000)
    for _ in range(2):
        with pytest.raises(StorageFailed, match=r"is no database: move it away"):
            open_storage(path)


def test_votes_are_restored_byte_for_byte(storage: Storage) -> None:
    cast = [StoreVote(Commit(each.view, each.sequence, each.digest)) for each in _commits(20)]
    storage.commit([*cast, StoreVote(BlockVote(SequenceNumber(3), Digest(b"\xff" * 32)))])
    again = reopen(storage)
    assert again.load().votes[:20] == tuple(each.vote for each in cast)
    again.close()


def _commits(count: int) -> list[Commit]:
    return [
        vote
        for height in range(1, count + 1)
        for each in votes(height)
        for vote in [each.vote]
        if isinstance(vote, Commit)
    ]
