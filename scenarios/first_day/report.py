"""The end of a telling: what is printed, and what is left in the run's folder."""

import shlex
from pathlib import Path
from textwrap import wrap

import msgspec
from rich.console import Console
from rich.text import Text

from node.home.home import CHARTER_FILE, DATABASE_FILE, TRACE_FILE
from node.program import program_version, quorate_command
from scenarios.first_day.certificate import CERTIFICATE_FILE
from scenarios.first_day.claims import Claim
from scenarios.first_day.outcome import Outcome
from scenarios.first_day.report_page import page
from scenarios.member_process import LOG_FILE

REPORT_FILE = "report.json"
PAGE_FILE = "report.html"

RUN_FILES = (PAGE_FILE, REPORT_FILE, "story.log", CERTIFICATE_FILE, CHARTER_FILE)
"""What a run's folder may hold beside the members' homes."""


def report(outcome: Outcome, console: Console, *, is_ours: bool) -> None:
    """Write report.json and report.html where the run's folder `is_ours`, then print the summary."""
    failed = _write(outcome) if is_ours else ""
    width = console.width if console.is_terminal else None
    for line in _summary(outcome, width=width, is_ours=is_ours):
        console.print(Text(line), soft_wrap=True)
    if failed:
        console.print(Text(failed), soft_wrap=True)


def _write(outcome: Outcome) -> str:
    """Write the report's files; return what went wrong."""
    try:
        (outcome.directory / REPORT_FILE).write_bytes(_as_json(outcome))
        (outcome.directory / PAGE_FILE).write_text(page(outcome), encoding="utf-8")
    except OSError as error:
        return f"The report could not be written to {outcome.directory}: {error.strerror}."
    return ""


def _as_json(outcome: Outcome) -> bytes:
    content = msgspec.to_builtins(outcome, enc_hook=str)
    content["quorate"] = program_version()
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def _summary(outcome: Outcome, *, width: int | None, is_ours: bool) -> list[str]:
    """The lines below the story, for a terminal `width` columns wide, or for lines of any length."""
    lines = [""]
    if outcome.claims:
        lines += ["What was claimed", *claims_page(outcome.claims, width=width), ""]
    elif outcome.interrupted:
        lines += ["Nothing was claimed: the story was stopped before its first claim.", ""]
    if is_ours:
        lines += [*_where(outcome.directory), ""]
    unasked = {0: "", 1: " One member ended unasked and was started again."}.get(
        outcome.restarts, f" {outcome.restarts} times a member ended unasked and was started again."
    )
    lines.append(f"{outcome.ending}, after {outcome.seconds:.0f} s.{unasked}")
    return lines


def claims_page(claims: tuple[Claim, ...], *, width: int | None) -> list[str]:
    """A claim a line with what was found beside it; where that is wider than `width`, what was found stands below."""
    text_width = max(len(claim.text) for claim in claims)
    found_width = max(len(claim.found) for claim in claims)
    is_wide = width is None or 10 + text_width + 2 + found_width <= width
    lines: list[str] = []
    for claim in claims:
        mark = "holds" if claim.holds else "BROKEN"
        text = claim.text if claim.holds else f"{claim.text} ({claim.kind.value})"
        if is_wide:
            lines.append(f"  {mark:<8}{text:<{text_width}}  {claim.found}".rstrip())
        else:
            lines.append(f"  {mark:<8}{text}")
            lines += wrap(claim.found, width or 0, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return lines


def _where(directory: Path) -> list[str]:
    """What lies in the run's folder, a line each, and how to check the certificate."""
    lines = [f"The run's folder is {directory}:"]
    lines += [f"  {name}" for name in (*RUN_FILES,) if (directory / name).is_file()]
    for home in sorted(path.parent for path in directory.glob(f"*/{DATABASE_FILE}")):
        inside = [name for name in (DATABASE_FILE, TRACE_FILE, LOG_FILE) if (home / name).is_file()]
        lines.append(f"  {home.name}/ with {', '.join(inside)}")
    if (directory / CERTIFICATE_FILE).is_file():
        certificate, charter = (shlex.quote(str(directory / name)) for name in (CERTIFICATE_FILE, CHARTER_FILE))
        lines += ["Check it yourself:", f"  {quorate_command()} verify {certificate} --charter {charter}"]
    return lines
