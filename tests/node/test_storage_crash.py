"""A writer killed at any instant leaves whole turns, and everything it had reported."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from node.errors import HomeInUse
from tests.node import synthetic_turns as synthetic
from tests.node.synthetic_turns import INTERVAL, block, open_storage, state_after

ROOT = Path(__file__).parents[2]
ROUNDS = 12


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.node.synthetic_turns", str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def read_lines(writer: subprocess.Popen[str], count: int) -> int:
    """Wait for `count` reported turns; return the last height."""
    assert writer.stdout is not None
    height = 0
    for _ in range(count):
        height = int(writer.stdout.readline())
    return height


def kill(writer: subprocess.Popen[str]) -> list[int]:
    """Kill -9, and return what it had said in the meantime; a line cut short was not said."""
    writer.send_signal(signal.SIGKILL)
    assert writer.stdout is not None
    rest = writer.stdout.read()
    writer.wait()
    writer.stdout.close()
    return [int(line) for line in rest.split("\n")[:-1]]


@pytest.mark.slow
def test_a_writer_killed_again_and_again_leaves_whole_turns_only__t_f2(tmp_path: Path) -> None:
    path, random = tmp_path / "quorate.db", Random(2)
    for _ in range(ROUNDS):
        writer = start(path)
        reported = read_lines(writer, random.randint(1, 40))
        reported = max([reported, *kill(writer)])
        height = check_whole(path)
        assert reported <= height <= reported + 1


def check_whole(path: Path) -> int:
    """Reopen and compare with what the turns up to some height must have left; return that height."""
    storage = open_storage(path)
    restored = storage.load()
    assert restored.tip is not None
    height = restored.tip.height
    stable = height - height % INTERVAL
    assert restored.tip == block(height).header
    assert (restored.stable, restored.certified) == (stable, height)
    assert restored.batches == ()
    assert [vote.sequence for vote in restored.votes] == [
        each for each in range(stable + 1, height + 1) for _ in "1234"
    ]
    assert [each.pre_prepare.sequence for each in restored.prepared] == list(range(stable + 1, height + 1))
    assert dict(restored.entries) == state_after(height)
    storage.close()
    with sqlite3.connect(path) as session:
        for table, rows in (
            ("blocks", height),
            ("certificates", height),
            ("payloads", height),
            ("batches", height),
            ("transactions", height * synthetic.TRANSACTIONS),
        ):
            assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows,), table
    session.close()
    return height


@pytest.mark.slow
def test_the_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "quorate.db"
    writer = start(path)
    read_lines(writer, 1)
    with pytest.raises(HomeInUse, match=rf"process {writer.pid}\b"):
        open_storage(path)
    kill(writer)
    open_storage(path).close()


@pytest.mark.slow
def test_a_disk_quota_met_in_the_middle_of_a_turn_keeps_the_turns_before__t_f8(tmp_path: Path) -> None:
    """The file size limit makes the operating system refuse a write, wherever in a turn that is."""
    path = tmp_path / "quorate.db"
    script = (
        "import resource, signal; from pathlib import Path; from tests.node.synthetic_turns import write_until_killed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        f"write_until_killed(Path({str(path)!r}), range(100_000))"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "node.errors.StorageFailed" in ended.stderr
    assert "Every earlier turn is kept" in ended.stderr
    assert check_whole(path) == int(ended.stdout.split()[-1])
