"""A campaign that is stopped, or killed: every process ends, and who is stopped tells what was found so far."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.architecture.files import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="looks at processes as Linux shows them"),
]

SECONDS_MAX = 60
"""Far above what anything here takes on a busy machine."""


def processes_of_group(group: int) -> list[int]:
    """Those that live, zombies aside."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if folder.name.isdecimal() and int(fields[2]) == group and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def ended(group: int) -> bool:
    """Whether every process of the group ends: the last to go is one that Python keeps to clean up after the others."""
    for process in processes_of_group(group):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(process)
            select.select([handle], [], [], SECONDS_MAX)
            os.close(handle)
    return processes_of_group(group) == []


@contextmanager
def a_campaign_that_never_ends(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """With the line of its first failure. Of the first seeds with a liar too many the fifth forks."""
    seeds = ("--seeds", "5..900000", "--liars", "2", "--jobs", "2")
    process = subprocess.Popen(
        (sys.executable, "-m", "quorate", "campaign", *seeds, "--no-shrink", "--directory", str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("SAFETY seed "), first
        assert len(processes_of_group(process.pid)) >= 3, "the campaign, and two that work for it"
        yield process, first
    finally:
        if processes_of_group(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_an_interrupted_campaign_leaves_no_process_and_tells_what_it_found(tmp_path):
    with a_campaign_that_never_ends(tmp_path) as (process, first):
        os.killpg(process.pid, signal.SIGINT)
        said, complaints = process.communicate(timeout=SECONDS_MAX)
        assert process.returncode == 130, complaints
        assert ended(process.pid)
    assert "Traceback" not in complaints
    assert "of 899996 seeds have their verdict" in said
    assert re.search(r"To go on:\n  quorate campaign --seeds \d+\.\.900000 --members 4 --liars 2\n", said), said
    assert first.strip() in said, "each failure is told once more, with the command that replays it"
    assert f"quorate campaign --replay {tmp_path}" in first
    assert "seeds, swarm, 4 members, up to 2 of them faulty:" in said


def test_who_works_for_a_campaign_that_is_killed_ends_with_it(tmp_path):
    with a_campaign_that_never_ends(tmp_path) as (process, _):
        process.kill()
        # Workers hold its standard output, too: this returns when the last has ended.
        process.communicate(timeout=SECONDS_MAX)
        assert process.returncode == -signal.SIGKILL
        assert ended(process.pid)
