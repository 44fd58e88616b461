"""What can be frozen: a token or a person's account, by one name. A person's account has a dot in it, a token none.

Both carry the same mark, a case and a time, so that "is it frozen?" is one comparison and a freeze ends by itself.
"""

from msgspec.structs import replace

from ledger.names import platform_of, series_of_token
from ledger.operations.freezes import (
    FreezeAccount,
    FreezeOperation,
    FreezeToken,
    ReviewOperation,
    UnfreezeAccount,
    UnfreezeOperation,
    UnfreezeToken,
)
from ledger.operations.subjects import AccountSubject
from ledger.records.accounts import AccountRecord
from ledger.records.freezes import EMERGENCIES_MAX, UNCONFIRMED, EmergencyRecord, FreezeRecord, FreezeState
from ledger.records.tokens import TokenRecord
from ledger.state import State

Held = TokenRecord | AccountRecord
"""What carries a mark."""


def name_of(operation: FreezeOperation | UnfreezeOperation | ReviewOperation) -> str:
    """The token or account that the operation is about."""
    match operation:
        case FreezeToken() | UnfreezeToken():
            return operation.token
        case FreezeAccount() | UnfreezeAccount():
            return operation.account
        case _:
            subject = operation.subject
            return subject.account if isinstance(subject, AccountSubject) else subject.token


def held(state: State, name: str) -> Held | None:
    """The token or the account of this name, if it exists; a member's account is there, and never frozen."""
    if "." in name:
        return state.accounts.get(name)
    return state.tokens.get(name) or state.accounts.get(name)


def owner_of(state: State, name: str) -> str | None:
    """Whose it is: a token's owner; an account is its own."""
    if "." in name:
        return name
    token = state.tokens.get(name)
    return None if token is None else token.owner


def mark(state: State, name: str, case: str | None, until_ms: int) -> None:
    """Set the mark: frozen in `case` until a time, or, with None and 0, not frozen."""
    if "." in name:
        account = state.accounts.get(name)
        assert account is not None, "rule L7 holds"
        state.accounts.put(name, replace(account, freeze_case=case, frozen_until_ms=until_ms))
    else:
        token = state.tokens.get(name)
        assert token is not None, "rule L7 holds"
        state.tokens.put(name, replace(token, freeze_case=case, frozen_until_ms=until_ms))


def case_in_force(state: State, name: str, case: str, now_ms: int) -> FreezeRecord | None:
    """The record of `case` if it is what keeps `name` frozen at block time `now_ms`."""
    thing = held(state, name)
    if thing is None or thing.freeze_case != case or not thing.is_frozen(now_ms):
        return None
    return state.freezes.get(f"{name}/{case}")


def emergency_against(state: State, party: str, name: str) -> tuple[str, str] | None:
    """The earlier emergency freeze that keeps `party` from freezing `name` alone again, as name and case, if any.

    Otherwise one key could hold a thing for ever: the token, then the token in another case, then its owner's account.
    """
    own = _unconfirmed(state, party, name)
    if own or "." in name:
        return own[0] if own else None
    owner = owner_of(state, name)
    of_owner = () if owner is None else _unconfirmed(state, party, owner)
    if len(of_owner) >= EMERGENCIES_MAX:
        return of_owner[0]
    # That another token of the same owner was frozen says nothing against freezing this one, once they are sold. Until
    # then one edition that is held holds its whole series, and one after the other would hold it for years.
    bound_by = (owner,) if owner is None or "." in owner else _series_fellows(name, of_owner)
    return next((each for each in of_owner if each[0] in bound_by), None)


def _series_fellows(token: str, cases: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Those tokens among the frozen ones that are of the same series."""
    return tuple(name for name, _ in cases if series_of_token(name) == series_of_token(token))


def remember_emergency(state: State, party: str, name: str, case: str) -> None:
    """Bind `party` by its emergency freeze of `name`; for a token also towards its owner or issuer."""
    rows = [name]
    owner = owner_of(state, name)
    if owner is not None and owner != name:
        rows.append(owner)
    for row in rows:
        cases = (*_unconfirmed(state, party, row), (name, case))
        assert len(cases) <= EMERGENCIES_MAX, "rule R7.2 holds"
        state.emergencies.put(f"{party}/{row}", EmergencyRecord(cases))


def _unconfirmed(state: State, party: str, name: str) -> tuple[tuple[str, str], ...]:
    """Those emergency freezes of a row that not enough parties have approved, withdrawn ones among them."""
    record = state.emergencies.get(f"{party}/{name}")
    if record is None:
        return ()
    return tuple(each for each in record.cases if not _is_confirmed(state, each))


def _is_confirmed(state: State, emergency: tuple[str, str]) -> bool:
    freeze = state.freezes.get(f"{emergency[0]}/{emergency[1]}")
    assert freeze is not None, "an emergency freeze is a case"
    return freeze.state not in (*UNCONFIRMED, FreezeState.WITHDRAWN)


def may_appeal(state: State, account: str, name: str) -> bool:
    """Whether `account` speaks for the owner: the owner, its platform, or another account of the same person."""
    owner = owner_of(state, name)
    if owner is None:
        return False
    if account in (owner, platform_of(owner)):
        return True
    caller, record = state.accounts.get(account), state.accounts.get(owner)
    return caller is not None and record is not None and caller.person is not None and caller.person == record.person
