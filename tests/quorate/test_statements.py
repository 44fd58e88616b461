"""Statements of what the state says: every kind holds, and nothing altered, put together wrongly or untrue does."""

import json
from hashlib import sha256
from random import Random

import pytest

from ledger.records.accounts import AccountRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord
from ledger.records.winding_down import ChoiceRecord, WindDownRecord
from ledger.records.works import ContentRecord, WorkRecord
from node.statement_file import STATEMENT_FORMAT, Kind
from quorate.commands.proof_words import claimed, proved
from quorate.verifier import records, statements
from quorate.verifier.checks import verify
from tests.quorate.certificates import charter_json
from tests.quorate.statements import CONTENT, GOOD, HOLDER, NEVER, POOR, TOKEN, WORK, Life

LIFE = Life()
CHARTER = charter_json(LIFE.charter)


@pytest.mark.parametrize(("kind", "subject"), GOOD)
def test_a_statement_of_every_kind_holds(kind, subject):
    report = verify(LIFE.statement(kind, subject), CHARTER)
    assert report.holds, report.failed()
    assert report.contents is not None
    assert proved(report.contents)
    assert claimed(report.contents)


@pytest.mark.parametrize(
    ("kind", "subject", "sentence"),
    [
        (Kind.OWNERSHIP, TOKEN, f"Token {TOKEN} belongs to account {HOLDER}."),
        (Kind.ABSENCE, NEVER, f"Token {NEVER} was never minted: 3 editions of its series were."),
        (Kind.HOLDINGS, POOR, f"Account {POOR} holds nothing."),
        (Kind.HOLDINGS, HOLDER, f"Account {HOLDER} holds 1 sold edition."),
        (Kind.COPYRIGHT, WORK, "Platforms that may issue series of it: member-0."),
        (Kind.COMPLIANCE, "2", "In block 2"),
    ],
)
def test_what_is_proved_is_said_and_what_was_claimed_stands_apart(kind, subject, sentence):
    contents = verify(LIFE.statement(kind, subject), CHARTER).contents
    assert contents is not None
    assert any(line.startswith(sentence) for line in proved(contents))
    assert not any("Hunan Museum" in line for line in proved(contents))
    said = any("Hunan Museum" in line for line in claimed(contents))
    assert said == (kind in (Kind.OWNERSHIP, Kind.COPYRIGHT))


@pytest.mark.parametrize(
    ("kind", "subject", "why"),
    [
        (Kind.ABSENCE, TOKEN, "it rests on 2 rows, not 1"),
        (Kind.OWNERSHIP, NEVER, "it rests on 7 rows, not 2"),
        (Kind.COPYRIGHT, "vase", "it rests on 2 rows, not 1"),
    ],
)
def test_what_is_not_so_cannot_be_stated(kind, subject, why):
    report = verify(LIFE.statement(kind, subject), CHARTER)
    assert report.failed() == ("subject",)
    assert [check.detail for check in report.checks if check.name == "subject"] == [why]


def test_rows_of_another_subject_say_nothing_of_this_one():
    for kind, subject, other in (
        (Kind.OWNERSHIP, TOKEN, "scroll-a-0002"),
        (Kind.ABSENCE, NEVER, "scroll-a-0005"),
        (Kind.HOLDINGS, POOR, HOLDER),
    ):
        content = json.loads(LIFE.statement(kind, subject))
        content["subject"] = other
        assert verify(json.dumps(content, separators=(",", ":")).encode(), CHARTER).failed() == ("subject",)


def test_rows_of_another_block_do_not_lead_to_this_ones_root():
    early = Life()
    old = json.loads(early.statement(Kind.HOLDINGS, POOR))
    early.block("member-1", *())
    new = json.loads(early.statement(Kind.HOLDINGS, POOR))
    old["header"], old["votes"] = new["header"], new["votes"]
    assert "rows" in verify(json.dumps(old, separators=(",", ":")).encode(), CHARTER).failed()


def test_a_file_that_says_the_same_in_other_bytes_is_not_the_file():
    data = LIFE.statement(Kind.OWNERSHIP, TOKEN)
    for other in (data + b"\n", json.dumps(json.loads(data)).encode(), data.replace(b'"kind"', b' "kind"', 1)):
        assert verify(other, CHARTER).failed() == ("format",)


def test_more_rows_or_steps_than_there_can_be_are_not_read():
    content = json.loads(LIFE.statement(Kind.HOLDINGS, POOR))
    row = content["rows"][0]
    step = row["steps"][0]
    for rows, failed in (
        ([row] * 8, "subject"),
        ([row] * 9, "format"),
        ([{**row, "steps": [step] * 256}], "rows"),
        ([{**row, "steps": [step] * 257}], "format"),
    ):
        data = json.dumps({**content, "rows": rows}, separators=(",", ":")).encode()
        assert verify(data, CHARTER).failed() == (failed,)


def test_the_content_is_held_against_the_work():
    for kind, subject in ((Kind.OWNERSHIP, TOKEN), (Kind.COPYRIGHT, WORK)):
        assert verify(LIFE.statement(kind, subject), CHARTER, sha256(CONTENT).digest()).holds
        assert verify(LIFE.statement(kind, subject), CHARTER, sha256(CONTENT + b"!").digest()).failed() == ("content",)
    assert verify(LIFE.statement(Kind.HOLDINGS, POOR), CHARTER, sha256(CONTENT).digest()).failed() == ("content",)


def test_another_chains_charter_leaves_one_failure():
    assert verify(LIFE.statement(Kind.OWNERSHIP, TOKEN), charter_json(Life(7).charter)).failed() == ("chain",)


@pytest.mark.parametrize(("kind", "subject"), GOOD)
def test_no_statement_altered_in_one_byte_holds(kind, subject):
    """Every place once, with a byte drawn by the seed; `python -m tests.quorate.alterations` alters 10,000."""
    data, random = LIFE.statement(kind, subject), Random(2021)
    for place in random.sample(range(len(data)), 120):
        altered = bytearray(data)
        altered[place] = random.choice([each for each in range(256) if each != data[place]])
        assert not verify(bytes(altered), CHARTER).holds, place


def test_the_verifiers_names_are_the_records_fields():
    for name, record in (
        ("token", TokenRecord),
        ("series", SeriesRecord),
        ("work", WorkRecord),
        ("account", AccountRecord),
        ("wind_down", WindDownRecord),
        ("choice", ChoiceRecord),
        ("content", ContentRecord),
    ):
        assert record.__struct_fields__ == tuple(records.TABLES[name])
    assert list(statements.Kind) == [each.value for each in Kind]
    assert statements.STATEMENT_FORMAT == STATEMENT_FORMAT
