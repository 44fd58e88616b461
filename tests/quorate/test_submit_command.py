"""`quorate submit` and `quorate propose` over a real gateway: signed, final, and the receipt in words."""

import json
import re
import shlex

import pytest
from click.testing import CliRunner

from ledger.operations.table import OPERATION_TYPES
from node.program import quorate_command
from quorate.__main__ import main
from quorate.commands.first_steps import first_steps
from tests.node.four_members import four_members
from tests.quorate.served import command, served

WORK = (
    "register_work",
    "work=landscape",
    "title=Landscape",
    "creator=unknown",
    "holder=Hunan Museum",
    "source=catalogue 7",
    f"content_hash={'01' * 32}",
    "certificate_number=C-7",
    "licensees=ant",
)


@pytest.fixture
async def home(tmp_path):
    """The home of a member that votes alone; its siblings are homes of the same chain's other members."""
    async with served(tmp_path) as (_, folder):
        yield folder


async def test_an_operation_is_signed_by_the_member_of_the_home_and_its_receipt_told(home):
    registrar = home.parent / "copyright"
    done = await command("submit", registrar, *WORK, "--node", home)
    assert done.exit_code == 0, done.output
    assert re.match(r"Executed in block 1, final for good\. Transaction [0-9a-f]{64}\n", done.output)
    assert "  work_registered work=landscape" in done.output
    again = await command("submit", registrar, *WORK, "--node", home)
    assert again.exit_code == 10
    assert "Refused before it was ordered" in again.output
    assert re.search(r"  R4\.\d E_\w+ \(tenet 4, original and genuine works\): ", again.output)
    told = await command("submit", registrar, *WORK, "--node", home, "--json")
    assert told.exit_code == 10
    assert 4 in {refusal["tenet"] for refusal in json.loads(told.output)["refusals"]}


async def test_a_command_takes_the_next_nonce_so_that_programs_stay_within_the_window(tmp_path):
    async with served(tmp_path) as (member, home):
        for number in (1, 2, 3):
            words = [word.replace("01" * 32, f"{number:02x}" * 32) for word in WORK]
            words[1] = f"work=work-{number}"
            done = await command("submit", home.parent / "copyright", *words, "--node", home)
            assert done.exit_code == 0, done.output
            assert (await member.client.account("copyright")).nonce_highest == number


async def test_what_a_role_may_not_do_is_refused_with_the_rule(home):
    done = await command("submit", home, *WORK)
    assert done.exit_code == 10
    assert "L6 E_AUTHORITY (the ledger's own)" in done.output


async def test_the_regulator_who_runs_no_node_names_one(home):
    words = ("record_access", "what=Reports of May.", "case=regulator.case-1")
    nowhere = await command("submit", home.parent / "regulator", *words)
    assert nowhere.exit_code == 2
    assert "name one with --node" in nowhere.output.replace("\n", " ")
    done = await command("submit", home.parent / "regulator", *words, "--node", home)
    assert done.exit_code == 0, done.output


async def test_a_member_whose_key_was_replaced_signs_with_the_new_one(home, tmp_path):
    file = tmp_path / "new.json"
    made = await command("charter", "keys", file, "--insecure-dev")
    assert made.exit_code == 0, made.output
    (key,) = re.findall(r"operator_key  ([0-9a-f]{64})", made.output)
    assert (await command("charter", "keys", file, "--insecure-dev")).exit_code == 1
    replaced = await command("submit", home, "rotate_key", "account=ant", f"public_key={key}", "from_height=0")
    assert replaced.exit_code == 0, replaced.output
    old = await command("submit", home, "mint", "series=prints")
    assert old.exit_code == 10
    assert "E_KEY" in old.output
    new = await command("propose", home, "ant.p-1", "pause", "--reason", "x", "--account", "ant", "--key-file", file)
    assert new.exit_code == 0, new.output
    nobody = await command("vote", home, "ant.p-1", "for", "--key-file", file)
    assert nobody.exit_code == 2
    assert "name it with --account" in nobody.output


async def test_a_proposal_is_put_to_the_vote_and_told_as_it_stands(home):
    done = await command(
        "propose",
        home,
        "ant.p-1",
        "change_parameters",
        "gifts_per_day=5",
        "--reason",
        "A new year.",
        "--expires",
        "+7d",
    )
    assert done.exit_code == 0, done.output
    assert "ant.p-1: change_parameters gifts_per_day=5" in done.output
    assert "For it: ant. Against it: nobody. It needs 2/3 of the voting members." in done.output
    assert "Adopted in block 1; block 101 is the first under it." in done.output
    listed = await command("query", home, "proposals")
    assert "ant.p-1" in listed.output
    assert "adopted" in listed.output
    late = await command("vote", home, "ant.p-1", "for")
    assert late.exit_code == 10
    assert "E_" in late.output
    wrong = await command("propose", home, "ant.p-2", "change_parameters", "gifts_per_day=1001", "--reason", "More.")
    assert wrong.exit_code == 10
    assert "0 to 1000 are permitted" in wrong.output
    regulator = await command(
        "propose", home.parent / "regulator", "regulator.p-3", "pause", "--reason", "Stop.", "--node", home
    )
    assert regulator.exit_code == 10
    told = await command("propose", home, "ant.p-4", "pause", "--reason", "Stop.", "--json")
    assert json.loads(told.output)["proposal"]["state"] == "in_force"
    assert "In force since block" in (await command("propose", home, "ant.p-5", "resume", "--reason", "Go on.")).output


def test_a_wrong_command_line_is_refused_before_anything_is_asked(tmp_path):
    for arguments, told in (
        (("submit", tmp_path, "sell"), "'sell' is no operation"),
        (("submit", tmp_path, "mint"), "mint: series must be given"),
        (
            ("propose", tmp_path, "ant.p-1", "sell", "--reason", "x"),
            "'sell' is no action; there are: change_parameters",
        ),
        (("propose", tmp_path, "ant.p-1", "pause"), "--reason"),
        (("propose", tmp_path, "ant.p-1", "change_parameters", "gifts=5", "--reason", "x"), "'gifts=5' is no figure"),
        (("propose", tmp_path, "P", "pause", "--reason", "x"), "at `proposal`"),
        (("propose", tmp_path, "ant.p", "pause", "--reason", "x", "--expires", "soon"), "expires_ms is a time"),
        (("vote", tmp_path, "ant.p-1", "perhaps"), "'perhaps'"),
        (("submit", tmp_path, "mint", "series=x"), "runs no node"),
    ):
        done = CliRunner().invoke(main, [str(each) for each in arguments])
        assert done.exit_code == 2, done.output
        assert told in done.output.replace("\n", " "), done.output


async def test_a_home_of_another_chain_signs_nothing(home, tmp_path):
    made = CliRunner().invoke(main, ["charter", "new", str(tmp_path / "other"), "--insecure-dev"])
    assert made.exit_code == 0
    done = await command("submit", tmp_path / "other" / "copyright", *WORK, "--node", home)
    assert done.exit_code == 1
    assert "Nothing was signed" in done.output


def test_help_lists_every_operation_and_what_each_takes():
    listed = CliRunner().invoke(main, ["submit", "--help"]).output
    assert all(str(kind.__struct_config__.tag) in listed for kind in OPERATION_TYPES)
    explained = CliRunner().invoke(main, ["submit", "transfer_from", "--help"]).output
    assert all(f"  {field}" in explained for field in ("token", "sender", "to"))
    assert "gifts_per_day" in CliRunner().invoke(main, ["propose", "change_parameters", "--help"]).output


async def test_the_first_steps_that_a_new_consortium_is_told_are_commands_that_work(home):
    lines = first_steps(home.parent, ["ant"], broker_port=None).splitlines()
    told = [shlex.split(line.removeprefix(f"  {quorate_command()} ")) for line in lines if " node " not in line]
    run = [words for words in told if words[:1] in (["propose"], ["query"])]
    assert len(run) == 2
    for words in run:
        done = await command(*words)
        assert done.exit_code == 0, done.output
    assert "ant.1" in done.output
    assert "The proof holds" in done.output


@pytest.mark.slow
async def test_three_members_vote_for_a_figure_over_their_own_nodes(tmp_path):
    async with four_members(tmp_path) as consortium:
        ant, tencent, jd, _ = (node.home for node in consortium.nodes)
        figures = ("change_parameters", "gifts_per_day=5")
        opened = await command("propose", ant, "ant.p-1", *figures, "--reason", "A new year.")
        assert opened.exit_code == 0, opened.output
        assert "For it: ant. Against it: nobody." in opened.output
        assert "Open until" in opened.output
        against = await command("vote", tencent, "ant.p-1", "against")
        assert "Against it: tencent." in against.output
        first = await command("vote", jd, "ant.p-1", "for", "--deadline", "+1h")
        assert first.exit_code == 0, first.output
        decided = await command("vote", consortium.root / "copyright", "ant.p-1", "for")
        assert decided.exit_code == 0, decided.output
        assert "For it: ant, copyright, jd. Against it: tencent." in decided.output
        assert "Adopted in block" in decided.output
        late = await command("vote", ant, "ant.p-1", "for")
        assert late.exit_code == 10
