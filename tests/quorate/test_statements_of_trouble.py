"""What holds a token, or ends it, stands in the statement of who owns it, whichever row of the state carries it."""

import json

import pytest

from ledger.operations.accounts import AccountState, SuspensionTerms, UpdateAccountState
from ledger.operations.freezes import EmergencyFreeze, FreezeAccount, FreezeToken
from ledger.operations.measures import OpenDispute, Takedown
from ledger.operations.subjects import AccountSubject, PlatformSubject, SeriesSubject, TokenSubject, WorkSubject
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.parameters import DAY_MS
from node.statement_file import Kind
from quorate.commands.proof_words import claimed, proved
from quorate.verifier.checks import verify
from tests.quorate.certificates import charter_json
from tests.quorate.statements import HOLDER, NOW_MS, POOR, TOKEN, UNSOLD, WORK, Life

UNTIL_MS = NOW_MS + 5 * DAY_MS
NOTHING = "Nothing held it"
TERMS = SuspensionTerms("fraud", "member-0.case-8", UNTIL_MS)
LATER_TERMS = SuspensionTerms("fraud", "member-0.case-8", UNTIL_MS + 200 * DAY_MS)


def lines(life: Life, kind: Kind = Kind.OWNERSHIP, subject: str = TOKEN) -> list[str]:
    """What a statement, which must hold, is said to prove."""
    report = verify(life.statement(kind, subject), charter_json(life.charter))
    assert report.holds, report.failed()
    assert report.contents is not None
    return proved(report.contents)


def agreed(operation: Operation) -> Life:
    """A life in which enough members asked for the same."""
    life = Life()
    for member in ("member-0", "member-1", "member-2"):
        life.block(member, operation, accepted=False)
    return life


def test_of_a_token_that_nothing_holds_that_is_what_the_statement_says():
    for token in (TOKEN, UNSOLD):
        assert [line for line in lines(Life(), subject=token) if line.startswith(NOTHING)]


TROUBLES: tuple[tuple[Operation, str], ...] = (
    (
        FreezeToken(TOKEN, "stolen", "member-0.case-1", UNTIL_MS),
        f"Token {TOKEN} is frozen in case member-0.case-1 until 2021-07-04",
    ),
    (
        FreezeAccount(HOLDER, "fraud", "member-0.case-2", UNTIL_MS),
        f"Its owner's account {HOLDER} is frozen in case member-0.case-2 until 2021-07-04",
    ),
    (
        EmergencyFreeze(AccountSubject(HOLDER), "fraud", "member-0.case-3", UNTIL_MS),
        f"Its owner's account {HOLDER} is frozen in case member-0.case-3",
    ),
    (
        OpenDispute(WORK, "who made it", "member-0.case-4", UNTIL_MS),
        f"Work {WORK} is in dispute, in case member-0.case-4, until",
    ),
    (
        Takedown(TokenSubject(TOKEN), "unlawful", "member-0.case-5"),
        f"Token {TOKEN} was taken down in case member-0.case-5",
    ),
    (
        Takedown(SeriesSubject("scroll-a"), "unlawful", "member-0.case-6"),
        "Its series scroll-a was taken down in case member-0.case-6",
    ),
    (Takedown(WorkSubject(WORK), "unlawful", "member-0.case-7"), f"Work {WORK} was taken down in case member-0.case-7"),
)


@pytest.mark.parametrize(("operation", "sentence"), TROUBLES, ids=lambda each: type(each).__name__)
def test_what_members_agreed_to_is_told(operation, sentence):
    found = lines(agreed(operation))
    assert [line for line in found if line.startswith(sentence)], found
    assert not [line for line in found if line.startswith(NOTHING)]


@pytest.mark.parametrize(
    ("by", "operation", "sentence"),
    [
        (
            "member-0",
            UpdateAccountState(HOLDER, AccountState.SUSPENDED, None, TERMS),
            f"Its owner's account {HOLDER} is suspended by its platform until 2021-07-04",
        ),
        (
            "member-0",
            WindDown(SeriesSubject("scroll-a"), "sold out"),
            "Its series scroll-a is wound down since 2021-06-29",
        ),
        (
            "member-0",
            WindDown(PlatformSubject("member-0"), "bankrupt"),
            "Its issuer member-0 is wound down since 2021-06-29",
        ),
    ],
)
def test_what_one_member_can_do_is_told(by, operation, sentence):
    life = Life()
    life.block(by, operation)
    found = lines(life)
    assert [line for line in found if line.startswith(sentence)], found
    assert not [line for line in found if line.startswith(NOTHING)]


def test_why_somebody_winds_down_is_his_word_and_not_proved():
    life = Life()
    life.block("member-0", WindDown(PlatformSubject("member-0"), "too little sold"))
    contents = verify(life.statement(Kind.OWNERSHIP, TOKEN), charter_json(life.charter)).contents
    assert contents is not None
    assert not [line for line in proved(contents) if "too little sold" in line]
    assert [line for line in claimed(contents) if "too little sold" in line]


def test_what_the_owner_chose_is_told():
    life = Life()
    life.block("member-0", WindDown(SeriesSubject("scroll-a"), "sold out"))
    assert "Its owner has chosen nothing, so he holds it." in lines(life)
    life.block(HOLDER, ChooseHoldOrRefund(TOKEN, Choice.REFUND))
    assert "Its owner chose to be refunded, by which it will end." in lines(life)
    life.block(HOLDER, ChooseHoldOrRefund(TOKEN, Choice.HOLD))
    assert "Its owner chose to hold it." in lines(life)


def test_an_account_that_is_frozen_says_so_in_its_own_statement():
    found = lines(agreed(FreezeAccount(HOLDER, "fraud", "member-0.case-2", UNTIL_MS)), Kind.HOLDINGS, HOLDER)
    assert found[1] == f"Account {HOLDER} holds 1 sold edition."
    assert found[2].startswith(f"Account {HOLDER} is frozen in case member-0.case-2 until 2021-07-04")


def test_a_freeze_that_is_over_by_the_blocks_time_is_not_told():
    life = agreed(FreezeToken(TOKEN, "stolen", "member-0.case-1", UNTIL_MS))
    assert not [line for line in lines(life) if line.startswith(NOTHING)]
    life.later(6 * DAY_MS)
    life.block("member-1", *())
    assert [line for line in lines(life) if line.startswith(NOTHING)]


def test_no_row_that_would_hold_the_token_can_be_left_out_or_changed_for_anothers():
    """Whoever owns a frozen token would like to show the statement without that row, or with another account's."""
    life = agreed(FreezeAccount(HOLDER, "fraud", "member-0.case-2", UNTIL_MS))
    life.block("member-0", WindDown(SeriesSubject("scroll-a"), "sold out"))
    content = json.loads(life.statement(Kind.OWNERSHIP, TOKEN))
    others = json.loads(life.statement(Kind.HOLDINGS, POOR))["rows"]
    absent = json.loads(life.statement(Kind.HOLDINGS, "member-0.nobody"))["rows"]
    charter = charter_json(life.charter)
    for place in range(len(content["rows"])):
        rows = content["rows"]
        for changed in (
            rows[:place] + rows[place + 1 :],
            rows[:place] + others + rows[place + 1 :],
            rows[:place] + absent + rows[place + 1 :],
            [*rows[:place], rows[place - 1], *rows[place + 1 :]],
        ):
            data = json.dumps({**content, "rows": changed}, separators=(",", ":")).encode()
            assert verify(data, charter).failed() == ("subject",), place


def test_who_was_given_a_token_has_not_chosen_what_its_owner_before_him_chose():
    life = Life()
    life.later(200 * DAY_MS)
    life.block("member-0", WindDown(SeriesSubject("scroll-a"), "sold out"))
    life.block(HOLDER, ChooseHoldOrRefund(TOKEN, Choice.REFUND))
    life.block(HOLDER, TransferFrom(TOKEN, HOLDER, POOR))
    life.block("member-0", UpdateAccountState(POOR, AccountState.SUSPENDED, None, LATER_TERMS))
    found = lines(life)
    assert f"Token {TOKEN} belongs to account {POOR}." in found
    assert "Its owner has chosen nothing, so he holds it." in found
    assert [line for line in found if line.startswith(f"Its owner's account {POOR} is suspended by its platform")]
