"""`quorate policy replay`: the table, JSON, the plot, and what it answers to a mistake."""

import json
import shutil

import pytest
from click.testing import CliRunner

from node.home.charter_file import charter_to_json
from quorate.__main__ import main
from tests.node.audited_chain import build_chain

ROWS = "at_ms,token,from,to\n1000000,t,a,b\n2000000,t,b,a\n"


@pytest.fixture
def history(tmp_path):
    file = tmp_path / "h.csv"
    file.write_text(ROWS)
    return file


def replay(*words):
    return CliRunner().invoke(main, ["policy", "replay", *map(str, words)])


def test_a_column_a_policy_and_a_row_a_rule(history):
    done = replay(
        history, "--preset", "jingtan-2022", "--preset", "jingtan-2023-08", "--parameter", "hold_hours_first=0"
    )
    assert done.exit_code == 0, done.output
    rows = {line[:34].strip(): line[34:].split() for line in done.output.splitlines() if line[34:].strip()}
    assert rows["gifts given"] == ["2", "0", "0", "1"]
    assert rows["refused by R10.1"] == ["0", "2", "2", "1"]
    assert rows["not his to give any more"] == ["0", "1", "1", "0"]


def test_the_same_in_json_with_a_plot_beside(history, tmp_path):
    done = replay(history, "--preset", "huanhe", "--json", "--plot", tmp_path / "p.svg")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [each["policy"]["name"] for each in found["policies"]] == ["unlimited", "huanhe"]
    assert found["policies"][1]["refused"] == {"L6": 1, "R10.1": 2, "R10.2": 2}
    assert (tmp_path / "p.svg").read_text().startswith("<svg ")


@pytest.mark.slow
def test_a_members_home_is_replayed_too(tmp_path):
    chain = build_chain(tmp_path, blocks=5)
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(chain.paths[0], home / "quorate.db")
    (home / "charter.json").write_bytes(charter_to_json(chain.charter))
    done = replay(home, "--preset", "tme")
    assert done.exit_code == 0, done.output
    assert "recorded" in done.output
    assert replay(home / "quorate.db", "--preset", "tme").exit_code == 2
    assert replay(home / "quorate.db", "--preset", "tme", "--charter", home / "charter.json").exit_code == 0


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ((), 2, "--preset jingtan-2022, or --parameter NAME=NUMBER"),
        (("--preset", "jingtan"), 2, "'jingtan' is no preset; there are: jingtan-2022,"),
        (("--parameter", "hold=1"), 2, "'hold' is no rule parameter; there are: "),
        (("--parameter", "gifts_per_day=many"), 2, "expected NAME=NUMBER"),
        (("--parameter", "gifts_per_day=1001"), 2, "permitted are whole numbers from 0 to 1000"),
    ],
)
def test_a_mistake_is_answered_with_the_field_and_what_is_permitted(history, words, status, says):
    done = replay(history, *words)
    assert done.exit_code == status
    assert says in " ".join(done.output.split())


def test_a_history_that_cannot_be_read_ends_with_14_and_its_row(history):
    history.write_text(ROWS.replace("2000000", "later"))
    done = replay(history, "--preset", "tme")
    assert done.exit_code == 14
    assert "row 3, column at_ms: 'later'" in done.output


def test_a_plot_that_cannot_be_written_ends_with_14(history, tmp_path):
    done = replay(history, "--preset", "tme", "--plot", tmp_path / "absent" / "p.svg")
    assert done.exit_code == 14
    assert "the plot could not be written" in done.output


def test_a_home_without_a_database_is_answered(tmp_path):
    done = replay(tmp_path, "--preset", "tme")
    assert done.exit_code == 2
    assert "holds no quorate.db" in done.output
