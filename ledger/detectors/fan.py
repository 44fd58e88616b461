"""D7: many give to one, or one gives to many, and that is all that he does (AMLSim's fan-in and fan-out)."""

from collections.abc import Callable, Iterator, Sequence

from ledger.detectors.view import Finding, Gift, View, has_doubled
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
MANY_MIN = 5
"""Different persons at the wide side (AMLSim plants five to ten within five to twenty days)."""

FEW_MAX = 1
"""Different persons at the other side, in the same time: who has many at both is a hub, not a collector."""


def find_in(view: View) -> Iterator[Finding]:
    """One finding for each person who receives from many; news whenever the many have doubled."""
    for person, received in view.by_receiver.items():
        gifts = _within(received)
        others = {gift.receiver for gift in _since(view.by_giver.get(person, []), gifts[0].at_ms)}
        if len({gift.giver for gift in gifts}) >= MANY_MIN and len(others) <= FEW_MAX:
            yield Finding(gifts, centre=person, is_news=_is_news(view, gifts, lambda gift: gift.giver))


def find_out(view: View) -> Iterator[Finding]:
    """One finding for each person who gives to many; news whenever the many have doubled."""
    for person, given in view.by_giver.items():
        gifts = _within(given)
        others = {gift.giver for gift in _since(view.by_receiver.get(person, []), gifts[0].at_ms)}
        if len({gift.receiver for gift in gifts}) >= MANY_MIN and len(others) <= FEW_MAX:
            yield Finding(gifts, centre=person, is_news=_is_news(view, gifts, lambda gift: gift.receiver))


def _is_news(view: View, gifts: Sequence[Gift], end: Callable[[Gift], str]) -> bool:
    before = {end(gift) for gift in gifts if not view.is_news(gift)}
    return has_doubled(len(before), len({end(gift) for gift in gifts}), MANY_MIN)


def _within(gifts: Sequence[Gift]) -> tuple[Gift, ...]:
    """Those of the last twenty days before the last one."""
    return _since(gifts, gifts[-1].at_ms - WITHIN_MS)


def _since(gifts: Sequence[Gift], from_ms: int) -> tuple[Gift, ...]:
    return tuple(gift for gift in gifts if gift.at_ms >= from_ms)
