"""How well the detectors see: AMLSim's typologies planted among honest people, and a real history with weak labels.

A *finding* counts as right when half of its gifts or more were planted. A *case* counts as seen by a detector when a
right finding of it names a gift of the case. So precision is of findings, recall of cases. Each typology is planted by
itself into the same honest town, so that no other one's findings are in its row.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks.detectors_result import (
    HEAD,
    DetectorFigure,
    DetectorsResult,
    HistoryFigure,
    HonestFigure,
    HonestLevel,
    LevelFigure,
    PatternFigure,
    ScoreFigure,
    Share,
    TypologyFigure,
    WorldFigure,
    history_lines,
    honest_lines,
    typology_lines,
)
from benchmarks.detectors_worlds import PLANTED, World, cases_of, honest
from benchmarks.machine import this_machine
from benchmarks.statistics import Spread
from ledger.detectors.alerts import Scored
from ledger.detectors.table import level_of
from ledger.detectors.view import Gift
from ledger.parameters import Parameters
from ledger.records.alerts import Detector, Level
from scenarios.laboratory.evasions import Evasion
from scenarios.laboratory.history import HOUR_MS, History, Label
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import Case, Typology
from scenarios.laboratory.watch import watch

LEVELS = Parameters()
"""Whose least scores the levels have."""

SCORES_TENTHS = tuple(range(5, 65, 5))
"""From which scores on it is counted, besides the levels."""

HONEST_WORLDS = 5
"""Under so many seeds, one after the other, an honest world is shown with nothing planted: high alarms are few."""

CONDITIONS = (
    "Worlds: benchmarks/detectors_worlds.py. The town was in view when figures were chosen, under seeds 1 to 5; the"
    " city was not, under any seed.",
    "Cases: five to ten people within five to twenty days (AMLSim); where money is passed on, the token is.",
    "Epochs of a day. A finding is right if half of its gifts were planted; a case is seen if a right finding names a"
    " gift of it. Precision is of findings, recall of cases. A level is that level or above.",
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
    worlds = tuple(measure_world(world, seed=seed, cases=cases, tell=tell) for world in World)
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
        worlds=worlds,
        history=found,
    )


def measure_world(world: World, *, seed: int, cases: int, tell: Callable[[str], None]) -> WorldFigure:
    """Show a world with nothing planted, then with each pattern."""
    alone = measure_honest(world, range(seed, seed + HONEST_WORLDS))
    tell("\n".join(honest_lines(world, alone)))
    tell(HEAD)
    typologies: list[TypologyFigure] = []
    with ProcessPoolExecutor() as pool:
        for figure in pool.map(partial(measure_typology, world=world, seed=seed, cases=cases), PLANTED):
            typologies.append(figure)
            tell("\n".join(typology_lines(figure)))
    return WorldFigure(world.value, alone, tuple(typologies))


def measure_honest(world: World, seeds: Sequence[int]) -> HonestFigure:
    """Show a world to the detectors with nothing planted, under each of `seeds`."""
    gifts = 0
    found: list[Scored] = []
    named: dict[Level, int] = dict.fromkeys(Level, 0)
    for seed in seeds:
        transfers = honest(world, seed)
        gifts += len(transfers)
        own = _found(transfers)
        found += own
        for level in Level:
            named[level] += len({gift for each in _from(level, own) for gift in each.finding.gifts})
    levels = (HonestLevel(level.value, len(_from(level, found)), named[level], _count(level, found)) for level in Level)
    return HonestFigure(
        tuple(seeds), gifts, tuple(levels), {score: len(_scoring(score, found)) for score in SCORES_TENTHS}
    )


def measure_typology(pattern: Typology | Evasion, *, world: World, seed: int, cases: int) -> TypologyFigure:
    """Plant `cases` of a pattern into a world and show both to the detectors."""
    planted = cases_of(world, pattern, seed=seed, cases=cases)
    found = _found(sorted([*honest(world, seed), *(each for case in planted for each in case.transfers)]))
    judged = _Judged(planted, found)
    return TypologyFigure(
        pattern.value,
        sum(len(case.transfers) for case in planted),
        tuple(
            LevelFigure(level.value, judged.findings(own), judged.cases(own))
            for level in Level
            for own in [_from(level, found)]
        ),
        tuple(
            DetectorFigure(detector.value, judged.findings(own), judged.cases(own))
            for detector in Detector
            if (own := [each for each in found if each.row.detector is detector])
        ),
        tuple(
            ScoreFigure(score, judged.findings(own), judged.cases(own))
            for score in SCORES_TENTHS
            for own in [_scoring(score, found)]
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
    seen_high: set[Label] = set()
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
            if _from(Level.HIGH, [each]):
                seen_high |= named
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
        levels={level.value: len(_from(level, found)) for level in Level},
        detectors=_count(Level.VERY_LOW, found),
        labelled=Share(labelled, len(found)),
        labels=Share(len(seen), len(set(labels))),
        labels_high=Share(len(seen_high), len(set(labels))),
        patterns=tuple(
            PatternFigure(
                pattern,
                Share(sum(label in seen for label in own), len(own)),
                Share(sum(label in seen_high for label in own), len(own)),
            )
            for pattern, own in by_pattern.items()
        ),
    )


def _in(gift: Gift, label: Label) -> bool:
    # A history that knows the hour only numbers the rows of an hour; an hour more on either side loses nothing.
    return label.first_ms - HOUR_MS <= gift.at_ms <= label.last_ms + HOUR_MS


def _found(transfers: Iterable[Transfer]) -> list[Scored]:
    return [each for epoch in watch(transfers) for each in epoch.found]


def _scoring(score_tenths: int, found: Sequence[Scored]) -> list[Scored]:
    """Those from a score on."""
    return [each for each in found if each.score_tenths >= score_tenths]


def _from(level: Level, found: Sequence[Scored]) -> list[Scored]:
    """Those at `level` or above."""
    order = list(Level)
    return [each for each in found if order.index(level_of(each.score_tenths, LEVELS)) >= order.index(level)]


def _count(level: Level, found: Sequence[Scored]) -> dict[str, int]:
    """How many of those at `level` or above each detector has, in the detectors' order."""
    counted = Counter(each.row.detector for each in _from(level, found))
    return {detector.value: counted[detector] for detector in Detector if counted[detector]}
