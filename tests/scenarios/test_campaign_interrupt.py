"""Ctrl-C of a campaign: every process ends, and what was found so far is told with what replays it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.files import ROOT

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


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes where Linux lists them")
def test_an_interrupted_campaign_leaves_no_process_and_tells_what_it_found(tmp_path):
    """Of the first seeds with a liar too many the fifth forks; nobody lives to see the last."""
    seeds = ("--seeds", "5..900000", "--liars", "2", "--jobs", "2")
    command = (sys.executable, "-m", "quorate", "campaign", *seeds, "--no-shrink", "--directory", str(tmp_path))
    process = subprocess.Popen(
        command,
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
        os.killpg(process.pid, signal.SIGINT)
        said, complaints = process.communicate(timeout=SECONDS_MAX)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert process.returncode == 130, complaints
    assert processes_of_group(process.pid) == []
    assert "Traceback" not in complaints
    assert "Stopped: " in said
    assert "of 899996 seeds have their verdict" in said
    assert re.search(r"To go on:\n  quorate campaign --seeds \d+\.\.900000 --members 4 --liars 2\n", said), said
    assert first.strip() in said, "each failure is told once more, with the command that replays it"
    assert f"quorate campaign --replay {tmp_path}" in first
    assert "seeds, swarm, 4 members, up to 2 of them faulty:" in said
