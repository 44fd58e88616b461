"""A run as a picture: time runs down, each member has a line of life, messages go from one line to another.

What went wrong is seen at a glance: a line that stops was killed, a message that ends in a cross never arrived, a
coloured band is a view. Only a window of the run is drawn, since a second of PBFT is some hundred messages.
"""

from collections.abc import Callable, Sequence
from html import escape

from scenarios.world import Happening, Story

WIDTH_PER_MEMBER = 170
GUTTER = 330
"""Left of all lines: room for the steps of the plan, in words."""

LABEL_LETTERS_MAX = 58
"""As many letters of the small type as the gutter is wide."""

LABEL_PIXELS = 13
"""The least distance of two labels: steps of one moment stand below each other."""

HEIGHT_MIN = 500
PIXELS_PER_MESSAGE = 7
MESSAGES_MAX = 250
"""More than so many are a grey surface; the window ends where they are drawn."""

COLOURS = {
    "pre-prepare": "#0b7285",
    "prepare": "#4dabf7",
    "commit": "#2f9e44",
    "block-vote": "#adb5bd",
    "suspect": "#f08c00",
    "view-change": "#e8590c",
    "new-view": "#9c36b5",
    "certified-block": "#868e96",
    "batch": "#ced4da",
}
"""The weightiest kind in a message gives its colour: the later in this list of precedence, the lighter."""

PRECEDENCE = ("new-view", "view-change", "suspect", "pre-prepare", "commit", "prepare", "certified-block", "block-vote")

Across = Callable[[int], int]
"""The place of a member's line."""

Down = Callable[[float], float]
"""The place of a moment."""

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#212529}.small{font-size:10px;fill:#495057}"
    "text{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}"
    ".life{stroke:#495057;stroke-width:2}.down{stroke:#f1f3f5;stroke-width:6}.step{stroke:#dee2e6;stroke-dasharray:4 4}"
)


def space_time(story: Story, members: Sequence[str], *, title: str, from_ms: float | None = None) -> str:
    """Draw the window that begins at `from_ms`, or shortly before the most telling moment where that is None."""
    begins_ms = telling_moment(story) if from_ms is None else from_ms
    # An explanation is a page of its own; the trace and the verdict have it.
    window = [each for each in story.happenings if each.time_ms >= begins_ms and each.what != "explain"]
    drawn: list[Happening] = []
    messages = 0
    for each in window:
        messages += each.what == "sent"
        if messages > MESSAGES_MAX:
            break
        drawn.append(each)
    ends_ms = max((each.time_ms for each in drawn), default=begins_ms + 1)
    height = max(HEIGHT_MIN, PIXELS_PER_MESSAGE * min(messages, MESSAGES_MAX))
    scale = height / max(1.0, ends_ms - begins_ms)

    def y(time_ms: float) -> float:
        return round(70 + min(height + 20.0, (time_ms - begins_ms) * scale), 1)

    def x(member: int) -> int:
        return GUTTER + WIDTH_PER_MEMBER * member + WIDTH_PER_MEMBER // 2

    width = GUTTER + WIDTH_PER_MEMBER * len(members) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 110}" width="{width}"'
        f' height="{height + 110}" role="img"><title>{escape(title)}</title><style>{STYLE}</style>',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="10" y="20">{escape(title)}</text>',
    ]
    for number, member in enumerate(members):
        parts.append(f'<text x="{x(number)}" y="45" text-anchor="middle">{number} {escape(member)}</text>')
        parts.append(f'<line class="life" x1="{x(number)}" y1="60" x2="{x(number)}" y2="{height + 90}"/>')
    parts += _outages(story, begins_ms, x, y, len(members), height)
    labelled = [each for each in drawn if each.what == "step" or each.member < 0]
    parts += [_line_of_step(each, y, width) for each in labelled if each.what == "step"]
    parts += [_drawn(each, x, y) for each in drawn if each not in labelled]
    parts += _labels(labelled, y)
    parts.append(_legend(height + 104))
    parts.append("</svg>\n")
    return "\n".join(parts)


def telling_moment(story: Story) -> float:
    """Shortly before the first view change, else the first fault, else the first message."""
    for kinds in (("view",), ("killed", "stopped", "paused", "lies", "wiped", "disk", "clock"), ("sent", "block")):
        first = next((each for each in story.happenings if each.what in kinds), None)
        if first is not None:
            return max(0.0, first.time_ms - 30)
    return 0.0


def _outages(story: Story, begins_ms: float, x: Across, y: Down, members: int, height: int) -> list[str]:
    """Where a member is down or frozen its line of life fades."""
    parts: list[str] = []
    for number in range(members):
        since: float | None = None
        for each in story.happenings:
            if each.member != number:
                continue
            if each.what in ("killed", "stopped", "paused") and since is None:
                since = each.time_ms
            elif each.what in ("started", "resumed") and since is not None:
                if each.time_ms > begins_ms:
                    parts.append(_gap(x(number), y(max(since, begins_ms)), y(each.time_ms)))
                since = None
        if since is not None:
            parts.append(_gap(x(number), y(max(since, begins_ms)), height + 90))
    return parts


def _gap(x: int, first: float, last: float) -> str:
    return f'<line class="down" x1="{x}" y1="{first}" x2="{x}" y2="{last}"/>'


def _line_of_step(step: Happening, y: Down, width: int) -> str:
    """A dashed line across all members, under everything else."""
    top = y(step.time_ms)
    return f'<line class="step" x1="{GUTTER}" y1="{top}" x2="{width}" y2="{top}"/>'


def _labels(happenings: Sequence[Happening], y: Down) -> list[str]:
    """Words in the gutter, each as near to its moment as those above it leave room, with a line to it."""
    parts: list[str] = []
    lowest = 0.0
    for each in happenings:
        top = y(each.time_ms)
        lowest = max(top, lowest + LABEL_PIXELS)
        said = each.text if each.what == "step" else f"{each.what} {each.text}"
        text = f"{each.time_ms / 1000:.3f} s  {said}"
        shown = text if len(text) <= LABEL_LETTERS_MAX else text[: LABEL_LETTERS_MAX - 1] + "…"
        parts.append(
            f'<text class="small" x="4" y="{round(lowest + 3, 1)}">{escape(shown)}<title>{escape(text)}</title></text>'
            f'<line class="step" x1="{GUTTER - 30}" y1="{round(lowest, 1)}" x2="{GUTTER}" y2="{top}"/>'
        )
    return parts


def _drawn(happening: Happening, x: Across, y: Down) -> str:
    """One happening at a member."""
    top = y(happening.time_ms)
    left = x(happening.member)
    if happening.to is not None:
        return _message(happening, left, x(happening.to), top, y)
    if happening.what == "block":
        return (
            f'<rect x="{left - 5}" y="{top - 5}" width="10" height="10" fill="#ffd43b" stroke="#495057"/>'
            f'<text class="small" x="{left + 8}" y="{top + 4}">{escape(happening.text)}</text>'
        )
    if happening.what == "view":
        return (
            f'<circle cx="{left}" cy="{top}" r="9" fill="#9c36b5"/>'
            f'<text x="{left}" y="{top + 4}" text-anchor="middle" style="fill:#fff">{escape(happening.text)}</text>'
        )
    said = f"{happening.what} {happening.text}".strip()
    return f'<text x="{left + 8}" y="{top + 4}" style="fill:#c92a2a">{escape(said)}</text>'


def _message(happening: Happening, left: int, right: int, top: float, y: Down) -> str:
    kinds = happening.text.split()
    kind = next((each for each in PRECEDENCE if each in kinds), kinds[0] if kinds else "")
    colour = COLOURS.get(kind, "#adb5bd")
    hover = f"<title>{escape(happening.text)} at {happening.time_ms:.1f} ms</title>"
    if happening.arrives_ms is None:
        middle = (left + right) // 2
        return (
            f'<line x1="{left}" y1="{top}" x2="{middle}" y2="{top + 6}" stroke="{colour}" stroke-dasharray="3 3">'
            f'{hover}</line><text class="small" x="{middle}" y="{top + 9}" style="fill:#c92a2a">x</text>'
        )
    bottom = y(happening.arrives_ms)
    return f'<line x1="{left}" y1="{top}" x2="{right}" y2="{bottom}" stroke="{colour}">{hover}</line>'


def _legend(bottom: float) -> str:
    parts = []
    for number, (kind, colour) in enumerate(COLOURS.items()):
        left = 10 + 95 * number
        parts.append(f'<text class="small" x="{left}" y="{bottom}" style="fill:{colour}">{kind}</text>')
    return "".join(parts)
