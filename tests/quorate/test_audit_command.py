"""`quorate audit`: the table, the proof, the exit status."""

import json
import shutil
import sqlite3

import pytest
from click.testing import CliRunner

from node.home.charter_file import charter_to_json
from quorate.__main__ import main
from tests.node.audited_chain import build_chain


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    chain = build_chain(tmp_path_factory.mktemp("chain"), blocks=8)
    made = tmp_path_factory.mktemp("home")
    shutil.copy(chain.paths[0], made / "quorate.db")
    (made / "charter.json").write_bytes(charter_to_json(chain.charter))
    return made


def audit(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def test_rules_stand_under_their_tenets_with_the_proof_below(home):
    done = audit(home)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "the ledger's own" in lines
    assert (
        "7 · 联盟链技术可控 · a controllable consortium chain" in lines
        or "11 · 防范洗钱风险 · prevent money laundering" in lines
    )
    assert any(line.startswith("Proved for ") for line in lines)
    assert "  * each report leads to the compliance root in its block's header;" in lines


def test_one_height_in_json_is_that_block_alone(home):
    done = audit(home, "--from", 3, "--to", 3, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert (found["from"], found["to"], found["proved"]) == (3, 3, True)
    (block,) = found["blocks"]
    assert block["height"] == 3
    assert found["rules"] == block["rules"]


def test_a_database_alone_needs_the_charter(home):
    assert audit(home / "quorate.db").exit_code == 2
    assert audit(home / "quorate.db", "--charter", home / "charter.json").exit_code == 0


def test_an_edited_report_ends_with_10_and_names_its_place(home, tmp_path):
    shutil.copytree(home, tmp_path / "copy")
    connection = sqlite3.connect(tmp_path / "copy" / "quorate.db")
    with connection:
        connection.execute("UPDATE blocks SET compliance = x'90' WHERE height = 2")
    connection.close()
    done = audit(tmp_path / "copy")
    assert done.exit_code == 10
    assert "  blocks height=2, column compliance: it does not lead to the header's compliance root" in done.output
    assert json.loads(audit(tmp_path / "copy", "--json").output)["proved"] is False


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--from", 5, "--to", 4), 2, "--to 4 lies below --from 5"),
        (("--from", 0), 2, "--from"),
        (("--from", 900, "--to", 901), 10, "height=900..901: not here: this database ends with block"),
    ],
)
def test_a_range_that_cannot_be_is_answered(home, words, status, says):
    done = audit(home, *words)
    assert done.exit_code == status
    assert says in done.output


def test_a_home_without_a_database_is_answered(tmp_path, home):
    shutil.copy(home / "charter.json", tmp_path)
    done = audit(tmp_path)
    assert done.exit_code == 2
    assert "holds no quorate.db" in done.output
