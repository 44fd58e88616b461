"""Gifts for the detectors: for each of them what it must find, and the nearest thing that it must not."""

import itertools

from ledger.detectors.view import Gift
from ledger.parameters import DAY_MS
from ledger.records.alerts import Detector

HOUR_MS = 3_600_000
START_MS = 20_000 * DAY_MS


def walk(token, *hands, first_ms=START_MS, every_ms=HOUR_MS, bought_ms=None):
    """A token passed from hand to hand: a gift every so often; each account is its own person."""
    since_ms = first_ms if bought_ms is None else bought_ms
    for place, (giver, receiver) in enumerate(itertools.pairwise(hands)):
        at_ms = first_ms + place * every_ms
        yield Gift(at_ms, token, place, giver, receiver, giver, receiver, since_ms)
        since_ms = at_ms


def star(count, *, inward):
    for number in range(count):
        hands = (f"p{number}", "hub") if inward else ("hub", f"p{number}")
        yield from walk(f"s-{number:04d}", *hands, first_ms=START_MS + number * DAY_MS)


def ways(count, series=("s",)):
    for number in range(count):
        token = f"{series[number % len(series)]}-{number:04d}"
        yield from walk(
            token, "source", f"mid{number}", "end", first_ms=START_MS + number * DAY_MS, every_ms=3 * DAY_MS
        )


def hub(count):
    for number in range(count):
        first_ms = START_MS + number * DAY_MS
        yield from walk(f"s-{number:04d}", f"p{number}", "hub", f"q{number}", first_ms=first_ms, every_ms=3 * DAY_MS)


def rounds(count, every_ms):
    """Three people, three tokens, each token one place on: everybody has one before and after."""
    for number in range(count):
        at_ms = START_MS + number * every_ms
        for place, (giver, receiver) in enumerate((("a", "b"), ("b", "c"), ("c", "a"))):
            yield Gift(at_ms + place, f"r{number}-{place:04d}", 0, giver, receiver, giver, receiver, 0)


def introduced(*, also_by="i"):
    for number, (introducer, person) in enumerate((("i", "a"), ("i", "b"), (also_by, "c"))):
        yield from walk(f"s-{number:04d}", introducer, person)
    yield from walk("t-0001", "a", "b", first_ms=START_MS + DAY_MS)
    yield from walk("t-0002", "b", "c", first_ms=START_MS + DAY_MS)


def each_to_each(givers, receivers):
    pairs = itertools.product(givers, receivers)
    for number, (giver, receiver) in enumerate(pairs):
        yield from walk(f"s-{number:04d}", giver, receiver, first_ms=START_MS + number * DAY_MS)


def round_a_ring(times, *, back=0):
    """Three people: so many new things each round, and so many from the first to the third, who gives last."""
    for number in range(times):
        for place, (giver, receiver) in enumerate((("a", "b"), ("b", "c"), ("c", "a"))):
            at_ms = START_MS + (2 * number + place) * DAY_MS
            yield Gift(at_ms, f"r{number}-{place:04d}", 0, giver, receiver, giver, receiver, 0)
    for number in range(back):
        yield Gift(START_MS + number, f"b-{number:04d}", 0, "a", "c", "a", "c", 0)


def to_oneself(receiver="p"):
    yield Gift(START_MS, "s-0001", 0, "p", receiver, "ant.p", "jd.p", 0)


def mule(onward, kept, within_ms=HOUR_MS):
    for number in range(onward):
        at_ms = START_MS + number * DAY_MS
        yield from walk(
            f"s-{number:04d}", f"g{number % 2}", "mule", f"r{number % 2}", first_ms=at_ms, every_ms=within_ms
        )
    for number in range(kept):
        yield from walk(f"k-{number:04d}", f"g{number % 2}", "mule", first_ms=START_MS)


PLANTED = {
    Detector.SAME_PERSON: to_oneself(),
    Detector.BACK_AND_FORTH: walk("s-0001", "a", "b", "a"),
    Detector.REPEAT_ACQUIRER: walk("s-0001", "a", "b", "a", "b", "c", "b"),
    Detector.CLOSED_LOOP: walk("s-0001", "a", "b", "c", "a"),
    Detector.RECURRING_SET: rounds(3, DAY_MS),
    Detector.PASS_THROUGH: mule(3, 0),
    Detector.FAN_IN: star(5, inward=True),
    Detector.FAN_OUT: star(5, inward=False),
    Detector.SCATTER_GATHER: ways(3),
    Detector.GATHER_SCATTER: hub(2),
    Detector.COMMON_INTRODUCER: introduced(),
    Detector.LAYERING: walk("s-0001", *"abcdef", every_ms=2 * DAY_MS),
    Detector.BIPARTITE: each_to_each("ab", "xyz"),
    Detector.RELAY: mule(3, 3, within_ms=3 * DAY_MS),
    Detector.RING: round_a_ring(4, back=1),
}
SPARED = {
    Detector.SAME_PERSON: to_oneself("q"),
    Detector.BACK_AND_FORTH: walk("s-0001", "a", "b", "c"),
    Detector.REPEAT_ACQUIRER: walk("s-0001", "a", "b", "a", "b"),
    Detector.CLOSED_LOOP: walk("s-0001", "a", "b", "a", "c"),
    Detector.RECURRING_SET: rounds(2, DAY_MS),
    Detector.PASS_THROUGH: mule(3, 1),
    Detector.FAN_IN: star(4, inward=True),
    Detector.FAN_OUT: star(4, inward=False),
    Detector.SCATTER_GATHER: ways(3, series=("s", "t")),
    Detector.GATHER_SCATTER: hub(1),
    Detector.COMMON_INTRODUCER: introduced(also_by="j"),
    Detector.LAYERING: walk("s-0001", *"abcde", every_ms=2 * DAY_MS),
    Detector.BIPARTITE: each_to_each("ab", "xy"),
    Detector.RELAY: mule(3, 4, within_ms=3 * DAY_MS),
    Detector.RING: round_a_ring(3, back=1),
}
"""The nearest thing that is no finding."""
PLANTED = {detector: tuple(gifts) for detector, gifts in PLANTED.items()}
SPARED = {detector: tuple(gifts) for detector, gifts in SPARED.items()}
