"""The first day on a small scale, for real: every claim holds, over both buses, whoever is killed."""

import asyncio
import io
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from rich.console import Console

from quorate.verifier.checks import verify
from scenarios.first_day import pace
from scenarios.first_day.stage import Scale
from scenarios.first_day.story import Options, tell
from scenarios.member_process import python_environment
from tests.network.mosquitto import Mosquitto, require_mosquitto
from tests.scenarios.test_consortium import NOBODY, processes_of

pytestmark = pytest.mark.slow

SMALL = Scale(works=6, people=60, editions=15, series_per_platform=1)
PATIENCE_S = 100


def told(folder, **options):
    """Tell the story in a thread of its own loop; return exit code and text."""
    text = io.StringIO()
    out = Console(file=text, width=200)
    code = tell(Options(directory=folder, table=False, scale=SMALL, **options), out)
    return code, text.getvalue()


@pytest.fixture
async def mosquitto_url(tmp_path):
    require_mosquitto()
    broker = Mosquitto(tmp_path)
    await broker.start()
    yield broker.url
    await broker.stop()


def report_of(folder):
    return json.loads((folder / "report.json").read_bytes())


def test_the_day_ends_with_every_claim_held(tmp_path):
    code, text = told(tmp_path / "day")
    assert code == 0, text
    report = report_of(tmp_path / "day")
    assert all(claim["holds"] for claim in report["claims"])
    assert len(report["claims"]) >= 15
    assert "exactly 15 orders got an edition" in text
    assert any("E_SOLD_OUT" in reason for reason in report["reasons"])
    assert any("E_AGE" in reason for reason in report["reasons"])
    assert "copyright, a backup, is killed" in text
    assert "copyright has caught up" in text
    assert "The certificate holds." in text
    page = (tmp_path / "day" / "report.html").read_text()
    assert "All claims hold" in page or "all claims hold" in page
    for claim in report["claims"]:
        assert not set("[]{}") & set(claim["found"]), claim
        assert not {"True", "False", "None"} & set(claim["found"].split()), claim
    assert text.index("copyright is started again") < text.index("copyright has caught up")
    listed = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    assert all(name in listed for name in ("report.html", "report.json", "story.log", "certificate.json"))
    certificate = (tmp_path / "day" / "certificate.json").read_bytes()
    assert verify(certificate, (tmp_path / "day" / "charter.json").read_bytes()).holds
    assert not processes_of(tmp_path)


def test_the_primary_may_be_the_one_that_is_killed(tmp_path):
    code, text = told(tmp_path / "day", victims=("ant",))
    assert code == 0, text
    assert "ant, the primary, is killed" in text
    assert "ant has caught up" in text


def test_seven_members_tell_it_too(tmp_path):
    code, text = told(tmp_path / "day", members=7, victims=("ant", "hunan"))
    assert code == 0, text
    assert "ant, the primary, is killed" in text
    assert "ant has caught up" in text
    assert "hunan has caught up" in text


async def test_the_day_over_mosquitto(tmp_path, mosquitto_url):
    code, text = await asyncio.to_thread(_told_in_process, tmp_path / "day", "--bus", mosquitto_url)
    assert code == 0, text
    assert "the broker you named" in text


@pytest.mark.parametrize("member", ["ant", "tencent"])
def test_an_outsider_may_kill_any_member_in_the_rush(tmp_path, member):
    code, text = _told_in_process(tmp_path / "day", on_line=_kill_when("Now!", tmp_path, member))
    assert code == 0, text
    assert f"{member} was killed by signal 9, and not by us" in text


def test_ctrl_c_stops_everything_cleanly_and_a_second_one_does_no_harm(tmp_path):
    def interrupt(line, process):
        if "registered" in line:
            process.send_signal(signal.SIGINT)
        if "Stopping" in line:
            process.send_signal(signal.SIGINT)

    code, text = _told_in_process(tmp_path / "day", on_line=interrupt)
    assert code == 130, text
    assert "Traceback" not in text
    assert "Stopped, after" in text
    assert not processes_of(tmp_path)
    assert report_of(tmp_path / "day")["interrupted"]


def test_when_nobody_reads_any_more_it_stops_without_a_word():
    def close(line, process):
        if "registered" in line:
            process.stdout.close()
            raise _Closed

    with tempfile.TemporaryDirectory() as folder:
        with pytest.raises(_Closed):
            _told_in_process(Path(folder) / "day", on_line=close, ends_by_itself=True)
        assert report_of(Path(folder) / "day")["interrupted"]
        assert not processes_of(folder)


class _Closed(Exception):
    """The reader has gone."""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--bus", NOBODY), 14, "No broker answers"),
        (("--bus", "nonsense"), 14, "begins with neither mqtt:// nor mqtts://"),
        (("--works", "absent.csv"), 14, "absent.csv: the works file cannot be read"),
        (("--directory", "/dev/null/day"), 14, "cannot be made"),
        (("--kill", "nobody"), 2, "one of ant, tencent, jd, copyright"),
        (("--kill", "hunan"), 2, "one of ant, tencent, jd, copyright"),
        (("--members", "5"), 2, "is not one of '4', '7'"),
    ],
)
def test_what_can_be_foreseen_is_answered_in_words(tmp_path, arguments, code, said):
    came, text = _told_in_process(tmp_path / "day", *arguments)
    assert (came, said in " ".join(text.split())) == (code, True), text
    assert "Traceback" not in text
    if code == 14:
        assert text.startswith("Error: ")
        assert not any(word in text for word in ("BROKEN", "harness", "claimed", "Starting"))


def test_an_earlier_run_is_never_written_into(tmp_path):
    earlier = tmp_path / "day"
    earlier.mkdir()
    (earlier / "report.json").write_text("kept")
    code, text = _told_in_process(earlier)
    assert code == 14
    assert text.startswith(f"Error: {earlier}: this exists already")
    assert [path.read_text() for path in earlier.iterdir()] == ["kept"]


def test_a_broken_works_file_is_named_with_its_row_and_no_folder_is_made(tmp_path):
    (tmp_path / "README.md").write_text("# A page\n")
    code, text = _told_in_process(tmp_path / "day", "--works", str(tmp_path / "README.md"))
    assert code == 14
    assert text.startswith(f"Error: {tmp_path / 'README.md'}: row 1, column 1")
    assert not (tmp_path / "day").exists()


def test_a_classroom_sees_the_same_day_with_pauses(tmp_path, monkeypatch):
    paused: list[float] = []

    async def note(seconds):
        paused.append(seconds)

    monkeypatch.setattr(pace, "_wait", note)
    code, text = told(tmp_path / "day", pace=pace.Pace.CLASSROOM)
    assert code == 0, text
    assert len(paused) == pace.MOMENTS
    assert all(0 <= each <= pace.MOMENT_S for each in paused)
    assert any(paused)


def test_help_is_a_page_that_a_teacher_would_print():
    code, text = _told_in_process(None, "--help")
    assert code == 0
    for promise in ("40 works", "300 editions", "1,000 people", "killed", "certificate", "Exit status"):
        assert promise in text
    assert "\n    9  A certificate of one sale is checked by a program that has nothing but\n" in text


def _told_in_process(folder, *arguments, on_line=lambda line, process: None, ends_by_itself=False):
    """`quorate demo` as a user types it; `on_line` sees each line as it comes. Returns exit code and text."""
    import subprocess

    directory = () if folder is None or "--directory" in arguments else ("--directory", str(folder))
    process = subprocess.Popen(
        [sys.executable, "-m", "quorate", "demo", "--plain", *directory, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**python_environment(), "PYTHONUNBUFFERED": "1", "COLUMNS": "100"},
    )
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            on_line(line, process)
        return process.wait(), "".join(lines)
    finally:
        if ends_by_itself:
            assert process.wait() == 130
        timer.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _kill_when(said, folder, member):
    """Kill a member's process as soon as a line says something."""

    def watch(line, process):
        if said in line:
            for candidate in processes_of(folder / "day" / member):
                os.kill(candidate.pid, signal.SIGKILL)

    return watch
