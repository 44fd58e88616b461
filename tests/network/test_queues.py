from canonical.hashing import Digest
from network.bus import BusCounters, BusLimits, Channel, DropReason
from network.first_copy import FirstCopy
from network.inbox import Inbox
from network.outbox import Outbox
from network.topics import subscriptions

CHAIN = Digest(bytes(32))
ANT, JD, INBOX = (f"quorate/{'0' * 16}/{tail}".encode() for tail in ("ant/votes", "jd/votes", "me/inbox"))
MIB = 1 << 20


class Woken:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1


def inbox(**limits):
    counters, woken = BusCounters(), Woken()
    box = Inbox(subscriptions(CHAIN, "me", ["ant", "jd"]), limits=BusLimits(**limits), counters=counters, wake=woken)
    return box, counters, woken


def payloads(messages):
    return [message.payload for message in messages]


def everything(box):
    return box.drain(count_max=1_000_000, bytes_max=1 << 40)


def test_message_says_whose_topic_and_which_bus():
    box, counters, _ = inbox()
    box.accept(ANT, b"vote", bus=1)
    box.accept(INBOX, b"repair", bus=0)
    first, second = everything(box)
    assert (first.channel, first.member, first.payload, first.bus) == (Channel.VOTES, "ant", b"vote", 1)
    assert (second.channel, second.member, second.payload, second.bus) == (Channel.INBOX, "me", b"repair", 0)
    assert (counters.received, counters.received_bytes) == (2, 10)


def test_flood_on_one_topic_fills_its_own_lane_only():
    box, counters, _ = inbox(lane_count_max=100)
    for number in range(100_000):
        box.accept(ANT, b"flood %d" % number, bus=0)
    box.accept(JD, b"honest", bus=0)
    drained = everything(box)
    assert len(drained) == 101
    assert drained[1].payload == b"honest"
    assert counters.dropped == {DropReason.INBOUND_FULL: 99_900}


def test_full_lane_keeps_the_oldest():
    box, _, _ = inbox(lane_count_max=2)
    for payload in (b"1", b"2", b"3"):
        box.accept(ANT, payload, bus=0)
    assert payloads(everything(box)) == [b"1", b"2"]
    assert box.accept(ANT, b"4", bus=0)


def test_lane_is_bounded_in_bytes_and_always_fits_one_payload():
    box, counters, _ = inbox(inbound_bytes_max=5 * MIB, payload_bytes_max=2 * MIB)
    assert box.accept(ANT, bytes(2 * MIB), bus=0)
    assert not box.accept(ANT, b"x", bus=0)
    assert box.accept(JD, bytes(2 * MIB), bus=0)
    assert counters.dropped == {DropReason.INBOUND_FULL: 1}
    everything(box)
    assert box.accept(ANT, bytes(2 * MIB), bus=0)


def test_oversized_and_unknown_are_dropped_before_they_are_queued():
    box, counters, woken = inbox(payload_bytes_max=10)
    assert not box.accept(ANT, bytes(11), bus=0)
    assert not box.accept(b"quorate/0000000000000000/me/votes", b"own", bus=0)
    assert not box.accept(b"\xff", b"junk", bus=0)
    assert (everything(box), woken.times) == ([], 0)
    assert counters.dropped == {DropReason.INBOUND_OVERSIZED: 1, DropReason.UNKNOWN_TOPIC: 2}


def test_drain_is_bounded_and_wakes_the_driver_for_the_rest():
    box, _, woken = inbox()
    for number in range(10):
        box.accept(ANT, b"%d" % number, bus=0)
    assert woken.times == 1
    assert payloads(box.drain(count_max=4, bytes_max=MIB)) == [b"0", b"1", b"2", b"3"]
    assert woken.times == 2
    assert payloads(box.drain(count_max=100, bytes_max=2)) == [b"4", b"5"]
    assert woken.times == 3
    assert len(everything(box)) == 4
    assert woken.times == 3
    box.accept(ANT, b"again", bus=0)
    assert woken.times == 4


def outbox(**limits):
    counters = BusCounters()
    return Outbox(limits=BusLimits(**limits), counters=counters), counters


def test_outbox_drops_the_oldest_beyond_its_count():
    box, counters = outbox(outbound_count_max=2)
    for payload in (b"1", b"2", b"3"):
        box.put(b"t", payload)
    assert box.take(100) == [(b"t", b"2"), (b"t", b"3")]
    assert counters.dropped == {DropReason.OUTBOUND_FULL: 1}
    assert (counters.published, counters.published_bytes) == (2, 2)


def test_outbox_drops_the_oldest_beyond_its_bytes():
    box, counters = outbox(outbound_bytes_max=10, payload_bytes_max=10)
    for size in (4, 4, 4, 10):
        box.put(b"t", bytes(size))
    assert box.take(100) == [(b"t", bytes(10))]
    assert counters.dropped == {DropReason.OUTBOUND_FULL: 3}


def test_outbox_never_queues_the_oversized():
    box, counters = outbox(payload_bytes_max=10)
    box.put(b"t", bytes(11))
    assert (len(box), counters.dropped) == (0, {DropReason.OUTBOUND_OVERSIZED: 1})


def test_outbox_is_taken_from_in_pieces():
    box, _ = outbox()
    for number in range(5):
        box.put(b"t", b"%d" % number)
    assert [payload for _, payload in box.take(2)] == [b"0", b"1"]
    assert [payload for _, payload in box.take(1)] == [b"2"]
    assert len(box) == 2


def arrive(window, bus, payload):
    record = window.arrive(bus, b"t", payload)
    if record is not None:
        window.deliver(record)
    return record is not None


def test_second_copy_from_the_other_bus_is_swallowed():
    window = FirstCopy(buses=2, window=10)
    assert arrive(window, 0, b"vote")
    assert not arrive(window, 1, b"vote")


def test_message_that_is_sent_again_on_purpose_comes_through():
    window = FirstCopy(buses=2, window=10)
    assert [arrive(window, bus, b"vote") for bus in (0, 1, 0, 1)] == [True, False, True, False]


def test_message_sent_again_comes_through_after_one_bus_died():
    window = FirstCopy(buses=2, window=10)
    assert [arrive(window, bus, b"vote") for bus in (0, 1, 1, 1)] == [True, False, True, True]


def test_copy_that_the_inbox_refused_may_come_from_the_other_bus():
    window = FirstCopy(buses=2, window=10)
    assert window.arrive(0, b"t", b"vote") is not None
    assert arrive(window, 1, b"vote")


def test_equal_bytes_on_two_topics_are_two_messages():
    window = FirstCopy(buses=2, window=10)
    assert window.arrive(0, b"tt", b"vote") is not window.arrive(0, b"t", b"tvote")


def test_window_forgets_the_oldest():
    window = FirstCopy(buses=2, window=3)
    for number in range(1_000):
        arrive(window, 0, b"%d" % number)
    assert len(window) == 3
    assert arrive(window, 1, b"0")
    assert not arrive(window, 1, b"999")
