"""The end of a telling: what is printed, and what is left in the run's folder."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from scenarios.first_day.claims import Claim
from scenarios.first_day.report_page import page

REPORT_FILE = "report.json"
PAGE_FILE = "report.html"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one telling; written as report.json."""

    directory: Path
    began_ms: int
    """Unix milliseconds."""
    seconds: float
    members: int
    seed: int
    buses: int
    """Brokers that were named; 0 means the embedded one."""
    interrupted: bool
    lines: tuple[str, ...]
    """What was told."""
    claims: tuple[Claim, ...]
    figures: dict[str, float]
    """Measured on the way, by name with the unit last."""
    reasons: tuple[str, ...]
    """Why orders of the rush were refused."""
    verified: str
    """What `quorate verify` printed."""
    memory_bytes_max: dict[str, int]
    """By member."""
    restarts: int
    """Members that ended unasked and were started again."""
    exit_code: int
    machine: str = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"

    @property
    def holds(self) -> bool:
        """Whether the story was told to its end and every claim holds."""
        return not self.interrupted and bool(self.claims) and all(claim.holds for claim in self.claims)


def write_report(outcome: Outcome, console: Console) -> None:
    """Print the summary; write report.json and report.html where there is a folder for them."""
    for line in _summary(outcome):
        console.print(Text(line), soft_wrap=not console.is_terminal)
    if not outcome.directory.is_dir():
        return
    try:
        (outcome.directory / REPORT_FILE).write_bytes(_as_json(outcome))
        (outcome.directory / PAGE_FILE).write_text(page(outcome), encoding="utf-8")
    except OSError as error:
        console.print(Text(f"The report could not be written to {outcome.directory}: {error.strerror}."))


def _as_json(outcome: Outcome) -> bytes:
    content = msgspec.to_builtins(outcome, enc_hook=str)
    content["quorate"] = _version()
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def _version() -> str:
    try:
        return version("quorate")
    except PackageNotFoundError:
        return "not installed"


def _summary(outcome: Outcome) -> list[str]:
    width = max((len(claim.text) for claim in outcome.claims), default=0)
    lines = ["", "What was claimed"]
    for claim in outcome.claims:
        if claim.holds:
            lines.append(f"  holds   {claim.text:<{width}}  {claim.found}")
        else:
            lines.append(f"  BROKEN  {claim.text} ({claim.kind.value}): {claim.found}")
    if not outcome.claims:
        lines.append("  nothing: the story was stopped before its first claim")
    lines.append("")
    if outcome.directory.is_dir():
        lines += _where(outcome.directory)
    ending = "Stopped" if outcome.interrupted else "All claims hold" if outcome.holds else "NOT all claims hold"
    unasked = f" {outcome.restarts} members ended unasked and were started again." if outcome.restarts else ""
    lines.append(f"{ending}, after {outcome.seconds:.0f} s.{unasked}")
    return lines


def _where(directory: Path) -> list[str]:
    certificate = directory / "certificate.json"
    lines = [
        f"The run's folder is {directory}: charter.json, a home for each member (quorate.db, trace.jsonl, node.log),",
        f"story.log, {REPORT_FILE}, {PAGE_FILE}" + (" and certificate.json." if certificate.exists() else "."),
    ]
    if certificate.exists():
        program = "quorate" if sys.prefix == sys.base_prefix else ".venv/bin/quorate"
        lines.append(f"Check it yourself: {program} verify {certificate} --charter {directory / 'charter.json'}")
    return lines
