"""The committed figures of the detectors as a picture: what each score would cost in false alarms, and what it shows.

python -m benchmarks.detectors_plot RESULT.json PICTURE.svg
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.detectors_result import DetectorsResult, WorldFigure
from ledger.parameters import Parameters
from scenarios.laboratory.typologies import Typology

WIDTH, ROW, LEFT, BAR = 900, 40, 150, 520
COLOURS = ("#1971c2", "#e8590c")
"""One a world."""

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#212529}.small{font-size:10px;fill:#495057}"
    ".head{font-size:14px;font-weight:600}"
)


def plot(result: DetectorsResult) -> str:
    """Draw recall at level high, a bar a typology and world; and below, recall against false alarms by score."""
    parts = [f'<text class="head" x="20" y="24">Cases seen at level high, of {result.cases} each</text>']
    down = 44
    for place, world in enumerate(result.worlds):
        parts.append(f'<rect x="{20 + 110 * place}" y="{down - 10}" width="12" height="12" fill="{COLOURS[place]}"/>')
        parts.append(f'<text x="{38 + 110 * place}" y="{down}">{world.world}</text>')
    down += 16
    for row, typology in enumerate(result.worlds[0].typologies):
        parts.append(f'<text x="{LEFT - 8}" y="{down + 20}" text-anchor="end">{typology.typology}</text>')
        for place, world in enumerate(result.worlds):
            high = world.typologies[row].at("high")
            length, y = BAR * high.cases.part // max(1, high.cases.whole), down + 3 + 15 * place
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length}" height="12" fill="{COLOURS[place]}"/>')
            parts.append(
                f'<text class="small" x="{LEFT + length + 4}" y="{y + 10}">{high.cases.percent}, precision'
                f" {high.findings.percent}</text>"
            )
        down += ROW
    drawn, down = _by_score(result.worlds, down + 30)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {down}" width="{WIDTH}" height="{down}">'
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{down}" fill="#fff"/>{"".join([*parts, *drawn])}</svg>\n'
    )


def _by_score(worlds: Sequence[WorldFigure], top: int) -> tuple[list[str], int]:
    """For each score a bar a world: AMLSim's cases that are seen from it on, and false alarms for 1,000 gifts."""
    level = Parameters().alert_high_tenths
    parts = [
        f'<text class="head" x="20" y="{top}">Cases of the eight typologies seen from a score on, and false alarms'
        f" (level high begins at {level / 10:.0f} points)</text>"
    ]
    down = top + 12
    for number, score in enumerate(each.score_tenths for each in worlds[0].typologies[0].scores):
        parts.append(f'<text x="{LEFT - 8}" y="{down + 20}" text-anchor="end">{score / 10:.1f} points</text>')
        for place, world in enumerate(worlds):
            cases = [each.scores[number].cases for each in world.typologies if each.typology in list(Typology)]
            seen, whole = sum(each.part for each in cases), sum(each.whole for each in cases)
            alarms = 1_000 * world.honest.scores[score] / world.honest.gifts
            length, y = BAR * seen // max(1, whole), down + 3 + 15 * place
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length}" height="12" fill="{COLOURS[place]}"/>')
            parts.append(
                f'<text class="small" x="{LEFT + length + 4}" y="{y + 10}">{100 * seen / max(1, whole):.0f} %;'
                f" {alarms:.1f} false alarms for 1,000 gifts</text>"
            )
        down += ROW
    return parts, down + 10


def main() -> None:
    """Read the result, write the picture."""
    source, picture = sys.argv[1:]
    Path(picture).write_text(plot(msgspec.json.decode(Path(source).read_bytes(), type=DetectorsResult)))


if __name__ == "__main__":
    main()
