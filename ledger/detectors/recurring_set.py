"""D5: the same few people give things round among themselves, again and again, and nobody has more at the end.

After Victor and Weintraud (WWW 2021): windows of an hour, a day and a week; in each the strongly connected components
of the graph of persons; the sets that occur repeatedly, at a net position of zero. They ask for a hundred occurrences
among orders of an exchange; gifts are few, and three are enough here. Their margin of 1 % is zero for so few.
"""

from collections import Counter
from collections.abc import Iterator

import networkx as nx

from ledger.detectors.view import Finding, Gift, View
from ledger.parameters import DAY_MS

WINDOWS_MS = (3_600_000, DAY_MS, 7 * DAY_MS)
"""An hour, a day, a week, each counted from 1970: windows follow one another without gap or overlap."""

MORE_EXTRA_TENTHS = 20
"""A set of three and more weighs two points more: two who give each other something every week may be a couple."""

OCCURRENCES_MIN = 3
"""So many windows of one length in which the same set was found, with a net position of zero in each."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each set, in the shortest window that shows it."""
    reported: set[tuple[str, ...]] = set()
    for length_ms in WINDOWS_MS:
        occurrences: dict[tuple[str, ...], list[list[Gift]]] = {}
        for gifts in _windows(view, length_ms):
            for members, among in _balanced_components(gifts):
                occurrences.setdefault(members, []).append(among)
        for members, found in sorted(occurrences.items()):
            if len(found) >= OCCURRENCES_MIN and members not in reported:
                reported.add(members)
                extra = MORE_EXTRA_TENTHS if len(members) > 2 else 0
                gifts_round = tuple(gift for among in found for gift in among)
                yield Finding(gifts_round, extra, is_news=view.is_news(found[-1][-1]))


def _windows(view: View, length_ms: int) -> Iterator[list[Gift]]:
    """Gifts between persons, window by window."""
    windows: dict[int, list[Gift]] = {}
    for gift in view.gifts:
        if gift.giver != gift.receiver:
            windows.setdefault(gift.at_ms // length_ms, []).append(gift)
    yield from windows.values()


def _balanced_components(gifts: list[Gift]) -> Iterator[tuple[tuple[str, ...], list[Gift]]]:
    """The strongly connected sets of a window, sorted, in which everybody gave as many as he received; their gifts."""
    # Who only gives or only receives is in no such set; most windows of an hour have nobody else.
    givers, receivers = {gift.giver for gift in gifts}, {gift.receiver for gift in gifts}
    ties = [(gift.giver, gift.receiver) for gift in gifts if gift.giver in receivers and gift.receiver in givers]
    if not ties:
        return
    graph = nx.DiGraph()
    graph.add_edges_from(ties)
    components = [each for each in nx.strongly_connected_components(graph) if len(each) > 1]
    place = {person: number for number, component in enumerate(components) for person in component}
    within: list[list[Gift]] = [[] for _ in components]
    for gift in gifts:
        number = place.get(gift.giver)
        if number is not None and place.get(gift.receiver) == number:
            within[number].append(gift)
    for component, among in zip(components, within, strict=True):
        if Counter(gift.giver for gift in among) == Counter(gift.receiver for gift in among):
            yield tuple(sorted(component)), among
