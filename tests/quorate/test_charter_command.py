"""`quorate charter` and the options of `quorate node`, as somebody at a terminal meets them."""

import shlex
import stat
import subprocess

import pytest
from click.testing import CliRunner

from ledger.charter import chain_id
from ledger.presets import PRESETS, preset_named
from node.home.charter_file import read_charter
from node.home.home import open_home
from node.program import python_command, quorate_command
from quorate.__main__ import main


def run(*arguments: object, environment: dict[str, str] | None = None):
    return CliRunner().invoke(main, [str(each) for each in arguments], env=environment or {})


def test_new_makes_a_consortium_that_can_be_run(tmp_path):
    made = run("charter", "new", tmp_path / "c", "--members", 7, "--insecure-dev", "--gateway-port", 0)
    assert made.exit_code == 0, made.output
    charter = read_charter(tmp_path / "c" / "charter.json")
    assert len(charter.voters()) == 7
    assert chain_id(charter).hex() in made.output
    assert "NOT sealed" in made.output
    for member in charter.voters():
        home = open_home(tmp_path / "c" / member.id)
        assert home.keys(passphrase=None).node.public_key == member.node_key
        assert stat.S_IMODE(home.key_file.stat().st_mode) == 0o600


def test_new_ends_with_commands_that_run_as_printed(tmp_path):
    made = run("charter", "new", tmp_path / "c", "--insecure-dev")
    program = quorate_command()
    for member in ("ant", "tencent", "jd", "copyright"):
        assert f"  {program} node --home {tmp_path / 'c' / member}\n" in made.output
    assert f"  {python_command()} -m network.broker --port 1883\n" in made.output
    for command in ("propose", "query"):
        assert f"  {program} {command} {tmp_path / 'c' / 'ant'} " in made.output
    done = subprocess.run([*shlex.split(program), "--version"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_new_leaves_the_broker_to_those_who_have_one(tmp_path):
    made = run("charter", "new", tmp_path / "c", "--insecure-dev", "--bus", "mqtt://a:1", "--gateway-port", 0)
    assert "network.broker" not in made.output


def test_new_seals_keys_with_the_passphrase_of_a_file(tmp_path):
    (tmp_path / "secret").write_text("a long sentence\n")
    made = run("charter", "new", tmp_path / "c", "--members", 1, "--passphrase-file", tmp_path / "secret")
    assert made.exit_code == 0, made.output
    assert "NOT sealed" not in made.output
    home = open_home(tmp_path / "c" / "ant")
    assert home.keys(passphrase=b"a long sentence").node.public_key == home.member.node_key


def test_new_takes_parameters_and_buses(tmp_path):
    made = run(
        *("charter", "new", tmp_path / "c", "--members", 4, "--insecure-dev", "--name", "school"),
        *("--parameter", "hold_hours_first=90", "--bus", "mqtt://a:1", "--bus", "mqtt://b:2"),
    )
    assert made.exit_code == 0, made.output
    assert read_charter(tmp_path / "c" / "charter.json").parameters == {"hold_hours_first": 90}
    assert open_home(tmp_path / "c" / "jd").settings.buses == ("mqtt://a:1", "mqtt://b:2")
    shown = run("charter", "show", tmp_path / "c" / "charter.json")
    assert shown.exit_code == 0, shown.output
    for part in ("school", "hold_hours_first = 90", "4 members, 1 may be faulty, quorum 3", "蚂蚁集团", "learner"):
        assert part in shown.output


def test_new_takes_a_presets_figures_policies_and_chains_and_shows_them(tmp_path):
    made = run(
        *("charter", "new", tmp_path / "c", "--members", 4, "--insecure-dev", "--preset", "guangzi"),
        *("--parameter", "gifts_per_day=2", "--policy", "pause=ANY", "--policy", "list_chain=FORBIDDEN"),
        *("--chain", "wenchang"),
    )
    assert made.exit_code == 0, made.output
    charter = read_charter(tmp_path / "c" / "charter.json")
    assert charter.parameters == {**preset_named("guangzi").parameters, "gifts_per_day": 2}
    assert charter.policies == {"pause": "ANY", "list_chain": "FORBIDDEN"}
    assert charter.chains == ("wenchang",)
    shown = run("charter", "show", tmp_path / "c" / "charter.json").output
    for part in ("hold_hours_later = 120", "gifts_per_day = 2", "pause = ANY", "list_chain = FORBIDDEN", "wenchang"):
        assert part in shown


def test_presets_are_listed_with_their_figures_and_sources():
    listed = run("charter", "presets")
    assert listed.exit_code == 0
    for name, found in PRESETS.items():
        assert name in listed.output
        assert found.source in listed.output
    assert "hold_hours_first=2160" in listed.output


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--members", "0"), "0 members"),
        (("--preset", "jingtan"), "there are: jingtan-2022"),
        (("--policy", "pause"), "KIND=POLICY"),
        (("--policy", "pause=most"), "expected ANY, MAJORITY"),
        (("--policy", "paws=ANY"), "no kind of decision"),
        (("--chain", "a/b"), "chains[0]"),
        (("--members", "4", "--parameter", "hold_hours_first"), "NAME=NUMBER"),
        (("--members", "4", "--parameter", "hold_days=1"), "hold_days"),
        (("--members", "4", "--parameter", "hold_hours_first=99999"), "hold_hours_first"),
        (("--members", "4", "--gateway-port", "65535"), "gateway_port_first"),
        (("--members", "4", "--name", ""), "name"),
    ],
)
def test_new_refuses_what_no_charter_can_have_and_leaves_nothing(tmp_path, arguments, named):
    refused = run("charter", "new", tmp_path / "c", "--insecure-dev", *arguments)
    assert refused.exit_code == 1
    assert named in refused.output
    assert list(tmp_path.iterdir()) == []


def test_new_never_overwrites(tmp_path):
    (tmp_path / "c").mkdir()
    refused = run("charter", "new", tmp_path / "c", "--insecure-dev")
    assert refused.exit_code == 1
    assert "exists already" in refused.output
    assert list((tmp_path / "c").iterdir()) == []


def test_show_refuses_what_is_no_charter(tmp_path):
    (tmp_path / "charter.json").write_text("{}")
    for name in ("charter.json", "absent.json"):
        refused = run("charter", "show", tmp_path / name)
        assert refused.exit_code == 1
        assert name in refused.output


@pytest.mark.parametrize("address", ["7460", "host:", ":7460", "host:port", "host:70000", ""])
def test_node_refuses_an_address_that_is_none(tmp_path, address):
    refused = run("node", "--home", tmp_path, "--gateway", address)
    assert refused.exit_code == 2
    assert "HOST:PORT" in refused.output


def test_node_with_sealed_keys_and_nobody_to_ask_says_what_to_give(tmp_path):
    (tmp_path / "secret").write_text("a long sentence")
    run("charter", "new", tmp_path / "c", "--members", 1, "--passphrase-file", tmp_path / "secret")
    refused = run("node", "--home", tmp_path / "c" / "ant")
    assert refused.exit_code == 1
    assert "--passphrase-file" in refused.output
