"""The report as one HTML page that needs nothing beside itself."""

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from scenarios.first_day.outcome import Outcome

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem; vertical-align: top }
tr + tr td { border-top: 1px solid #dde3ea } .holds { color: #1a7f37 } .broken { color: #b42318; font-weight: 600 }
pre { background: #f5f7f9; padding: 1rem; overflow-x: auto; white-space: pre-wrap; font-size: .85rem }
@media (prefers-color-scheme: dark) {
  body { background: #14181d; color: #dfe5ec } pre { background: #1d232a } tr + tr td { border-color: #333c46 }
  .holds { color: #57c878 } .broken { color: #ff8b80 } }
"""


def page(outcome: Outcome) -> str:
    """Return the page."""
    began = datetime.fromtimestamp(outcome.began_ms / 1000, tz=UTC)
    verdict = outcome.ending
    parts = [
        f"<h1>A consortium's first day: {escape(verdict[0].lower() + verdict[1:])}</h1>",
        f"<p>{outcome.members} members, begun {began:%Y-%m-%d %H:%M:%S} UTC, {outcome.seconds:.0f} s, seed"
        f" {outcome.seed}. {escape(outcome.machine)}.</p>",
        *([f'<p class="broken">{escape(outcome.fault)}</p>'] if outcome.fault else []),
        "<h2>What was claimed</h2>",
        _table(
            ("", "claim", "kind", "found"),
            (
                (
                    '<span class="holds">holds</span>' if claim.holds else '<span class="broken">broken</span>',
                    escape(claim.text),
                    claim.kind.value,
                    escape(claim.found),
                )
                for claim in outcome.claims
            ),
        ),
        "<h2>The day</h2>",
        f"<pre>{escape(chr(10).join(outcome.lines))}</pre>",
        "<h2>Why orders were refused</h2>",
        f"<pre>{escape(chr(10).join(outcome.reasons))}</pre>",
        "<h2>What the offline verifier said of one sale</h2>",
        f"<pre>{escape(outcome.verified)}</pre>",
        "<h2>Figures</h2>",
        _table(
            ("figure", "value"),
            [(escape(name), f"{value:g}") for name, value in outcome.figures.items()]
            + [
                (f"memory of {escape(member)}, most seen", f"{size_bytes / (1 << 20):.0f} MiB")
                for member, size_bytes in outcome.memory_bytes_max.items()
            ],
        ),
    ]
    head = f'<meta charset="utf-8"><title>Quorate: {escape(verdict)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{"".join(parts)}</body></html>\n'


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
