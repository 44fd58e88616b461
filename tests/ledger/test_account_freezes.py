"""R7.2 for accounts: who is frozen neither gives nor receives nor signs; his platform's suspension is another thing."""

import pytest

from ledger.operations.accounts import AccountState, RegisterAccount, UpdateAccountState
from ledger.operations.freezes import FreezeAccount
from ledger.operations.tokens import Approve, Refund, SafeBatchTransferFrom, SetApprovalForAll, TransferFrom
from ledger.records.freezes import FreezeState
from tests.ledger.case import OTHER, OWNER, Case
from tests.ledger.world import issue_operation, person


def frozen() -> Case:
    case = Case(about="account")
    for party in ("regulator", "jd"):
        case.freeze(party)
    assert case.is_frozen()
    return case


def test_an_account_is_frozen_and_freed_by_the_same_parties_as_a_token__r7_2():
    case = Case(about="account")
    assert case.freeze("jd") == ["freeze_approved"]
    assert not case.is_frozen()
    assert case.freeze("jd") == ["E_ALREADY_APPROVED"]
    assert case.freeze("regulator") == ["freeze_approved", "frozen"]
    assert case.is_frozen()
    assert case.unfreeze("ant") == ["unfreeze_approved"]
    assert case.unfreeze("regulator") == ["unfreeze_approved", "unfrozen"]
    assert not case.is_frozen()
    assert case.record().state is FreezeState.RELEASED


def test_a_frozen_account_neither_gives_nor_receives_nor_buys__r7_2():
    case = frozen()
    other = case.world.sold_token(OTHER)
    assert case.do(OWNER, TransferFrom(case.token, OWNER, OTHER)) == ["E_ACCOUNT_FROZEN"]
    assert case.do(OTHER, TransferFrom(other, OTHER, OWNER)) == ["E_ACCOUNT_FROZEN"]
    case.world.sealed_series("new", editions=1)
    assert case.do("ant", issue_operation("new", OWNER)) == ["E_ACCOUNT_FROZEN"]


def test_a_frozen_account_signs_nothing_at_all__r7_2():
    case = frozen()
    refusals = case.world.do(OWNER, RegisterAccount("ant.x", bytes(32), bytes(32), ())).refusals  # type: ignore[arg-type]
    assert [each.code for each in refusals] == ["E_AUTHORITY", "E_ACCOUNT_FROZEN"]
    assert (refusals[1].rule, refusals[1].tenet, refusals[1].retry_at_ms) == ("R7.2", 7, case.expires_ms)
    assert refusals[1].params == (("account", OWNER), ("case", "regulator.case-1"))


def test_an_accounts_freeze_ends_by_itself_to_the_millisecond__r6_4():
    case = frozen()
    case.world.now_ms = case.expires_ms - 1
    assert case.is_frozen()
    assert case.until_ms() == case.expires_ms
    case.world.now_ms = case.expires_ms
    assert case.do(OWNER, TransferFrom(case.token, OWNER, OTHER)) == ["transfer"]


def test_suspension_and_freeze_are_two_things_and_neither_ends_the_other():
    case = frozen()
    case.world.suspend(OWNER)
    codes = [each.code for each in case.world.ledger.can_transfer(case.token, OWNER, OTHER, case.world.now_ms)]
    assert codes == ["E_ACCOUNT_STATE", "E_ACCOUNT_FROZEN"]
    assert case.do("ant", UpdateAccountState(OWNER, AccountState.ACTIVE, None)) == ["account_state_updated"]
    assert case.is_frozen()


@pytest.mark.parametrize("member", ["ant", "regulator", "hunan", "copyright"])
def test_no_member_is_silenced_by_a_freeze__r7_2(member):
    case = Case()
    terms = FreezeAccount(member, "court order", "case-1", case.expires_ms)
    assert [case.do(party, terms) for party in ("regulator", "jd")] == [["E_MEMBER"], ["E_MEMBER"]]


def test_who_is_suspended_after_his_approval_does_not_count__r7_2():
    case = Case()
    assert case.freeze("jd") == ["freeze_approved"]
    case.world.suspend("jd", axis="operator")
    assert case.freeze("regulator") == ["freeze_approved"]
    assert not case.is_frozen()
    assert case.freeze("tencent") == ["freeze_approved", "frozen"]


def test_nobody_gives_or_takes_back_for_a_frozen_owner_whatever_he_approved_before__r7_2():
    case = Case(about="account")
    case.world.open_account("jd.zhao")
    case.do(OWNER, SetApprovalForAll("jd.zhao", True))
    case.do(OWNER, Approve(case.token, "ant"))
    for party in ("regulator", "jd"):
        case.freeze(party)
    assert case.do("jd.zhao", TransferFrom(case.token, OWNER, OTHER)) == ["E_ACCOUNT_FROZEN"]
    assert case.do("jd.zhao", SafeBatchTransferFrom((case.token,), OWNER, OTHER)) == ["E_ACCOUNT_FROZEN"]
    assert case.do("ant", Refund(case.token, person("receipt"))) == ["E_ACCOUNT_FROZEN"]
    case.world.now_ms = case.expires_ms
    assert case.do("jd.zhao", TransferFrom(case.token, OWNER, OTHER)) == ["transfer"]
