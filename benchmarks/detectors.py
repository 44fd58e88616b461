"""How well the detectors see: AMLSim's typologies planted among honest people, and a real history with weak labels.

A *finding* counts as right when half of its gifts or more were planted. A *case* counts as seen by a detector when a
right finding of it names a gift of the case. So precision is of findings, recall of cases. Each typology is planted by
itself into the same honest town, so that no other one's findings are in its row.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.detectors_result import (
    HEAD,
    DetectorFigure,
    DetectorsResult,
    HistoryFigure,
    HonestFigure,
    PatternFigure,
    Share,
    TypologyFigure,
    history_lines,
    honest_line,
    typology_lines,
)
from benchmarks.machine import this_machine
from benchmarks.statistics import Spread
from ledger.detectors.alerts import Scored
from ledger.detectors.view import Gift
from ledger.parameters import DAY_MS
from ledger.records.alerts import Detector
from scenarios.laboratory.background import Background
from scenarios.laboratory.history import HOUR_MS, History, Label
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import DAYS, Case, Typology, plant
from scenarios.laboratory.watch import watch

TOWN = Background(people=1_600, days=90, presents=3_000, birthdays=60, treats=60)
"""Three months of some 4,000 presents: twice as many people as presents a month."""

BEGIN_MS = 20_000 * DAY_MS
"""2024-10-04; nothing depends on it."""

HIGH_TENTHS = 20
"""A score from which an alert's level is high."""


CONDITIONS = (
    f"Town: {TOWN.people:,} people in circles of eight, {TOWN.days} days, {TOWN.presents:,} presents (one in ten passed"
    f" on, one in fifty sent back), {TOWN.birthdays} birthdays and {TOWN.treats} treats of three to seven presents.",
    "Cases: five to ten of these people within five to twenty days (AMLSim); where money is passed on, the token is.",
    "Epochs of a day. A finding is right if half of its gifts were planted; a case is seen if a right finding names a"
    " gift of it. Precision is of findings, recall of cases.",
)


def measure(
    *,
    seed: int,
    cases: int,
    history: History | None,
    labels: Sequence[Label],
    command: str,
    tell: Callable[[str], None],
) -> DetectorsResult:
    """Measure everything; `tell` hears each line of the table."""
    began_ms = time.time_ns() // 1_000_000
    honest = measure_honest(seed)
    tell(honest_line(honest))
    tell(HEAD)
    typologies: list[TypologyFigure] = []
    for typology in Typology:
        typologies.append(measure_typology(typology, seed=seed, cases=cases))
        tell("\n".join(typology_lines(typologies[-1])))
    found = None if history is None else measure_history(history, labels)
    if found is not None:
        tell("\n".join(history_lines(found)))
    return DetectorsResult(
        command=command,
        began_ms=began_ms,
        seed=seed,
        cases=cases,
        machine=this_machine(),
        conditions=CONDITIONS,
        honest=honest,
        typologies=tuple(typologies),
        history=found,
    )


def measure_honest(seed: int) -> HonestFigure:
    """Show the town to the detectors with nothing planted."""
    transfers = _town(seed)
    found = _found(transfers)
    return HonestFigure(
        len(transfers), TOWN.people, len(found), sum(_is_high(each) for each in found), _by_detector(found)
    )


def measure_typology(typology: Typology, *, seed: int, cases: int) -> TypologyFigure:
    """Plant `cases` of a typology into the town and show both to the detectors."""
    chance = random.Random(f"{seed}/{typology}")
    last_ms = BEGIN_MS + (TOWN.days - DAYS[1]) * DAY_MS
    planted = [
        plant(typology, chance, number=number, accounts=TOWN.accounts(), begin_ms=chance.randrange(BEGIN_MS, last_ms))
        for number in range(cases)
    ]
    found = _found(sorted([*_town(seed), *(each for case in planted for each in case.transfers)]))
    judged = _Judged(planted, found)
    return TypologyFigure(
        typology.value,
        sum(len(case.transfers) for case in planted),
        judged.findings(found),
        judged.cases(found),
        judged.findings([each for each in found if _is_high(each)]),
        judged.cases([each for each in found if _is_high(each)]),
        tuple(
            DetectorFigure(detector.value, judged.findings(own), judged.cases(own))
            for detector in Detector
            if (own := [each for each in found if each.row.detector is detector])
        ),
    )


class _Judged:
    """Which findings are right, and which cases they show."""

    def __init__(self, planted: Sequence[Case], found: Sequence[Scored]) -> None:
        owner = {(each.at_ms, each.token): number for number, case in enumerate(planted) for each in case.transfers}
        self._planted = len(planted)
        self._shown: dict[int, set[int]] = {}
        for each in found:
            cases = [owner[place] for gift in each.finding.gifts if (place := (gift.at_ms, gift.token)) in owner]
            if 2 * len(cases) >= len(each.finding.gifts):
                self._shown[id(each)] = set(cases)

    def findings(self, found: Sequence[Scored]) -> Share:
        return Share(sum(id(each) in self._shown for each in found), len(found))

    def cases(self, found: Sequence[Scored]) -> Share:
        seen = {case for each in found for case in self._shown.get(id(each), ())}
        return Share(len(seen), self._planted)


def measure_history(history: History, labels: Sequence[Label]) -> HistoryFigure:
    """Show a real history to the detectors and compare with what somebody labelled."""
    of_token: dict[str, list[Label]] = {}
    for label in labels:
        of_token.setdefault(label.token, []).append(label)
    seen: set[Label] = set()
    found: list[Scored] = []
    took_ms: list[float] = []
    labelled = most = left_out = 0
    began = time.process_time()
    for epoch in watch(history.transfers):
        took_ms.append((time.process_time() - began) * 1_000)
        most, left_out = max(most, epoch.gifts), left_out + epoch.left_out
        found += epoch.found
        for each in epoch.found:
            named = {label for gift in each.finding.gifts for label in of_token.get(gift.token, ()) if _in(gift, label)}
            labelled += bool(named)
            seen |= named
        began = time.process_time()
    patterns = sorted({label.pattern for label in labels})
    by_pattern = {each: [label for label in labels if label.pattern == each] for each in patterns}
    return HistoryFigure(
        name=history.name,
        transfers=len(history.transfers),
        passed_over=history.passed_over,
        epochs=len(took_ms),
        gifts_at_once_max=most,
        left_out=left_out,
        epoch_ms=Spread.of(took_ms),
        findings=len(found),
        findings_high=sum(_is_high(each) for each in found),
        detectors=_by_detector(found),
        labelled=Share(labelled, len(found)),
        labels=Share(len(seen), len(set(labels))),
        patterns=tuple(
            PatternFigure(pattern, Share(sum(label in seen for label in own), len(own)))
            for pattern, own in by_pattern.items()
        ),
    )


def _in(gift: Gift, label: Label) -> bool:
    # A history that knows the hour only numbers the rows of an hour; an hour more on either side loses nothing.
    return label.first_ms - HOUR_MS <= gift.at_ms <= label.last_ms + HOUR_MS


def _town(seed: int) -> tuple[Transfer, ...]:
    return TOWN.transfers(random.Random(seed), begin_ms=BEGIN_MS)


def _found(transfers: Iterable[Transfer]) -> list[Scored]:
    return [each for epoch in watch(transfers) for each in epoch.found]


def _is_high(found: Scored) -> bool:
    return found.score_tenths >= HIGH_TENTHS


def _by_detector(found: Sequence[Scored]) -> dict[str, int]:
    counted = Counter(each.row.detector for each in found)
    return {detector.value: counted[detector] for detector in Detector if counted[detector]}
