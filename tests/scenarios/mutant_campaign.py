"""Puts each known wrong protocol into whole nodes, and counts the seeds until a campaign finds it; writes the table.

    python -m tests.scenarios.mutant_campaign --seeds 25 --jobs 2            every mutant, some 20 minutes
    python -m tests.scenarios.mutant_campaign --only "a quorum is one too small"

Results go to mutants.json beside this file, and from there to docs/MUTANTS.md. Each mutant runs in a process of its
own, so that nothing of it is left. It has two minutes, and what it tried by then counts; one that never ends is ended.
After `--minutes` no other mutant is begun, and those that were not keep their former result.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import msgspec
import pytest

from scenarios.campaign.run import Verdict, run_plan
from scenarios.campaign.swarm import Campaign, Mode
from tests.consensus.mutants import MUTANTS
from tests.ledger.mutants import section as section_about_the_ledger

RESULTS = Path(__file__).parent / "mutants.json"
PAGE = Path(__file__).parents[2] / "docs" / "MUTANTS.md"
MEMBERS = 4
SECONDS_MAX = 120
"""For one mutant in all modes; no other seed is begun then."""

GRACE_SECONDS = 120
"""So much longer its last seed may take."""


@dataclass(frozen=True, slots=True)
class Found:
    """What showed a mutant."""

    mode: Mode
    seed: int
    """The seeds before it, from 1 on, held in every mode: so many it took."""
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Searched:
    """What campaigns came to with one mutant."""

    mutant: str
    seeds: int
    """So many were tried in each mode, or at most where it was found; 0 where a seed never ended."""
    found: Found | None = None


def search(name: str, *, seeds: int, modes: Sequence[Mode] = tuple(Mode), seconds_max: float = SECONDS_MAX) -> Searched:
    """Run one seed after the other in each mode, with the mutant in every member, until a run does not hold."""
    mutant = next(each for each in MUTANTS if each.name == name)
    until = time.monotonic() + seconds_max
    with pytest.MonkeyPatch.context() as patch:
        mutant.apply(patch)
        for seed, mode in product(range(1, seeds + 1), modes):
            if time.monotonic() > until and mode is modes[0]:
                return Searched(name, seed - 1)
            outcome = run_plan(Campaign(1, seeds, MEMBERS, 1, mode=mode).plan(seed))
            if outcome.verdict is not Verdict.HELD:
                reason = outcome.reason.split(";")[0][:140]
                return Searched(name, seeds, Found(mode, seed, outcome.verdict.name.lower(), reason))
    return Searched(name, seeds)


def search_apart(name: str, *, seeds: int) -> Searched:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.scenarios.mutant_campaign", "--seeds", str(seeds), "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS_MAX + GRACE_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        return Searched(name, 0)
    return msgspec.json.decode(done.stdout, type=Searched)


def read_results() -> dict[str, Searched]:
    """What was found out last, by mutant."""
    if not RESULTS.exists():
        return {}
    return {each.mutant: each for each in msgspec.json.decode(RESULTS.read_bytes(), type=list[Searched])}


def page(results: dict[str, Searched]) -> str:
    """The page of all mutants."""
    names = {each.name for each in MUTANTS}
    found = [each for name, each in results.items() if name in names and each.found is not None]
    seeds = [each.seeds for each in results.values() if each.found is None] or [0]
    lines = [
        "# Mutants",
        "",
        "## The protocol",
        "",
        f"{len(MUTANTS)} deliberate faults in the protocol. Each is found by the test it names, where the right",
        f"protocol holds (`tests/consensus/test_mutants.py`). {len(found)} of them are found by a short campaign too,",
        "in whole nodes, four members of whom one is faulty: one seed after the other, each in the modes swarm, twins",
        "and byzzfuzz. The table says which mode found it, after how many seeds, and as what. A dash means that the",
        f"{min(seeds)} to {max(seeds)} seeds held that were tried: most of these faults harm nobody until somebody",
        "forges just the message for it, or fills just that store, which a test does and chance does not; more seeds",
        "may find some.",
        "",
        "Written by `python -m tests.scenarios.mutant_campaign`; a test holds page, results and table together.",
        "",
        "| mutant | what it does | breaks | named test | campaign | seeds | seen as |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in MUTANTS:
        searched = results.get(each.name)
        cells = ("not tried", "", "") if searched is None else ("–", f"none of {searched.seeds}", "–")
        if searched is not None and searched.found is not None:
            seen = searched.found
            cells = (seen.mode.value, str(seen.seed), f"{seen.verdict}: {seen.reason}")
        row = (each.name, each.what.rstrip("."), each.breaks, f"`{each.found_by}`", *cells)
        lines.append(f"| {' | '.join(text.replace('|', '/') for text in row)} |")
    lines += ["", *section_about_the_ledger()]
    return "\n".join(lines) + "\n"


def write(results: dict[str, Searched]) -> None:
    """Leave results and page."""
    kept = [results[each.name] for each in MUTANTS if each.name in results]
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    PAGE.write_text(page(results), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="no mutant is begun later")
    parser.add_argument("--only", action="append", help="this mutant only; may be repeated")
    parser.add_argument("--new", action="store_true", help="only those without a result")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.one:
        sys.stdout.buffer.write(msgspec.json.encode(search(told.one, seeds=told.seeds)))
        return
    results, until = read_results(), time.monotonic() + told.minutes * 60

    def search_in_time(name: str) -> Searched | None:
        return search_apart(name, seeds=told.seeds) if time.monotonic() < until else None

    names = told.only or [each.name for each in MUTANTS if not (told.new and each.name in results)]
    with ThreadPoolExecutor(told.jobs) as executor:
        for name, searched in zip(names, executor.map(search_in_time, names), strict=True):
            if searched is None:
                sys.stdout.write(f"{name}: not begun, out of time\n")
                continue
            results[searched.mutant] = searched
            sys.stdout.write(f"{searched.mutant}: {searched.found}\n")
            sys.stdout.flush()
            write(results)


if __name__ == "__main__":
    main(sys.argv[1:])
