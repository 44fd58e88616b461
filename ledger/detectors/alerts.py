"""From findings to alerts: scored by person, the most suspect first, no more than an epoch keeps."""

from dataclasses import dataclass

from ledger.detectors.strangers import are_strangers
from ledger.detectors.table import DETECTORS, STRANGERS_TENTHS, Aspect, DetectorRow, level_of
from ledger.detectors.view import Finding, View
from ledger.parameters import Parameters
from ledger.records.alerts import STRANGERS, AlertRecord, Level

ALERTS_MAX = 100
"""An epoch keeps so many; whoever has to look at them is a person."""

NAMES_MAX = 16
"""An alert names so many accounts and so many tokens."""


Reasons = tuple[tuple[str, int], ...]
"""What speaks against a person, with its weight in tenths of a point: for each aspect the gravest, in their order."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A finding beside all others of the view."""

    row: DetectorRow
    finding: Finding
    reasons: Reasons
    """What speaks against the most suspect person of those whom the finding speaks against."""

    @property
    def score_tenths(self) -> int:
        """Their sum."""
        return _sum(self.reasons)


def scored(view: View) -> list[Scored]:
    """What is news of what every detector finds in `view`, in the detectors' order, scored by all that is found."""
    found = [(row, finding) for row in DETECTORS for finding in row.find(view)]
    against = _against(view, found)
    return [
        Scored(row, finding, max((against[each] for each in sorted(finding.subjects)), key=_sum))
        for row, finding in found
        if finding.is_news
    ]


def alerts_of(view: View, parameters: Parameters) -> list[AlertRecord]:
    """Every alert that `view` gives rise to, the highest score first, otherwise in the detectors' order and in time."""
    alerts = [_alert(each, level_of(each.score_tenths, parameters)) for each in scored(view)]
    places = {row.detector: place for place, row in enumerate(DETECTORS)}
    alerts.sort(
        key=lambda alert: (
            -alert.score_tenths,
            places[alert.detector],
            alert.last_ms,
            alert.first_ms,
            alert.accounts,
            alert.tokens,
        )
    )
    return alerts


def identity_of(alert: AlertRecord) -> tuple[object, ...]:
    """What two alerts of the same gifts by the same detector share, whatever else was found beside them."""
    return (alert.detector, alert.accounts, alert.tokens, alert.gifts, alert.first_ms, alert.last_ms)


def _against(view: View, found: list[tuple[DetectorRow, Finding]]) -> dict[str, Reasons]:
    """What speaks against each person whom a finding speaks against."""
    gravest: dict[str, dict[Aspect, tuple[int, str]]] = {}
    for row, finding in found:
        reasons = [(row.aspect, row.weight_tenths + finding.extra_tenths, row.detector.value)]
        if are_strangers(view, finding):
            reasons.append((Aspect.COMPANY, STRANGERS_TENTHS, STRANGERS))
        for person in sorted(finding.subjects):
            own = gravest.setdefault(person, {})
            for aspect, weight, name in reasons:
                if weight > own.get(aspect, (0, ""))[0]:
                    own[aspect] = (weight, name)
    return {
        person: tuple((own[aspect][1], own[aspect][0]) for aspect in Aspect if aspect in own)
        for person, own in gravest.items()
    }


def _sum(reasons: Reasons) -> int:
    return sum(weight for _, weight in reasons)


def _alert(found: Scored, level: Level) -> AlertRecord:
    gifts = found.finding.gifts
    accounts = {account for gift in gifts for account in (gift.giver_account, gift.receiver_account)}
    return AlertRecord(
        found.row.detector,
        level,
        found.score_tenths,
        tuple(sorted(accounts)[:NAMES_MAX]),
        tuple(sorted({gift.token for gift in gifts})[:NAMES_MAX]),
        len(gifts),
        gifts[0].at_ms,
        max(gift.at_ms for gift in gifts),
        found.reasons,
    )
