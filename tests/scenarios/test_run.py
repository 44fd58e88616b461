"""`quorate run`: verdicts and their exit codes, what a run leaves behind, and the same plan with real processes."""

import asyncio
import json
import platform
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from consensus.types import View
from node.simulation import Crypto
from quorate.__main__ import main
from scenarios.adversary import LIES
from scenarios.campaign import run as campaign
from scenarios.campaign.failure_file import write_failure
from scenarios.campaign.plan import draw_plan
from scenarios.checkers import CHECKERS
from scenarios.library import LIBRARY
from scenarios.live import LiveWorld
from scenarios.perform import perform, reason_to_skip
from scenarios.plan import Kill, Lie, Plan, PlanUnreadable, Progress, Until, Wait
from scenarios.plan import Quantity as Measured
from scenarios.plan_reading import decode_plan
from scenarios.simulated import SimulatedWorld
from scenarios.verdict import Outcome


def performed(plan, *, seed=1):
    return asyncio.run(perform(plan, SimulatedWorld(plan.members, seed=seed, network=plan.network)))


def quorate(*arguments):
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def test_no_quorum_no_progress_is_a_failure_of_liveness():
    verdict = performed(Plan("half-dead", "", 4, steps=(Kill("half[1]"), Progress(1, 5_000))))
    assert verdict.outcome is Outcome.LIVENESS
    assert "not every honest member that is up has block 1" in verdict.reasons[0]


def test_an_until_says_how_far_it_came():
    verdict = performed(Plan("idle", "", 4, steps=(Until(Measured.HEIGHT, 1, within_ms=1_000),)))
    assert verdict.outcome is Outcome.LIVENESS
    assert "block 0, view 0" in verdict.reasons[0]


@pytest.mark.slow
def test_too_many_liars_are_a_failure_of_safety_where_nobody_asked_for_it():
    plan = LIBRARY["too-many-liars"].plan()
    honest_claim = Plan("claims-too-much", "", 4, steps=plan.steps, checks=("agreement",))
    assert performed(honest_claim).outcome is Outcome.SAFETY


def test_a_check_that_must_break_and_holds_is_a_failure():
    plan = Plan("too-few-liars", "", 4, steps=(Wait(100),), checks=(), must_break=("agreement",))
    verdict = performed(plan)
    # Nothing bad happened: what was to be seen was not.
    assert verdict.outcome is Outcome.LIVENESS
    assert verdict.reasons == ("agreement held, although the plan is made to break it",)


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (Plan("x", "", 4, checks=("goodness",)), "goodness"),
        (Plan("x", "", 4, steps=(Lie("primary", "politely"),)), "politely"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_starts(plan, word):
    with pytest.raises(PlanUnreadable, match=word):
        performed(plan)


def test_a_world_skips_what_it_can_not_do_and_says_why(tmp_path):
    elsewhere = LiveWorld(4, tmp_path / "members", seed=1, buses=["mqtt://127.0.0.1:9"])
    assert reason_to_skip(LIBRARY["broker-away"].plan(), elsewhere) == "the live world can not stop the message broker"
    assert "broker" in performed(LIBRARY["broker-away"].plan()).skipped


def test_the_live_world_skips_only_what_hangs_on_a_single_message(tmp_path):
    live = LiveWorld(4, tmp_path / "members", seed=1)
    skipped = {name: reason_to_skip(each.plan(), live) for name, each in LIBRARY.items()}
    assert {said for said in skipped.values() if "says something" not in said} == {""}
    assert not skipped["two-halves"]


def test_a_run_leaves_plan_trace_verdict_and_picture(tmp_path):
    done = quorate("primary-killed", "--directory", tmp_path / "run", "--seed", 4)
    assert done.exit_code == 0, done.output
    assert "holds  agreement" in done.output
    plan = decode_plan((tmp_path / "run" / "plan.json").read_bytes())
    assert plan == LIBRARY["primary-killed"].plan()
    verdict = json.loads((tmp_path / "run" / "verdict.json").read_text())
    assert (verdict["outcome"], verdict["seed"], verdict["plan"]) == ("held", 4, plan.digest())
    lines = [json.loads(line) for line in (tmp_path / "run" / "trace.jsonl").read_text().splitlines()]
    assert {"sent", "block", "killed", "started", "view", "step"} <= {line["what"] for line in lines}
    picture = ElementTree.parse(tmp_path / "run" / "space-time.svg").getroot()
    assert len(list(picture.iter())) > 100


def test_a_run_that_got_stuck_leaves_what_each_member_that_was_up_waits_for(tmp_path):
    story = tmp_path / "story.yaml"
    story.write_text("scenario: stuck\nsteps:\n  - kill: 'half[0]'\n  - progress: {blocks: 1, within: 2 s}\n")
    done = quorate(story, "--directory", tmp_path / "run")
    assert done.exit_code == Outcome.LIVENESS
    explained = json.loads((tmp_path / "run" / "verdict.json").read_text())["explained"]
    assert len(explained) == 2
    assert all(each["oldest_open"] or each["timers"] for each in explained.values())
    lines = [json.loads(line) for line in (tmp_path / "run" / "trace.jsonl").read_text().splitlines()]
    traced = [json.loads(line["text"]) for line in lines if line["what"] == "explain"]
    assert traced == list(explained.values())
    assert "oldest_open" not in (tmp_path / "run" / "space-time.svg").read_text()


def test_the_plan_of_a_report_runs_to_the_same_trace(tmp_path):
    quorate("happy-path", "--directory", tmp_path / "first", "--seed", 9)
    again = quorate(tmp_path / "first" / "plan.json", "--directory", tmp_path / "second", "--seed", 9, "--twice")
    assert again.exit_code == 0, again.output
    hashes = {json.loads((tmp_path / each / "verdict.json").read_text())["trace_hash"] for each in ("first", "second")}
    assert len(hashes) == 1


def test_what_the_harness_raises_is_its_own_fault_and_told_with_its_place(tmp_path, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr("scenarios.run.perform", broken)
    done = quorate("happy-path", "--directory", tmp_path / "run")
    assert done.exit_code == Outcome.HARNESS
    assert "in broken\n" in done.output
    assert "RuntimeError: a wheel came off" in done.output
    assert "No member is to blame" in done.output


def test_a_run_that_is_interrupted_says_so_and_where_what_there_is_lies(tmp_path, monkeypatch):
    async def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.run.perform", interrupted)
    done = quorate("happy-path", "--directory", tmp_path / "report")
    assert done.exit_code == 130
    assert "interrupted: there is no verdict, and every process of the run has ended" in done.output


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_a_full_disk_takes_the_report_and_not_the_verdict(quiet, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scenarios.run.leave_report", full)
    done = quorate("happy-path", "--directory", tmp_path / "report", *quiet)
    assert done.exit_code == Outcome.HARNESS
    assert "happy-path: held." in done.output
    assert "the report cannot be written (No space left on device). The verdict is above" in done.output
    assert "Traceback" not in done.output


def test_the_loss_of_a_running_member_s_disk_is_refused_in_words(tmp_path):
    story = tmp_path / "story.yaml"
    story.write_text("scenario: x\nsteps:\n  - wipe: primary\n")
    done = quorate(story, "--directory", tmp_path / "run")
    assert done.exit_code == 2
    assert "member 0 is up; kill it" in done.output


def test_a_yaml_file_runs(tmp_path):
    story = tmp_path / "story.yaml"
    story.write_text(
        "scenario: short\nsteps:\n  - progress: {blocks: 2}\n  - kill: primary\n  - progress: {blocks: 2}\n"
    )
    done = quorate(story, "--directory", tmp_path / "run", "--members", 7, "--quiet")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("short: held.")


def test_a_failure_prints_the_command_that_repeats_it(tmp_path):
    story = tmp_path / "story.yaml"
    story.write_text("scenario: stuck\nsteps:\n  - kill: 'half[0]'\n  - progress: {blocks: 1, within: 2 s}\n")
    done = quorate(story, "--directory", tmp_path / "run")
    assert done.exit_code == Outcome.LIVENESS
    assert f"quorate run {tmp_path / 'run' / 'plan.json'} --world sim --seed 1" in done.output


@pytest.mark.parametrize("name", ["no-such-story", "primary", "/", "\0"])
def test_an_unknown_name_is_refused_with_a_way_on(name, tmp_path):
    done = quorate(name, "--directory", tmp_path / "run")
    assert done.exit_code == 2
    assert not (tmp_path / "run").exists()


def test_a_failure_of_a_campaign_is_refused_with_the_command_that_replays_it(tmp_path):
    plan = draw_plan(5, members=4, liars=1)
    verdict = campaign.Verdict.LIVENESS
    outcome = campaign.Outcome(plan, verdict, "because", "", 1, View(0), (), 1, 0, 500, 1, detail="x" * (1 << 20))
    failure = write_failure(tmp_path, outcome, crypto=Crypto.IDEAL)
    done = quorate(failure, "--directory", tmp_path / "run")
    assert done.exit_code == 2
    assert f"quorate campaign --replay {failure}" in " ".join(done.output.split())
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_this_machine_s_fault(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = quorate("happy-path", "--directory", tmp_path / "file" / "run")
    assert done.exit_code == Outcome.HARNESS
    assert "Nothing was started" in done.output


@pytest.mark.parametrize(
    ("options", "word"),
    [(("--bus", "mqtt://127.0.0.1"), "live world"), (("--world", "live", "--bus", "http://x"), "mqtt")],
)
def test_a_bus_that_can_not_be_used_is_refused_before_anything_starts(options, word, tmp_path):
    done = quorate("happy-path", "--directory", tmp_path / "run", *options)
    assert done.exit_code == 2
    assert word in done.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", [("--twice",), ("--crypto", "ed25519"), ("--crypto", "ideal")])
def test_what_only_virtual_time_has_is_refused_in_the_live_world(option, tmp_path):
    done = quorate("happy-path", "--world", "live", "--directory", tmp_path / "run", *option)
    assert done.exit_code == 2
    assert f"{option[0]} is for virtual time" in done.output
    assert not (tmp_path / "run").exists()


def test_a_broker_that_is_not_ours_is_not_stopped(tmp_path):
    done = quorate("broker-away", "--world", "live", "--bus", "mqtt://127.0.0.1:9", "--directory", tmp_path / "run")
    assert done.exit_code == 0
    assert "can not stop the message broker" in done.output


def test_a_skipped_plan_leaves_no_folder(tmp_path):
    done = quorate("broker-away", "--directory", tmp_path / "run")
    assert done.exit_code == 0
    assert "skipped, since" in done.output
    assert not (tmp_path / "run").exists()


def test_the_library_is_listed_a_line_each():
    done = CliRunner().invoke(main, ["scenarios"])
    assert [line.split()[0] for line in done.output.splitlines()] == list(LIBRARY)
    for world, can in (("sim", SimulatedWorld.capabilities), ("live", LiveWorld.capabilities)):
        listed = CliRunner().invoke(main, ["scenarios", "--world", world])
        able = [name for name, each in LIBRARY.items() if each.plan().needs() <= can]
        assert [line.split()[0] for line in listed.output.splitlines()] == able
    assert "broker-away" not in CliRunner().invoke(main, ["scenarios", "--world", "sim"]).output


@pytest.mark.parametrize(("option", "names"), [("--lies", LIES), ("--checks", CHECKERS)])
def test_lies_and_checks_are_listed_a_line_each_with_what_they_are(option, names):
    lines = CliRunner().invoke(main, ["scenarios", option]).output.splitlines()
    assert [line.split()[0] for line in lines] == list(names)
    assert all(line[20:].strip().endswith(".") for line in lines)


def doctors(*arguments):
    """The figures that doctor prints, by name."""
    done = CliRunner().invoke(main, ["doctor", *arguments])
    assert done.exit_code == 0, done.output
    return {
        line[:24].strip(): line[24:].split("  ")[0].strip() or line[24:].split()[0]
        for line in done.output.splitlines()
        if line
    }


def test_doctor_prints_what_the_knobs_became():
    done = CliRunner().invoke(main, ["doctor", "--target-failover-ms", "2000", "--members", "7"])
    figures = {line[:24].strip(): line[24:34].strip() for line in done.output.splitlines()}
    assert figures["progress timeout, ms"] == "2000"
    assert figures["the same, at most, ms"] == "16000"
    assert figures["status interval, ms"] == "500"
    assert "a quorum is 5; 2 may fail" in done.output


def test_doctor_prints_every_time_that_follows_from_the_constant_that_nodes_go_by(monkeypatch):
    monkeypatch.setattr("consensus.liveness.IDLE_TICKS_MAX", 17)
    figures = doctors("--target-failover-ms", "2000")
    patience_ms, tick_ms = 2_000, 500
    expected = {
        "passed over, ms": 8 * patience_ms,
        "complaint stands, ms": 10 * tick_ms,
        "left idle, ms": 17 * tick_ms,
        "bad batch, ms": 25 * tick_ms,
        "silence, ms": 25 * tick_ms,
        "blocks again, ms": 4 * tick_ms,
        "snapshots, ms": 40 * tick_ms,
        "part asked again, ms": 8 * tick_ms,
        "wrong part, ms": 400 * tick_ms,
    }
    assert {name: figures.get(name) for name in expected} == {name: str(each) for name, each in expected.items()}


def test_doctor_prints_what_this_machine_has():
    figures = doctors()
    assert int(figures["cores"]) >= 1
    assert float(figures["memory, GiB"]) > 0
    assert figures["python"] == platform.python_version()
    assert figures["mosquitto"] in ("there", "not there")
    assert figures["distributed"]


def test_explain_of_nobody_says_so():
    done = CliRunner().invoke(main, ["explain", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "no answer" in done.output


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["happy-path", "primary-killed"])
def test_the_same_plan_holds_with_real_processes(name, tmp_path):
    done = quorate(name, "--world", "live", "--directory", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert decode_plan((tmp_path / "run" / "plan.json").read_bytes()) == LIBRARY[name].plan()
    assert "read-your-commit" in done.output
