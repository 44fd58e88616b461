"""D12: several people give to the same several people (AMLSim's bipartite): each fan of it is too small to be seen."""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View, has_doubled
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
SIDE_MIN = 2
"""People at each side."""

PAIRS_MIN = 6
"""Who gave to whom: two to three, or three to two, all of them."""

LOOKED_AT_MAX = 16
"""Of what somebody gave, and of what somebody received, the last so many gifts are looked at."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each such set, in the order of the first giver in it; news whenever its pairs have doubled."""
    known: set[tuple[Gift, ...]] = set()
    for origin, given in view.by_giver.items():
        if len(given) < SIDE_MIN:
            continue
        gifts = _between(view, origin, given[-1].at_ms - WITHIN_MS)
        pairs = {(gift.giver, gift.receiver) for gift in gifts}
        if len(pairs) >= PAIRS_MIN and gifts not in known:
            known.add(gifts)
            before = {(gift.giver, gift.receiver) for gift in gifts if not view.is_news(gift)}
            yield Finding(gifts, is_news=has_doubled(len(before), len(pairs), PAIRS_MIN))


def _between(view: View, origin: str, from_ms: int) -> tuple[Gift, ...]:
    """What `origin`, and those who share at least two receivers with him, gave to receivers that two of them share."""
    own = {gift.receiver for gift in _last(view.by_giver[origin], from_ms)}
    to_shared: dict[str, list[Gift]] = {}
    for receiver in sorted(own):
        for gift in _last(view.by_receiver[receiver], from_ms):
            to_shared.setdefault(gift.giver, []).append(gift)
    alike = {
        giver: gifts
        for giver, gifts in to_shared.items()
        if giver not in own and len({gift.receiver for gift in gifts}) >= SIDE_MIN
    }
    givers: dict[str, set[str]] = {}
    for giver, gifts in alike.items():
        for gift in gifts:
            givers.setdefault(gift.receiver, set()).add(giver)
    ends = {receiver for receiver, those in givers.items() if len(those) >= SIDE_MIN}
    return tuple(sorted(gift for gifts in alike.values() for gift in gifts if gift.receiver in ends))


def _last(gifts: list[Gift], from_ms: int) -> list[Gift]:
    return [gift for gift in gifts[-LOOKED_AT_MAX:] if gift.at_ms >= from_ms]
