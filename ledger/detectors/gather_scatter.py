"""D11: one gathers from several and hands the very same things out to several: the hub of AMLSim's gather-scatter.

The fans do not see him, since he has many at both sides; in twenty days what he was given is given on.
"""

from collections.abc import Iterator

from ledger.detectors.view import Finding, Gift, View
from ledger.parameters import DAY_MS

WITHIN_MS = 20 * DAY_MS
ENDS_MIN = 3
"""Different people at each side: as many as the ways of D8."""


def find(view: View) -> Iterator[Finding]:
    """One finding for each hub that gave something on; what he was given of it, and what he gave."""
    for hub, given in view.by_giver.items():
        last = given[-1]
        if not view.is_news(last):
            continue
        onward = {
            (gift.token, gift.place): gift for gift in given if gift.is_onward and gift.at_ms >= last.at_ms - WITHIN_MS
        }
        pairs: list[tuple[Gift, Gift]] = []
        for gift in view.by_receiver.get(hub, []):
            following = onward.get((gift.token, gift.place + 1))
            if following is not None and gift.at_ms >= last.at_ms - WITHIN_MS:
                pairs.append((gift, following))
        givers, receivers = {first.giver for first, _ in pairs}, {second.receiver for _, second in pairs}
        if len(givers) >= ENDS_MIN and len(receivers) >= ENDS_MIN:
            gifts = sorted({gift for pair in pairs for gift in pair})
            if view.is_news(gifts[-1]):
                yield Finding(tuple(gifts))
