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


class DetectorFigure(msgspec.Struct, frozen=True):
    """One detector in one row."""

    detector: str
    findings: Share
    """Right ones of all."""
    cases: Share
    """Seen ones of all."""


class TypologyFigure(msgspec.Struct, frozen=True):
    """One typology planted into the town."""

    typology: str
    gifts_planted: int
    findings: Share
    """By any detector."""
    cases: Share
    findings_high: Share
    """Of those at level high or very high."""
    cases_high: Share
    detectors: tuple[DetectorFigure, ...]
    """Those that found something, in their own order."""


class HonestFigure(msgspec.Struct, frozen=True):
    """The town with nothing planted: every finding is a false alarm."""

    gifts: int
    people: int
    findings: int
    findings_high: int
    detectors: dict[str, int]


class PatternFigure(msgspec.Struct, frozen=True):
    """Labels of one pattern in a real history."""

    pattern: str
    seen: Share
    """Labels of which a finding names the token within the label's time."""


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
    findings: int
    findings_high: int
    detectors: dict[str, int]
    labelled: Share
    """Findings about a labelled token within a label's time, of all."""
    labels: Share
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
    honest: HonestFigure
    typologies: tuple[TypologyFigure, ...]
    history: HistoryFigure | None


HEAD = f"\n{'typology':<20}{'detector':<20}{'precision':>22}{'recall':>18}"


def honest_line(figure: HonestFigure) -> str:
    """What honest people set off."""
    of_each = ", ".join(f"{name} {count}" for name, count in figure.detectors.items())
    return (
        f"Honest town: {figure.gifts:,} gifts of {figure.people:,} people, {figure.findings:,} false alarms,"
        f" {figure.findings_high:,} of them high ({of_each})."
    )


def typology_lines(figure: TypologyFigure) -> list[str]:
    """The typology's part of the table."""
    rows = [
        (figure.typology, "any", figure.findings, figure.cases),
        ("", "any, level high", figure.findings_high, figure.cases_high),
        *(("", each.detector, each.findings, each.cases) for each in figure.detectors if each.findings.part),
    ]
    return [
        f"{typology:<20}{name:<20}{findings.percent + f' of {findings.whole:,}':>22}"
        f"{cases.percent + f' of {cases.whole}':>18}"
        for typology, name, findings, cases in rows
    ]


def history_lines(figure: HistoryFigure) -> list[str]:
    """What the real history came to."""
    of_each = ", ".join(f"{name} {count:,}" for name, count in figure.detectors.items())
    patterns = ", ".join(f"{each.pattern} {each.seen.part} of {each.seen.whole}" for each in figure.patterns)
    lines = [
        "",
        f"{figure.name}: {figure.transfers:,} transfers, {figure.findings:,} findings, {figure.findings_high:,} of them"
        f" high, in {figure.epochs:,} days ({of_each}).",
        f"At most {figure.gifts_at_once_max:,} gifts were looked at in a day; {figure.left_out:,} were left out."
        f" An epoch took {figure.epoch_ms.median:.0f} ms of processor time, at most {figure.epoch_ms.highest:.0f}.",
    ]
    if figure.labels.whole:
        lines.append(
            f"Weak labels: {figure.labels.part} of {figure.labels.whole} were found ({patterns});"
            f" {figure.labelled.percent} of the findings name a labelled token in its time."
        )
    return lines
