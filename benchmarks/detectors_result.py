"""What measuring the detectors came to: as a JSON file that is kept, and as a table that is read."""

import msgspec

from benchmarks.machine import Machine
from benchmarks.statistics import Spread


class Share(msgspec.Struct, frozen=True):
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> str:
        """For the table; a dash of nothing."""
        return f"{100 * self.part / self.whole:.0f} %" if self.whole else "-"


class LevelFigure(msgspec.Struct, frozen=True):
    """What is found at one level or above."""

    level: str
    findings: Share
    """Right ones of all: precision."""
    cases: Share
    """Seen ones of all: recall."""

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where one of them is."""
        if not self.findings.part or not self.cases.part:
            return 0.0
        precision, recall = self.findings.part / self.findings.whole, self.cases.part / self.cases.whole
        return 2 * precision * recall / (precision + recall)


class ScoreFigure(msgspec.Struct, frozen=True):
    """What is found from one score on: what a chain that sets its own levels chooses among."""

    score_tenths: int
    findings: Share
    cases: Share


class DetectorFigure(msgspec.Struct, frozen=True):
    """One detector in one row."""

    detector: str
    findings: Share
    """Right ones of all."""
    cases: Share
    """Seen ones of all."""


class TypologyFigure(msgspec.Struct, frozen=True):
    """One typology planted into an honest world."""

    typology: str
    gifts_planted: int
    levels: tuple[LevelFigure, ...]
    """From very low, which is everything, to very high."""
    detectors: tuple[DetectorFigure, ...]
    """Those that found something, at any level, in their own order."""
    scores: tuple[ScoreFigure, ...]

    def at(self, level: str) -> LevelFigure:
        """The figure of `level`."""
        return next(each for each in self.levels if each.level == level)


class HonestLevel(msgspec.Struct, frozen=True):
    """False alarms at one level or above."""

    level: str
    findings: int
    gifts: int
    """Different gifts that they name."""
    detectors: dict[str, int]
    """Findings, by detector."""


class HonestFigure(msgspec.Struct, frozen=True):
    """Honest worlds with nothing planted: every finding is a false alarm."""

    seeds: tuple[int, ...]
    """A world each; what follows are sums over them."""
    gifts: int
    levels: tuple[HonestLevel, ...]
    scores: dict[int, int]
    """Findings from each score on, in tenths of a point."""

    def at(self, level: str) -> HonestLevel:
        """The figure of `level`."""
        return next(each for each in self.levels if each.level == level)


class WorldFigure(msgspec.Struct, frozen=True):
    """One honest world, by itself and with each typology planted into it."""

    world: str
    honest: HonestFigure
    typologies: tuple[TypologyFigure, ...]


class PatternFigure(msgspec.Struct, frozen=True):
    """Labels of one pattern in a real history."""

    pattern: str
    seen: Share
    """Labels of which a finding names the token within the label's time."""
    seen_high: Share
    """The same by a finding at level high or above."""


class HistoryFigure(msgspec.Struct, frozen=True):
    """A real history."""

    name: str
    transfers: int
    passed_over: int
    epochs: int
    """Days on which something was given."""
    gifts_at_once_max: int
    """The most that an epoch looked at."""
    left_out: int
    epoch_ms: Spread
    """Processor time of an epoch: trails, view and every detector."""
    levels: dict[str, int]
    """Findings at each level or above."""
    detectors: dict[str, int]
    labelled: Share
    """Findings about a labelled token within a label's time, of all."""
    labels: Share
    labels_high: Share
    """Labels seen by a finding at level high or above."""
    patterns: tuple[PatternFigure, ...]


class DetectorsResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call; a file benchmarks/results/*-detectors.json."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    seed: int
    cases: int
    """Planted of each typology."""
    machine: Machine
    conditions: tuple[str, ...]
    worlds: tuple[WorldFigure, ...]
    history: HistoryFigure | None


HEAD = f"\n{'typology':<20}{'level or detector':<22}{'precision':>22}{'recall':>18}{'F1':>7}"


def honest_lines(world: str, figure: HonestFigure) -> list[str]:
    """What honest people set off."""
    lines = [f"\nHonest {world}, {len(figure.seeds)} times: {figure.gifts:,} gifts. False alarms:"]
    for each in figure.levels:
        of_each = ", ".join(f"{name} {count}" for name, count in each.detectors.items())
        per_thousand = 1_000 * each.findings / figure.gifts
        lines.append(
            f"  {each.level + ' and above:':<22}{each.findings:>6,} ({per_thousand:.1f} for 1,000 gifts), naming"
            f" {each.gifts:,} gifts" + (f": {of_each}" if of_each else "")
        )
    return lines


def typology_lines(figure: TypologyFigure) -> list[str]:
    """The typology's part of the table."""
    rows = [
        *((f"{each.level} +", each.findings, each.cases, f"{each.f1:.2f}") for each in figure.levels),
        *((each.detector, each.findings, each.cases, "") for each in figure.detectors if each.findings.part),
    ]
    return [
        f"{figure.typology if place == 0 else '':<20}{name:<22}{findings.percent + f' of {findings.whole:,}':>22}"
        f"{cases.percent + f' of {cases.whole}':>18}{f1:>7}"
        for place, (name, findings, cases, f1) in enumerate(rows)
    ]


def history_lines(figure: HistoryFigure) -> list[str]:
    """What the real history came to."""
    of_each = ", ".join(f"{name} {count:,}" for name, count in figure.detectors.items())
    of_levels = ", ".join(f"{count:,} {level}" for level, count in figure.levels.items())
    patterns = ", ".join(
        f"{each.pattern} {each.seen.part} ({each.seen_high.part} high) of {each.seen.whole}" for each in figure.patterns
    )
    lines = [
        "",
        f"{figure.name}: {figure.transfers:,} transfers in {figure.epochs:,} days ({of_each}).",
        f"Findings at each level or above: {of_levels}.",
        f"At most {figure.gifts_at_once_max:,} gifts were looked at in a day; {figure.left_out:,} were left out."
        f" An epoch took {figure.epoch_ms.median:.0f} ms of processor time, at most {figure.epoch_ms.highest:.0f}.",
    ]
    if figure.labels.whole:
        lines.append(
            f"Weak labels: {figure.labels.part} of {figure.labels.whole} were found, {figure.labels_high.part} at level"
            f" high ({patterns}); {figure.labelled.percent} of the findings name a labelled token in its time."
        )
    return lines
