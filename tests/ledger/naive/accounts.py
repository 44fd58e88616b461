"""Accounts: opened, vouched for, suspended; their keys."""

from ledger.operations.accounts import AccountState, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
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
    set_key(known, operation.account, operation.public_key, max(operation.from_height, known.height + 1))


def set_key(known: Known, account: str, key: bytes, height: int) -> None:
    """What was announced before and has not come is forgotten."""
    known.accounts[account].key = known.key_in_force(account)
    known.accounts[account].next_key = (height, key)


def axes(operation: UpdateAccountState) -> list[tuple[str, bool]]:
    """What is asked for: the axes named, and whether each is to be suspended."""
    asked = (("platform", operation.platform_state), ("operator", operation.operator_state))
    return [(axis, state is AccountState.SUSPENDED) for axis, state in asked if state is not None]


def judge_state(known: Known, by: str, operation: UpdateAccountState, no: Reasons) -> None:
    account, asked = known.accounts.get(operation.account), axes(operation)
    no.when(account is None, "L7", "E_UNKNOWN")
    if account is None:
        return
    setters = {"platform": account.platform == by, "operator": known.role(by) == "regulator"}
    no.unless_may(all(setters[axis] for axis, _ in asked))
    changes = [(axis in account.suspended) != suspends for axis, suspends in asked]
    no.when(not changes or not all(changes), "L9", "E_NO_CHANGE")
    is_removed = account.role is not None and operation.account not in known.members
    no.when(is_removed, "R7.1", "E_REMOVED")


def update_state(known: Known, by: str, operation: UpdateAccountState) -> None:
    account = known.accounts[operation.account]
    for axis, suspends in axes(operation):
        (account.suspended.add if suspends else account.suspended.discard)(axis)
