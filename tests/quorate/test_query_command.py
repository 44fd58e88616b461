"""`quorate query` over a real gateway: every question, with the proof checked and the answer drawn again from it."""

import json
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from ledger.operations.governance import ChangeParameters, ParameterChange, Propose
from node.gateway.queries.pace import Pace
from node.gateway.queries.table import ALL_QUERIES, QUERIES
from quorate.__main__ import main
from quorate.commands.answer_words import answer_lines
from quorate.verifier.answers import verify_answer
from tests.node.test_gateway_queries import EXAMPLES, told
from tests.quorate.served import command, served


@pytest.fixture
async def home(tmp_path, monkeypatch):
    """The home of a running member that knows the life of a token, and a proposal."""
    async with served(tmp_path) as (member, folder):
        monkeypatch.setattr(member.service.asking, "_pace", Pace(lambda: 0.0))
        await told(member)
        figures = ChangeParameters((ParameterChange("gifts_per_day", 5),))
        expires_ms = member.driver.core.ledger.timestamp_ms + 86_400_000
        await member.client.finalise(
            member.operator("ant").seal(Propose("ant.p-1", figures, "A new year.", expires_ms))
        )
        yield folder


def words(name: str) -> list[str]:
    return [f"{field}={value}" for field, value in EXAMPLES[name].items()]


@pytest.mark.slow
async def test_every_question_is_asked_and_its_proof_checked_and_drawn_again(home):
    for name in ALL_QUERIES:
        answered = await command("query", home, name, *words(name))
        assert answered.exit_code == 0, (name, answered.output)
        if name == "history":
            continue
        proved = await command("query", home, name, *words(name), "--proof")
        assert proved.exit_code == 0, (name, proved.output)
        assert "The proof holds: so it stood after block" in proved.output
        assert ("ok       answer" in proved.output) == (name in {query.name for query in QUERIES})
        assert ("ok       report" in proved.output) == (name == "compliance")
        assert ("What it does not show" in proved.output) == bool(getattr(ALL_QUERIES[name], "unproved", ""))


async def test_an_answer_of_a_past_block_is_asked_for_and_proved_by_its_height(home):
    asked = ("query", home, "owner_of", "token=prints-0001", "--json", "--proof")
    latest = json.loads((await command(*asked)).output)
    # Burned, two blocks after it was sold; the proposal came after that.
    earlier = json.loads((await command(*asked, "--height", latest["height"] - 3)).output)
    assert (latest["owner"], earlier["owner"]) == (None, "ant.li")
    assert latest["holds"]
    assert earlier["holds"]
    assert earlier["height"] == latest["height"] - 3


async def test_a_gateway_that_answers_other_than_it_proves_is_found_out(home, tmp_path, monkeypatch):
    from node.client import Client

    honest = Client.query

    async def lying(self, question, /, **asked):
        answered = await honest(self, question, **asked)
        return msgspec.structs.replace(answered, owner="ant.wang")

    monkeypatch.setattr(Client, "query", lying)
    caught = await command("query", home, "owner_of", "token=prints-0002", "--proof")
    assert caught.exit_code == 10
    assert "FAILED   answer" in caught.output
    assert "the proved rows say something else" in caught.output
    assert "The proof does NOT hold" in caught.output

    async def forgetful(self, question, /, **asked):
        answered: Any = await honest(self, question, **asked)
        return msgspec.structs.replace(answered, proof=msgspec.structs.replace(answered.proof, rows=()))

    monkeypatch.setattr(Client, "query", forgetful)
    caught = await command("query", home, "owner_of", "token=prints-0002", "--proof")
    assert caught.exit_code == 10
    assert "it rests on row token/prints-0002 too, and that was not proved" in caught.output


async def test_an_answer_that_rests_on_more_than_is_proved_does_not_hold_and_says_so(home, monkeypatch):
    from node.gateway.queries import asking

    monkeypatch.setattr(asking, "ROWS_PROVED_MAX", 1)
    done = await command("query", home, "tokens_of", "account=ant", "--proof")
    assert done.exit_code == 10
    assert "rows that it rests on are not proved: one answer proves the first" in done.output


async def test_a_proof_altered_anywhere_does_not_hold(home):
    from node.client import Client
    from node.home.running import find_gateway

    found = find_gateway(home)
    assert found is not None
    async with Client([found.gateway]) as client:
        answered: Any = await client.query("owner_of", token="prints-0002", proof="true")
        chain = bytes.fromhex((await client.status()).chain)
    charter, proof = (home / "charter.json").read_bytes(), msgspec.json.encode(answered.proof)
    height = answered.height
    assert verify_answer(proof, charter, chain=chain, height=height)[1] is not None
    assert verify_answer(proof, charter, chain=chain, height=height + 1)[1] is None
    assert verify_answer(proof, charter, chain=bytes(32), height=height)[1] is None
    for place in range(0, len(proof), 7):
        altered = proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1 :]
        checks, held = verify_answer(altered, charter, chain=chain, height=height)
        # `rows_left_out` is the gateway's word; all else is hashed or signed.
        assert held is None or held.left_out != 0, (place, checks)


async def test_what_is_wrong_with_a_question_is_said_with_the_field_and_what_there_is(home):
    for arguments, told_so in (
        (("owns", "token=x-0001"), "'owns' is no question; there are: owner_of"),
        (("owner_of",), "owner_of: token must be given"),
        (("owner_of", "tokn=x-0001"), "owner_of: tokn is no field; there are: height, proof, token"),
        (("owner_of", "token=x-0001", "--height", "two"), "height is a whole number, not 'two'"),
        (("history", "token=x-0001", "--proof"), "history has no proof as a whole"),
    ):
        refused = await command("query", home, *arguments)
        assert refused.exit_code == 2, refused.output
        assert told_so in refused.output.replace("\n", " ")
    far = await command("query", home, "owner_of", "token=x-0001", "--height", "999")
    assert far.exit_code == 1
    assert "height-out-of-reach" in far.output


def test_a_proof_at_an_address_wants_a_charter():
    done = CliRunner().invoke(main, ["query", "http://127.0.0.1:9", "members", "--proof"])
    assert done.exit_code == 2
    assert "--charter" in done.output


def test_help_lists_every_question_and_what_each_takes():
    listed = CliRunner().invoke(main, ["query", "--help"]).output
    assert all(f"  {name}  " in listed for name in ALL_QUERIES)
    explained = CliRunner().invoke(main, ["query", "can_transfer", "--help"]).output
    assert all(f"  {field}" in explained for field in ("token", "to", "sender"))
    assert "height" not in explained.replace("as of a height", "")


def test_an_event_is_one_line_with_its_times_as_dates():
    event = {"name": "frozen", "params": {"token": "a-0001", "expires_ms": "1700000000000"}}
    said = "frozen token=a-0001, expires_ms=1700000000000 (2023-11-14 22:13:20 UTC)"
    assert answer_lines({"events": [{"height": 7, "event": event}]})[-1] == f"  7       {said}"


def test_what_a_liars_gateway_says_neither_steers_a_terminal_nor_makes_up_lines_of_ours():
    steering = "\x1b[2J"
    answer = {
        "title": f"{steering}\nThe proof holds",
        "particulars": {f"{steering}=": f"{steering}\n"},
        "events": [
            {"event": {"name": f"{steering}x", "params": {f"a{steering}": "b, to=ant.li", "at_ms": "9" * 5_000}}}
        ],
        "tokens": [f"a-0001\n{steering}", "b-0001, c-0001"],
    }
    lines = answer_lines(answer)
    assert len(lines) == 7
    assert all(line.isprintable() for line in lines)
    assert '"b, to=ant.li"' in lines[5]
    assert lines[6].endswith('"b-0001, c-0001"')


def test_an_answer_is_shown_in_columns_with_times_as_dates_and_lists_as_tables():
    answer = {"height": 7, "at_ms": 1_700_000_000_000, "gone": None, "paused": False, "proof": {"x": 1}}
    assert answer_lines({**answer, "rows": [{"a": "x", "n": 10}, {"a": "long", "n": 1}], "figures": {"b": 2}}) == [
        "height   7",
        "at_ms    1700000000000 (2023-11-14 22:13:20 UTC)",
        "gone     none",
        "paused   no",
        "rows",
        "  a     n",
        "  x     10",
        "  long  1",
        "figures",
        "  b  2",
    ]
