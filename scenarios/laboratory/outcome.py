"""What became of a history under one policy, in figures that can be compared."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ledger.parameters import DAY_MS, parameters_from
from ledger.records.alerts import Detector
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.watch import watch

YEAR_MS = 365 * DAY_MS

BUCKETS = 60
"""Points of a curve in the plot."""


class Policy(msgspec.Struct, frozen=True):
    """Rule parameters to replay a history under."""

    name: str
    says: str
    """In a sentence."""
    figures: dict[str, int]
    """Those that differ from what the history was under, by name."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One policy's column of the comparison."""

    policy: Policy
    transactions: int
    """All that was asked for, gifts and others."""
    gifts_asked: int
    """Tokens that somebody wanted to give."""
    gifts: int
    """Those that were given."""
    without_token: int
    """Of those refused: the giver did not have it, since an earlier gift on its way was refused."""
    refused: dict[str, int]
    """Transactions that each rule refused, in the rules' order; a transaction may stand under several."""
    first_ms: int
    last_ms: int
    """Block time of the first and the last block."""
    editions: int
    """Sold and not burned."""
    holders: int
    """Persons with at least one of them."""
    gini_permille: int
    """Of the editions among their holders: 0 if everybody has as many, near 1000 if one has nearly all."""
    findings: dict[str, int]
    """What the detectors find in what was given, an epoch a day, by detector."""
    findings_high: int
    curve: tuple[int, ...]
    """Gifts given up to each of `BUCKETS` moments, evenly from the first to the last."""

    @property
    def turnover_permille(self) -> int | None:
        """Gifts a year for a thousand editions; None of a history of less than a day, of which nothing can be said."""
        span_ms = self.last_ms - self.first_ms
        return (
            None if span_ms < DAY_MS or not self.editions else self.gifts * 1_000 * YEAR_MS // span_ms // self.editions
        )


def gini_permille(counts: Iterable[int]) -> int:
    """Gini's coefficient of `counts`, each at least 1, in thousandths, rounded down; 0 of none."""
    ordered = sorted(counts)
    number, total = len(ordered), sum(ordered)
    if not total:
        return 0
    weighted = sum(place * count for place, count in enumerate(ordered, start=1))
    return (2 * weighted - (number + 1) * total) * 1_000 // (number * total)


def outcome_of(
    policy: Policy,
    *,
    transactions: int,
    gifts_asked: int,
    without_token: int,
    refused: Mapping[str, int],
    given: Sequence[Transfer],
    first_ms: int,
    last_ms: int,
    holdings: Mapping[str, int],
) -> Outcome:
    """Put the figures together; `given` are the gifts from person to person, `holdings` editions by person."""
    findings: dict[Detector, int] = {}
    high = 0
    high_tenths = parameters_from(policy.figures).alert_high_tenths
    for epoch in watch(given):
        for each in epoch.found:
            findings[each.row.detector] = findings.get(each.row.detector, 0) + 1
            high += each.score_tenths >= high_tenths
    return Outcome(
        policy=policy,
        transactions=transactions,
        gifts_asked=gifts_asked,
        gifts=len(given),
        without_token=without_token,
        refused=dict(refused),
        first_ms=first_ms,
        last_ms=last_ms,
        editions=sum(holdings.values()),
        holders=len(holdings),
        gini_permille=gini_permille(holdings.values()),
        findings={each.value: findings[each] for each in Detector if each in findings},
        findings_high=high,
        curve=_curve(given, first_ms, last_ms),
    )


def _curve(given: Sequence[Transfer], first_ms: int, last_ms: int) -> tuple[int, ...]:
    counted = [0] * BUCKETS
    span_ms = max(1, last_ms - first_ms)
    for each in given:
        counted[min(BUCKETS - 1, (each.at_ms - first_ms) * BUCKETS // span_ms)] += 1
    total = 0
    points: list[int] = []
    for count in counted:
        total += count
        points.append(total)
    return tuple(points)
