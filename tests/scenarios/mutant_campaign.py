"""Puts each known wrong protocol into whole nodes, and counts the seeds until a campaign finds it; writes the table.

    python -m tests.scenarios.mutant_campaign --seeds 25 --jobs 2            every mutant, some ten minutes
    python -m tests.scenarios.mutant_campaign --only "a quorum is one too small"

Results go to mutants.json beside this file, and from there to docs/MUTANTS.md. Each mutant runs in a process of its
own, so that nothing of it is left, and one that never ends is ended.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import pytest

from scenarios.campaign.run import Verdict, run_plan
from scenarios.campaign.swarm import Campaign, Mode
from tests.consensus.mutants import MUTANTS, Mutant

RESULTS = Path(__file__).parent / "mutants.json"
PAGE = Path(__file__).parents[2] / "docs" / "MUTANTS.md"
MEMBERS = 4
SECONDS_MAX = 400
"""For one mutant in all modes."""


@dataclass(frozen=True, slots=True)
class Found:
    """What showed a mutant."""

    seed: int
    """The seeds before it, from 1 on, held: so many it took."""
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Searched:
    """What campaigns came to with one mutant."""

    mutant: str
    seeds: int
    """So many were tried in each mode at most."""
    found: dict[Mode, Found] = field(default_factory=dict)


def search(mutant: Mutant, mode: Mode, *, seeds: int) -> Found | None:
    """Run seeds with the mutant in every member until one does not hold."""
    campaign = Campaign(1, seeds, MEMBERS, 1, mode=mode)
    with pytest.MonkeyPatch.context() as patch:
        mutant.apply(patch)
        for seed in range(1, seeds + 1):
            outcome = run_plan(campaign.plan(seed))
            if outcome.verdict is not Verdict.HELD:
                return Found(seed, outcome.verdict.name.lower(), outcome.reason.split(";")[0][:140])
    return None


def search_all_modes(name: str, *, seeds: int) -> Searched:
    """What each mode comes to with the mutant of this name."""
    mutant = next(each for each in MUTANTS if each.name == name)
    found = {mode: seen for mode in Mode if (seen := search(mutant, mode, seeds=seeds)) is not None}
    return Searched(name, seeds, found)


def search_apart(name: str, *, seeds: int) -> Searched:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.scenarios.mutant_campaign", "--seeds", str(seeds), "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS_MAX, check=True)
    except subprocess.TimeoutExpired:
        return Searched(name, seeds, {Mode.SWARM: Found(1, "hangs", f"no end within {SECONDS_MAX} s")})
    return msgspec.json.decode(done.stdout, type=Searched)


def read_results() -> dict[str, Searched]:
    """What was found out last, by mutant."""
    if not RESULTS.exists():
        return {}
    return {each.mutant: each for each in msgspec.json.decode(RESULTS.read_bytes(), type=list[Searched])}


def page(results: dict[str, Searched]) -> str:
    """The page of all mutants."""
    campaigned = [each for each in MUTANTS if each.name in results and results[each.name].found]
    lines = [
        "# Mutants",
        "",
        f"{len(MUTANTS)} deliberate faults in the protocol. Each is found by the test it names, where the right",
        f"protocol holds (`tests/consensus/test_mutants.py`); {len(campaigned)} are found by campaigns too, in whole",
        "nodes, four members of whom one is faulty. The numbers say after how many seeds each mode found it first; a",
        "dash means not within the seeds tried, two dots mean not tried yet.",
        "",
        "Written by `python -m tests.scenarios.mutant_campaign`; a test holds page, results and table together.",
        "",
        "| mutant | what it does | breaks | named test | swarm | twins | byzzfuzz | seen as |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in MUTANTS:
        searched = results.get(each.name)
        cells = [_cell(searched, mode) for mode in Mode]
        seen = sorted({found.verdict for found in searched.found.values()}) if searched else []
        row = (each.name, each.what.rstrip("."), each.breaks, f"`{each.found_by}`", *cells, ", ".join(seen) or "–")
        lines.append(f"| {' | '.join(text.replace('|', '/') for text in row)} |")
    tried = max((each.seeds for each in results.values()), default=0)
    lines += [
        "",
        f"Tried: up to {tried} seeds in each mode. What no campaign finds is mostly what only a bound or a certificate",
        "shows: a member that stores too much or believes a forged proof harms nobody until somebody forges just that.",
    ]
    return "\n".join(lines) + "\n"


def _cell(searched: Searched | None, mode: Mode) -> str:
    if searched is None:
        return ".."
    found = searched.found.get(mode)
    return "–" if found is None else str(found.seed)


def write(results: dict[str, Searched]) -> None:
    """Leave results and page."""
    kept = [results[each.name] for each in MUTANTS if each.name in results]
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    PAGE.write_text(page(results), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", help="this mutant only; may be repeated")
    parser.add_argument("--new", action="store_true", help="only those without a result")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.one:
        sys.stdout.buffer.write(msgspec.json.encode(search_all_modes(told.one, seeds=told.seeds)))
        return
    results = read_results()
    names = told.only or [each.name for each in MUTANTS if not (told.new and each.name in results)]
    with ThreadPoolExecutor(told.jobs) as executor:
        for searched in executor.map(partial(search_apart, seeds=told.seeds), names):
            results[searched.mutant] = searched
            seen = {str(mode): (found.seed, found.verdict, found.reason) for mode, found in searched.found.items()}
            sys.stdout.write(f"{searched.mutant}: {seen}\n")
            sys.stdout.flush()
            write(results)


if __name__ == "__main__":
    main(sys.argv[1:])
