"""The turn: in which order things happen, how much of each, and who is told what when it goes wrong."""

import asyncio
import io
from types import SimpleNamespace
from typing import Any, cast

import pytest

from canonical.hashing import Digest
from consensus.effects import Halt, PushBatches, PushBlocks, SetTimer
from consensus.types import ReplicaId, SequenceNumber
from ledger.receipts import Receipt, Refusal, Status
from network.bus import Channel, Inbound
from node import driver as driver_module
from node.admission import Admitted, Known, Refused, Unavailable
from node.driver import INBOUND_PER_TURN, Driver
from node.effects import CoreReady, Outbound
from node.errors import StorageFailed
from node.logs import open_log
from node.trace import Trace
from node.waiting import FinalBlock, FinalityWaits
from node.wallet import Wallet
from node.writes import Stabilise, StoreBlock
from tests.consensus.makers import header
from tests.node.one_member import PERSON_KEYS, SilentBus, person_account

WRITE = Stabilise(SequenceNumber(32))
REFUSAL = Refusal("E_NONCE", "L3", 0, "used", (), None)


class FakeCore:
    """Asks for what the test put into `asked`, and notes what is done to it."""

    def __init__(self, journal):
        self.journal = journal
        self.asked: list[CoreReady] = []
        self.admissions: dict[Digest, object] = {}
        self.handed_over = False

    def receive(self, channel, member, payload, now_ms):
        self.journal.append(("receive", payload))

    def submit(self, envelope, now_ms):
        first = IDS(envelope)[0]
        self.journal.append(("submit", first))
        return self.admissions.get(first, Admitted(IDS(envelope)))

    def fire(self, kind, generation, now_ms):
        self.journal.append(("fire", kind, generation))

    def hand_over(self, now_ms):
        self.handed_over = True

    def take(self):
        return self.asked.pop(0) if self.asked else CoreReady()

    def durable(self, now_ms):
        self.journal.append("durable")

    def member_of(self, replica):
        return f"member-{replica}"

    def seal_blocks(self, to, blocks):
        return [Outbound(Channel.INBOX, f"member-{to}", b"block %d" % each) for each in blocks]


class FakeStorage:
    def __init__(self, journal):
        self.journal = journal
        self.fails = False
        self.on_commit = lambda: None

    def commit(self, writes):
        if self.fails:
            raise StorageFailed("disk full")
        self.journal.append(("commit", len(writes)))
        self.on_commit()


class FakeReader:
    def __init__(self):
        self.executed = set()

    def is_executed(self, transaction):
        return transaction in self.executed

    def batch(self, digest):
        return None if digest == b"gone" else bytes(digest)

    def blocks_to_push(self, first, last, *, bytes_max):
        for height in range(first, last + 1):
            yield type("Pushed", (), {"certified": height, "payloads": (b"payload %d" % height,)})


class FakeBus(SilentBus):
    def __init__(self, journal):
        super().__init__()
        self.journal = journal
        self.waiting = []

    def publish(self, channel, payload, *, to=None):
        self.journal.append(("publish", channel.value, payload, to))

    def drain(self, *, count_max=1_024, bytes_max=0):
        taken, self.waiting = self.waiting[:count_max], self.waiting[count_max:]
        return taken


CHAIN = Digest(b"c" * 32)
WALLET = Wallet("ant", PERSON_KEYS, chain=CHAIN, nonce_last=0)


def IDS(envelope):  # noqa: N802 a table in the form of a function
    return WALLET.ids(envelope)


@pytest.fixture
def world():
    return World()


class World:
    def __init__(self):
        self.journal: list[Any] = []
        self.core = FakeCore(self.journal)
        self.storage = FakeStorage(self.journal)
        self.reader = FakeReader()
        self.bus = FakeBus(self.journal)
        self.log = io.StringIO()
        self.driver = Driver(
            cast(Any, self.core),
            cast(Any, self.storage),
            cast(Any, self.reader),
            self.bus,
            certified=0,
            base=0,
            clock_ms=lambda: 7,
            mark=lambda view: self.journal.append(("mark", view)),
            trace=Trace(None),
            log=open_log(self.log, member="ant"),
        )


async def test_what_may_leave_leaves_before_the_disk_and_votes_after_it(world):
    world.core.asked = [
        CoreReady(outbound=[Outbound(Channel.VOTES, None, b"at once")], writes=[WRITE], binds=True),
        CoreReady(outbound=[Outbound(Channel.VOTES, None, b"vote")]),
    ]
    world.driver.turn()
    assert world.journal == [
        ("publish", "votes", b"at once", None),
        ("commit", 1),
        "durable",
        ("publish", "votes", b"vote", None),
    ]


async def test_what_became_final_in_the_round_in_which_the_ledger_was_taken_over_is_told_from_memory(world):
    """Found by a real member 552 blocks behind: it took the snapshot over with blocks below it, and stopped."""

    def executed(height: int) -> StoreBlock:
        return cast(StoreBlock, SimpleNamespace(header=header(height), receipts=()))

    told: list[int] = []
    world.driver.on_final = lambda block: told.append(block.header.height)
    world.core.asked = [CoreReady(executed=[executed(500)])]
    world.driver.turn()
    world.core.asked = [
        CoreReady(
            executed=[executed(501), executed(545)],
            # 499 was executed in a former life; the disk has none of them any more.
            certified=[SequenceNumber(each) for each in (499, 500, 501, 545)],
            installed=SequenceNumber(544),
        )
    ]
    world.driver.turn()
    assert told == [500, 501, 545]
    assert (world.driver.base, world.driver.certified) == (544, 545)


async def test_what_nobody_waits_for_is_written_with_what_somebody_waits_for(world):
    world.core.asked = [CoreReady(writes=[WRITE])]
    world.driver.turn()
    assert world.journal == []
    world.core.asked = [CoreReady(writes=[WRITE], binds=True)]
    world.driver.turn()
    assert world.journal == [("commit", 2), "durable"]


async def test_what_nobody_waits_for_is_written_before_long_all_the_same(world, monkeypatch):
    monkeypatch.setattr(driver_module, "PUT_OFF_MS", 1)
    world.core.asked = [CoreReady(writes=[WRITE])]
    written = asyncio.Event()
    world.storage.on_commit = written.set
    running = asyncio.create_task(world.driver.run())
    await asyncio.wait_for(written.wait(), 20)
    world.driver.stop()
    await running
    assert world.journal == [("commit", 1)]


async def test_what_was_put_off_is_bounded_and_written_at_the_end(world, monkeypatch):
    monkeypatch.setattr(driver_module, "WRITES_PUT_OFF_MAX", 2)
    world.core.asked = [CoreReady(writes=[WRITE]) for _ in range(4)]
    world.driver.turn()
    assert world.journal == [("commit", 3)]
    world.driver.stop()
    await world.driver.run()
    assert world.journal == [("commit", 3), ("commit", 1)]


async def test_failed_disk_ends_the_run_and_lets_no_vote_leave__t_f8(world):
    world.storage.fails = True
    vote = Outbound(Channel.VOTES, None, b"vote")
    world.core.asked = [CoreReady(writes=[WRITE], binds=True), CoreReady(outbound=[vote])]
    with pytest.raises(StorageFailed):
        await world.driver.run()
    assert world.journal == []


async def test_turn_takes_a_bounded_part_of_a_flood_and_serves_the_others(world, monkeypatch):
    monkeypatch.setattr(driver_module, "ENVELOPES_PER_TURN", 2)
    world.bus.waiting = [Inbound(Channel.VOTES, "jd", b"x", 0)] * (INBOUND_PER_TURN + 5)
    world.driver.submit(tuple(WALLET.seal(person_account(f"p{i}")) for i in range(5)))
    assert world.driver.turn()
    kinds = [entry[0] for entry in world.journal if entry != "durable"]
    assert kinds.count("receive") == INBOUND_PER_TURN
    assert kinds.count("submit") == 2
    assert len(world.bus.waiting) == 5
    world.driver.turn()
    assert not world.driver.turn()
    assert [entry[0] for entry in world.journal].count("submit") == 5


async def test_core_that_always_asks_for_more_does_not_hold_the_turn(world):
    world.core.asked = [CoreReady(writes=[WRITE]) for _ in range(100)]
    assert world.driver.turn()
    assert world.core.asked


async def test_admitted_is_answered_only_when_its_batch_is_on_disk(world):
    envelope = WALLET.seal(person_account("li"))
    answer = world.driver.submit((envelope,))
    world.driver.turn()
    again = world.driver.submit((envelope,))
    world.core.admissions[IDS(envelope)[0]] = Known(IDS(envelope))
    world.driver.turn()
    assert not answer.done()
    assert not again.done()
    world.core.asked = [CoreReady(writes=[WRITE], admitted=list(IDS(envelope)))]
    world.driver.turn()
    assert await answer == [Admitted(IDS(envelope))]
    assert await again == [Known(IDS(envelope))]


async def test_envelopes_with_a_common_transaction_are_acknowledged_each_with_its_own_batch(world):
    common = WALLET.transaction(person_account("li"))
    one = WALLET.seal_transactions([common, WALLET.transaction(person_account("wu"))])
    two = WALLET.seal_transactions([common, WALLET.transaction(person_account("xu"))])
    answers = [world.driver.submit((each,)) for each in (one, two)]
    world.driver.turn()
    world.core.asked = [CoreReady(writes=[WRITE], admitted=list(IDS(one)))]
    world.driver.turn()
    assert [each.done() for each in answers] == [True, False]
    world.core.asked = [CoreReady(writes=[WRITE], admitted=list(IDS(two)))]
    world.driver.turn()
    assert [each.done() for each in answers] == [True, True]


async def test_envelope_admitted_again_before_its_first_copy_is_packed_is_answered_for_both(world):
    envelope = WALLET.seal(person_account("li"))
    answers = [world.driver.submit((envelope,)) for _ in range(2)]
    world.driver.turn()
    world.core.asked = [CoreReady(writes=[WRITE], admitted=[*IDS(envelope), *IDS(envelope)])]
    world.driver.turn()
    assert [await each for each in answers] == [[Admitted(IDS(envelope))]] * 2


async def test_batch_that_is_packed_anew_answers_nobody_twice(world):
    old, new = WALLET.seal(person_account("old"), person_account("older")), WALLET.seal(person_account("new"))
    answer = world.driver.submit((new,))
    world.driver.turn()
    world.core.asked = [CoreReady(writes=[WRITE], admitted=list(IDS(old)))]
    world.driver.turn()
    assert not answer.done()
    world.core.asked = [CoreReady(writes=[WRITE], admitted=[*IDS(old), *IDS(new)])]
    world.driver.turn()
    assert await answer == [Admitted(IDS(new))]


async def test_refusal_of_what_was_executed_is_known(world):
    envelope = WALLET.seal(person_account("li"))
    world.core.admissions[IDS(envelope)[0]] = Refused(IDS(envelope), ((REFUSAL,),))
    refused = world.driver.submit((envelope,))
    world.driver.turn()
    assert isinstance((await refused)[0], Refused)
    world.reader.executed.add(IDS(envelope)[0])
    known = world.driver.submit((envelope,))
    world.driver.turn()
    assert await known == [Known(IDS(envelope))]


async def test_envelopes_beyond_the_queue_are_unavailable_at_once(world, monkeypatch):
    monkeypatch.setattr(driver_module, "ENVELOPES_QUEUED_MAX", 1)
    first = world.driver.submit((WALLET.seal(person_account("li")),))
    second = world.driver.submit((WALLET.seal(person_account("wu")),))
    assert isinstance((await second)[0], Unavailable)
    assert not first.done()


async def test_stop_tells_those_who_wait_that_nothing_was_taken(world):
    admitted = WALLET.seal(person_account("li"))
    waiting = world.driver.submit((admitted,))
    world.driver.turn()
    queued = world.driver.submit((WALLET.seal(person_account("wu")),))
    finality = world.driver.waits.wait(IDS(admitted)[0])
    world.driver.stop()
    await world.driver.run()
    assert isinstance((await waiting)[0], Unavailable)
    assert isinstance((await queued)[0], Unavailable)
    assert finality.cancelled()
    assert isinstance((await world.driver.submit((admitted,)))[0], Unavailable)


async def test_timer_fires_with_its_generation_and_a_newer_one_replaces_it(world):
    world.core.asked = [CoreReady(timers=[SetTimer("status", 1, 60_000), SetTimer("status", 2, 0)])]
    running = asyncio.create_task(world.driver.run())
    while ("fire", "status", 2) not in world.journal:  # noqa: ASYNC110 a list has no event
        await asyncio.sleep(0)
    world.driver.stop()
    await running
    assert ("fire", "status", 1) not in world.journal


async def test_push_sends_payload_before_the_blocks_that_need_it(world):
    world.core.asked = [CoreReady(pushes=[PushBlocks(ReplicaId(2), SequenceNumber(5), SequenceNumber(6))])]
    world.driver.turn()
    assert [entry[2:] for entry in world.journal if entry[0] == "publish"] == [
        (b"payload 5", "member-2"),
        (b"payload 6", "member-2"),
        (b"block 5", "member-2"),
        (b"block 6", "member-2"),
    ]


async def test_push_of_batches_sends_those_at_hand_within_its_bound(world, monkeypatch):
    monkeypatch.setattr(driver_module, "PUSH_BYTES_MAX", 5)
    digests = (Digest(b"gone"), Digest(b"longer than that"), Digest(b"next"))
    world.core.asked = [CoreReady(pushes=[PushBatches(ReplicaId(1), digests)])]
    world.driver.turn()
    assert [entry[2] for entry in world.journal if entry[0] == "publish"] == [b"longer than that"]


async def test_halt_is_logged_once_and_kept(world):
    world.core.asked = [CoreReady(halt=Halt(SequenceNumber(9), Digest(b"o" * 32), Digest(b"c" * 32)))]
    world.driver.turn()
    assert world.driver.halt is not None
    assert world.log.getvalue().count("halted") == 1
    assert "height=9" in world.log.getvalue()


class TestFinalityWaits:
    def block(self, *transactions):
        receipts = tuple(Receipt(Digest(each), Status.ACCEPTED, (), ()) for each in transactions)
        return FinalBlock(cast(Any, None), receipts)

    def waiting(self, waits, transaction):
        future = waits.wait(Digest(transaction))
        assert future is not None
        return future

    async def test_those_who_wait_learn_block_and_position(self):
        waits = FinalityWaits()
        first, second, other = (self.waiting(waits, name) for name in (b"b", b"b", b"x"))
        block = self.block(b"a", b"b")
        waits.settle(block)
        assert (await first).position == (await second).position == 1
        assert (await first).block is block
        assert not other.done()
        assert len(waits) == 1

    async def test_too_many_are_not_let_wait(self):
        waits = FinalityWaits(waiting_max=1)
        kept = self.waiting(waits, b"a")
        assert waits.wait(Digest(b"b")) is None
        assert waits.refused == 1
        waits.give_up(Digest(b"a"), kept)
        assert waits.wait(Digest(b"b")) is not None

    async def test_giving_up_twice_or_late_counts_once(self):
        waits = FinalityWaits()
        future = self.waiting(waits, b"a")
        waits.settle(self.block(b"a"))
        waits.give_up(Digest(b"a"), future)
        waits.give_up(Digest(b"a"), future)
        assert len(waits) == 0
