"""Late frames: bounded, in order where they must be, and out when it is their time."""

from network.held import Held


def put(held, link, frame, due, *, in_order=True):
    return held.put(link, frame, due=due, in_order=in_order, size_bytes=len(frame))


def test_frames_leave_when_their_time_has_come():
    held: Held[bytes] = Held()
    put(held, "ant", b"late", 2.0)
    put(held, "jd", b"soon", 1.0)
    assert held.next_due() == 1.0
    assert held.take(0.9, count_max=9) == []
    assert held.take(1.0, count_max=9) == [b"soon"]
    assert held.take(5.0, count_max=9) == [b"late"]
    assert held.next_due() is None


def test_one_link_keeps_its_order_and_another_does_not_wait_for_it():
    held: Held[bytes] = Held()
    put(held, "ant", b"first", 2.0)
    put(held, "ant", b"second", 1.0)
    put(held, "jd", b"other", 1.0)
    assert held.take(1.0, count_max=9) == [b"other"]
    assert held.take(2.0, count_max=9) == [b"first", b"second"]


def test_what_may_overtake_does():
    held: Held[bytes] = Held()
    put(held, "ant", b"first", 2.0)
    put(held, "ant", b"hasty", 1.0, in_order=False)
    assert held.take(1.5, count_max=9) == [b"hasty"]


def test_a_link_is_on_time_again_when_what_was_late_has_left():
    held: Held[bytes] = Held()
    put(held, "ant", b"late", 10.0)
    held.take(10.0, count_max=9)
    put(held, "ant", b"next", 3.0)
    assert held.next_due() == 3.0


def test_frames_and_bytes_are_bounded():
    few: Held[bytes] = Held(count_max=2)
    small: Held[bytes] = Held(bytes_max=5)
    assert [put(few, "ant", b"x", 1.0) for _ in range(3)] == [True, True, False]
    assert [put(small, "ant", frame, 1.0) for frame in (b"four", b"no", b"1")] == [True, False, True]
    small.take(1.0, count_max=9)
    assert put(small, "ant", b"fives", 1.0)


def test_no_more_leave_at_once_than_asked_for():
    held: Held[bytes] = Held()
    for number in range(5):
        put(held, "ant", bytes([number]), 1.0)
    assert held.take(1.0, count_max=2) == [b"\0", b"\1"]
    assert len(held) == 3
