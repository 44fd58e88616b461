"""From findings to alerts: scored by person, the most suspect first, no more than an epoch keeps."""

from dataclasses import dataclass

from ledger.detectors.table import DETECTORS, DetectorRow, level_of
from ledger.detectors.view import Finding, View
from ledger.records.alerts import AlertRecord

ALERTS_MAX = 100
"""An epoch keeps so many; whoever has to look at them is a person."""

NAMES_MAX = 16
"""An alert names so many accounts and so many tokens."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A finding beside all others of its epoch."""

    row: DetectorRow
    finding: Finding
    score_tenths: int
    """The greatest score of a person in it."""


def scored(view: View) -> list[Scored]:
    """What every detector finds in `view`, in the detectors' order, with scores."""
    found = [(row, finding) for row in DETECTORS for finding in row.find(view)]
    scores = _scores(found)
    return [Scored(row, finding, max(scores[each] for each in finding.persons)) for row, finding in found]


def alerts_of(view: View) -> list[AlertRecord]:
    """Every alert that `view` gives rise to, the highest score first, otherwise in the detectors' order and in time."""
    alerts = [_alert(each.row, each.finding, each.score_tenths) for each in scored(view)]
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


def _scores(found: list[tuple[DetectorRow, Finding]]) -> dict[str, int]:
    """For each person named, the sum over detectors of the most that one finding of it weighs."""
    weights: dict[str, dict[str, int]] = {}
    for row, finding in found:
        weight = row.weight_tenths + finding.extra_tenths
        for person in sorted(finding.persons):
            own = weights.setdefault(person, {})
            own[row.detector] = max(weight, own.get(row.detector, 0))
    return {person: sum(own.values()) for person, own in weights.items()}


def _alert(row: DetectorRow, finding: Finding, score_tenths: int) -> AlertRecord:
    gifts = finding.gifts
    accounts = {account for gift in gifts for account in (gift.giver_account, gift.receiver_account)}
    return AlertRecord(
        row.detector,
        level_of(score_tenths),
        score_tenths,
        tuple(sorted(accounts)[:NAMES_MAX]),
        tuple(sorted({gift.token for gift in gifts})[:NAMES_MAX]),
        len(gifts),
        gifts[0].at_ms,
        max(gift.at_ms for gift in gifts),
    )
