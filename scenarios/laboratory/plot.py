"""Policies beside each other as a picture: what was given in time, what was refused by which rule, what was found."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from scenarios.laboratory.outcome import BUCKETS, Outcome

WIDTH = 900
LEFT, RIGHT = 70, 30
CURVE_HEIGHT = 260
BAR = 16
"""Height of a bar, with the space below it."""

COLOURS = ("#495057", "#1971c2", "#e8590c", "#2f9e44", "#9c36b5", "#f08c00", "#0b7285", "#c2255c")
"""One a policy, in their order; then from the beginning again."""

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#212529}.small{font-size:10px;fill:#495057}"
    ".head{font-size:14px;font-weight:600}.grid{stroke:#dee2e6}.curve{fill:none;stroke-width:2}"
)


def plot(outcomes: Sequence[Outcome], *, title: str) -> str:
    """Draw the comparison as an SVG."""
    parts: list[str] = [f'<text class="head" x="{LEFT}" y="24">{escape(title)}</text>']
    down = 44
    for place, outcome in enumerate(outcomes):
        parts.append(f'<rect x="{LEFT}" y="{down - 10}" width="12" height="12" fill="{_colour(place)}"/>')
        parts.append(
            f'<text x="{LEFT + 18}" y="{down}">{escape(f"{outcome.policy.name}: {outcome.policy.says}")}</text>'
        )
        down += 18
    parts += _curves(outcomes, down + 14)
    down += CURVE_HEIGHT + 60
    for heading, rows in (
        ("Gini of editions among holders, thousandths", [{"gini": outcome.gini_permille} for outcome in outcomes]),
        (
            "Turnover: gifts a year for 1,000 editions",
            [{"gifts": outcome.turnover_permille or 0} for outcome in outcomes],
        ),
        ("Refused, by rule", [outcome.refused for outcome in outcomes]),
        ("Findings, by detector", [outcome.findings for outcome in outcomes]),
    ):
        drawn, down = _bars(heading, rows, down)
        parts += drawn
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {down}" width="{WIDTH}" height="{down}">'
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{down}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _curves(outcomes: Sequence[Outcome], top: int) -> list[str]:
    """Gifts given up to each moment, a line a policy, from nought to the most that any policy let pass."""
    most = max((outcome.gifts for outcome in outcomes), default=0) or 1
    wide, bottom = WIDTH - LEFT - RIGHT, top + CURVE_HEIGHT
    parts = [f'<text class="head" x="{LEFT}" y="{top}">Gifts that were given, in all</text>']
    for quarter in range(5):
        y = bottom - quarter * (CURVE_HEIGHT - 20) // 4
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>')
        label = f"{most * quarter // 4:,}"
        parts.append(f'<text class="small" x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{label}</text>')
    for place, outcome in enumerate(outcomes):
        points = [(0, 0), *((number, count) for number, count in enumerate(outcome.curve, start=1))]
        path = " ".join(
            f"{LEFT + number * wide // BUCKETS},{bottom - count * (CURVE_HEIGHT - 20) // most}"
            for number, count in points
        )
        parts.append(f'<polyline class="curve" stroke="{_colour(place)}" points="{path}"/>')
    for at_ms, x, anchor in (
        (outcomes[0].first_ms, LEFT, "start"),
        (outcomes[0].last_ms, WIDTH - RIGHT, "end"),
    ):
        parts.append(f'<text class="small" x="{x}" y="{bottom + 14}" text-anchor="{anchor}">{_day(at_ms)}</text>')
    return parts


def _bars(heading: str, rows: Sequence[dict[str, int]], top: int) -> tuple[list[str], int]:
    """A group of bars for each name that any policy has, a bar a policy; and where the next thing begins."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    most = max((count for row in rows for count in row.values()), default=0) or 1
    left = LEFT + 110
    wide = WIDTH - left - RIGHT - 60
    parts = [f'<text class="head" x="{LEFT}" y="{top}">{escape(heading)}</text>']
    down = top + 12
    for name in names:
        parts.append(f'<text x="{left - 8}" y="{down + 11}" text-anchor="end">{escape(name)}</text>')
        for place, row in enumerate(rows):
            count = row.get(name, 0)
            length = count * wide // most
            parts.append(
                f'<rect x="{left}" y="{down}" width="{length}" height="{BAR - 4}" fill="{_colour(place)}"/>'
                f'<text class="small" x="{left + length + 4}" y="{down + 10}">{count:,}</text>'
            )
            down += BAR
        down += 4
    if not names:
        parts.append(f'<text x="{LEFT}" y="{down + 10}">none</text>')
        down += BAR
    return parts, down + 30


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, tz=UTC).strftime("%Y-%m-%d")
