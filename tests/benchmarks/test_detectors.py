"""What is counted when detectors are measured: findings that are right, cases that are seen."""

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks import detectors_worlds
from benchmarks.detectors import measure_history, measure_honest, measure_typology
from benchmarks.detectors_result import DetectorsResult, LevelFigure, Share
from benchmarks.detectors_worlds import PLANTED, World
from ledger.parameters import DAY_MS
from quorate.__main__ import main
from scenarios.laboratory.background import Background
from scenarios.laboratory.history import History, Label
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import Typology


@pytest.fixture(autouse=True)
def small_town(monkeypatch):
    town = Background(people=80, days=40, presents=60, birthdays=1, treats=1)
    monkeypatch.setattr(detectors_worlds, "WORLDS", dict.fromkeys(World, town))


def test_a_planted_scatter_gather_is_seen_by_its_detector():
    figure = measure_typology(Typology.SCATTER_GATHER, world=World.TOWN, seed=1, cases=5)
    (own,) = (each for each in figure.detectors if each.detector == "scatter_gather")
    assert own.cases == Share(5, 5)
    assert own.findings.part == own.findings.whole > 0
    counts = [each.findings.whole for each in figure.levels]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_a_finding_of_honest_people_alone_is_a_false_alarm():
    honest = measure_honest(World.TOWN, [1]).at("very low")
    figure = measure_typology(Typology.FAN_IN, world=World.TOWN, seed=1, cases=1)
    assert honest.findings == sum(honest.detectors.values())
    every = figure.at("very low").findings
    assert every.whole - every.part <= honest.findings + 2


def test_a_label_is_seen_if_a_finding_names_its_token_in_its_time():
    day = 20_000 * DAY_MS
    back = (Transfer(day, "t", "a", "b"), Transfer(day + DAY_MS, "t", "b", "a"))
    labels = [
        Label("t", "return", day, day + DAY_MS),
        Label("t", "return", day + 9 * DAY_MS, day + 10 * DAY_MS),
        Label("u", "ring", day, day + DAY_MS),
    ]
    figure = measure_history(History("made", back, 0), labels)
    assert (figure.levels["very low"], figure.epochs, figure.detectors) == (1, 2, {"back_and_forth": 1})
    assert 0 <= figure.epoch_ms.lowest <= figure.epoch_ms.highest
    assert (figure.labels, figure.labelled) == (Share(1, 3), Share(1, 1))
    assert {each.pattern: each.seen for each in figure.patterns} == {"return": Share(1, 2), "ring": Share(0, 1)}


def test_a_share_of_nothing_has_no_percentage():
    assert (Share(0, 0).percent, Share(1, 3).percent) == ("-", "33 %")


@pytest.mark.parametrize(
    ("right", "seen", "f1"),
    [(Share(1, 2), Share(1, 2), 0.5), (Share(4, 4), Share(1, 3), 0.5), (Share(0, 0), Share(0, 3), 0)],
)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(right, seen, f1):
    assert LevelFigure("high", right, seen).f1 == f1


@pytest.mark.slow
def test_the_command_prints_a_row_a_typology_and_keeps_the_result(tmp_path):
    history, kept = tmp_path / "h.csv", tmp_path / "result.json"
    history.write_text("at_ms,token,from,to\n1000,t,a,b\n2000,t,b,a\n")
    words = ["bench", "detectors", "--cases", "2", "--history", str(history), "--output", str(kept)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    result = msgspec.json.decode(kept.read_bytes(), type=DetectorsResult)
    for figure in result.worlds:
        assert [each.typology for each in figure.typologies] == list(PLANTED)
    assert all(done.output.count(f"\n{pattern.value} ") == len(World) for pattern in PLANTED)
    assert result.history is not None
    assert result.history.detectors == {"back_and_forth": 1}
    assert str(tmp_path) not in kept.read_text()


def test_a_history_that_cannot_be_read_ends_with_14_and_its_row(tmp_path):
    history = tmp_path / "h.csv"
    history.write_text("at_ms,token,from,to\nsoon,t,a,b\n")
    done = CliRunner().invoke(main, ["bench", "detectors", "--history", str(history)])
    assert done.exit_code == 14
    assert "row 2, column at_ms: 'soon'" in done.output
