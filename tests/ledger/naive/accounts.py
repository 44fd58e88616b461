"""Accounts: opened, vouched for, suspended; their keys."""

from ledger.operations.accounts import (
    AccountState,
    KeepKey,
    RegisterAccount,
    RotateKey,
    UpdateAccountState,
    UpdateClaims,
)
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Account
from tests.ledger.naive.writing import judge_words


def judge_register(known: Known, by: str, operation: RegisterAccount, no: Reasons) -> None:
    in_its_name_space = operation.account.partition(".")[0] == by and "." in operation.account
    no.unless_may(known.role(by) == "platform" and in_its_name_space)
    no.when(operation.account in known.accounts, "L8", "E_EXISTS")
    judge_words(no, operation.account)
    no.when(("platform", by) in known.winding, "R6.3", "E_WOUND_DOWN")


def register(known: Known, by: str, operation: RegisterAccount) -> None:
    known.accounts[operation.account] = Account(
        by, operation.public_key, person=operation.person, claims=set(operation.claims)
    )


def judge_claims(known: Known, by: str, operation: UpdateClaims, no: Reasons) -> None:
    account = known.accounts.get(operation.account)
    no.when(account and (account.role is not None or account.platform != by), "L6", "E_AUTHORITY")
    no.when(account is None, "L7", "E_UNKNOWN")


def update_claims(known: Known, by: str, operation: UpdateClaims) -> None:
    known.accounts[operation.account].claims = set(operation.claims)


def judge_key(known: Known, by: str, operation: RotateKey, no: Reasons) -> None:
    account = known.accounts.get(operation.account)
    no.when(account is None, "L7", "E_UNKNOWN")
    if account is not None:
        no.when(by not in (operation.account, account.platform), "L6", "E_AUTHORITY")
        no.when(operation.public_key == known.key_in_force(operation.account), "R8.1", "E_SAME_KEY")


def rotate_key(known: Known, by: str, operation: RotateKey) -> None:
    """A platform's announcement waits for the holder to object."""
    from_ms = 0 if by == operation.account else known.now_ms + known.days_ms("key_objection_days")
    set_key(known, operation.account, operation.public_key, max(operation.from_height, known.height + 1), from_ms)


def set_key(known: Known, account: str, key: bytes, height: int, from_ms: int = 0) -> None:
    """What was announced before and has not come is forgotten."""
    known.accounts[account].key = known.key_in_force(account)
    known.accounts[account].next_key = (height, from_ms, key)


def judge_keep(known: Known, by: str, operation: KeepKey, no: Reasons) -> None:
    account = known.accounts.get(by)
    no.unless_may(account is not None and account.person is not None)
    no.when(account and known.key_announced(by) != operation.public_key, "L9", "E_NO_CHANGE")


def keep_key(known: Known, by: str, operation: KeepKey) -> None:
    known.accounts[by].key, known.accounts[by].next_key = known.key_in_force(by), None


def axes(operation: UpdateAccountState) -> list[tuple[str, bool]]:
    """What is asked for: the axes named, and whether each is to be suspended."""
    asked = (("platform", operation.platform_state), ("operator", operation.operator_state))
    return [(axis, state is AccountState.SUSPENDED) for axis, state in asked if state is not None]


def judge_state(known: Known, by: str, operation: UpdateAccountState, no: Reasons) -> None:
    account, asked = known.accounts.get(operation.account), axes(operation)
    no.when(account is None, "L7", "E_UNKNOWN")
    judge_terms(known, by, operation, no)
    if account is None:
        return
    setters = {"platform": account.platform == by, "operator": known.role(by) == "regulator"}
    no.unless_may(all(setters[axis] for axis, _ in asked))
    suspended = known.suspended(operation.account)
    changes = [(axis in suspended) != suspends for axis, suspends in asked]
    no.when(not changes or not all(changes), "L9", "E_NO_CHANGE")
    no.when(account.role is not None and operation.account not in known.members, "R7.1", "E_REMOVED")


def judge_terms(known: Known, by: str, operation: UpdateAccountState, no: Reasons) -> None:
    """R6.5: a suspension has terms, an end, and a rest after it."""
    terms, account = operation.terms, known.accounts.get(operation.account)
    ended = [axis for axis, suspends in axes(operation) if suspends]
    no.when(bool(ended) != (terms is not None), "R6.5", "E_SUSPENSION_TERMS")
    if terms is not None:
        no.unless_may(known.may_open(by, terms.case))
        judge_words(no, terms.reason, terms.case)
        latest_ms = known.now_ms + known.days_ms("suspension_days_max")
        no.when(not known.now_ms < terms.expires_ms <= latest_ms, "R6.5", "E_SUSPENSION_EXPIRY")
    rest_ms = known.days_ms("suspension_rest_days")
    suspensions = {} if account is None else account.suspensions
    spent = [axis for axis in ended if axis in suspensions and known.now_ms < suspensions[axis] + rest_ms]
    no.when(spent, "R6.5", "E_SUSPENSION_SPENT")


def update_state(known: Known, by: str, operation: UpdateAccountState) -> None:
    account = known.accounts[operation.account]
    for axis, suspends in axes(operation):
        if suspends:
            assert operation.terms is not None
            account.suspended[axis] = account.suspensions[axis] = operation.terms.expires_ms
            continue
        account.suspended.pop(axis, None)
        if known.now_ms < account.suspensions.get(axis, 0):
            account.suspensions[axis] = known.now_ms
