"""Freezes of tokens and accounts: proposed, in an emergency, confirmed, ended, appealed, upheld."""

from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.subjects import AccountSubject, TokenSubject
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Freeze
from tests.ledger.naive.writing import judge_words

TOKENS_MAX = 16
"""Of one owner, that a party freezes alone."""

Terms = FreezeToken | FreezeAccount | EmergencyFreeze


def thing_of(operation: Terms | UnfreezeToken | UnfreezeAccount | Appeal | Uphold) -> tuple[str, bool]:
    """The name of what a case is about, and whether it is an account."""
    match operation:
        case FreezeToken(token=name) | UnfreezeToken(token=name):
            return name, False
        case FreezeAccount(account=name) | UnfreezeAccount(account=name):
            return name, True
    match operation.subject:
        case TokenSubject(token):
            return token, False
        case AccountSubject(account):
            return account, True


def may_freeze(known: Known, by: str) -> bool:
    counted = known.figure("freeze_governors") > 0 and by in known.voting()
    return known.role(by) in ("regulator", "platform", "registrar") or counted


def are_enough(known: Known, parties: set[str]) -> bool:
    """R7.2: the regulator and one more, or so many that vote."""
    acting = known.acting(parties)
    governors = known.figure("freeze_governors")
    if 0 < governors <= len(acting & known.voting()):
        return True
    return len(acting) > 1 and any(known.role(party) == "regulator" for party in acting)


def judge_thing(known: Known, thing: str, is_account: bool, no: Reasons) -> None:
    no.when(thing not in (known.accounts if is_account else known.tokens), "L7", "E_UNKNOWN")


def judge_freeze(known: Known, by: str, operation: Terms, no: Reasons) -> None:
    thing, is_account = thing_of(operation)
    case = known.freezes.get((thing, operation.case))
    no.unless_may(may_freeze(known, by))
    no.unless_may(case is not None or known.may_open(by, operation.case))
    judge_thing(known, thing, is_account, no)
    token = None if is_account else known.tokens.get(thing)
    no.when(token and token.state == "burned", "L9", "E_BURNED")
    judge_words(no, operation.reason, operation.case)
    latest_ms = known.now_ms + known.days_ms("freeze_days_max")
    no.when(not known.now_ms < operation.expires_ms <= latest_ms, "R6.4", "E_FREEZE_EXPIRY")
    no.when(is_account and known.role(thing) is not None, "R7.2", "E_MEMBER")
    if case is not None:
        no.when((case.reason, case.ends_ms) != (operation.reason, operation.expires_ms), "R7.2", "E_FREEZE_TERMS")
        no.when(case.confirmed or case.over, "R7.2", "E_CASE_CLOSED")
    no.when(known.case_in_force(thing) not in (None, operation.case), "R7.2", "E_FROZEN")
    if not isinstance(operation, EmergencyFreeze):
        no.when(case and by in case.approved, "R7.2", "E_ALREADY_APPROVED")
        return
    no.when(case and case.alone, "R7.2", "E_EMERGENCY_SPENT")
    no.when(is_spent(known, by, (thing, operation.case), is_account), "R7.2", "E_EMERGENCY_SPENT")


def owner_of(known: Known, thing: str) -> str:
    token = known.tokens.get(thing)
    return thing if token is None else token.owner


def is_on_sale(known: Known, thing: str) -> bool:
    token = known.tokens.get(thing)
    return token is not None and token.state == "minted"


def is_spent(known: Known, by: str, what: tuple[str, str], is_account: bool) -> bool:
    """Whether `by` froze this alone before: itself, its owner, its tokens, its series, or too many of one owner."""
    thing, this_case = what
    if thing not in (known.accounts if is_account else known.tokens):
        return False
    unconfirmed = [each for each in known.alone.get(by, []) if not known.freezes[each[0], each[1]].confirmed]
    owner, own = owner_of(known, thing), [case for name, case, _, _ in unconfirmed if name == thing]
    if own:
        # That this very case had its emergency is said already.
        return own[0] != this_case
    if any(name == owner for name, _, _, _ in unconfirmed):
        return True
    of_the_owner = [(name, on_sale) for name, _, then, on_sale in unconfirmed if then == owner]
    if is_account:
        return bool(of_the_owner)
    series = known.tokens[thing].series
    if is_on_sale(known, thing) and any(
        on_sale and known.tokens[name].series == series for name, on_sale in of_the_owner
    ):
        return True
    return len(of_the_owner) >= TOKENS_MAX


def freeze(known: Known, by: str, operation: Terms) -> None:
    thing, _ = thing_of(operation)
    case = known.freezes.setdefault((thing, operation.case), Freeze(operation.reason, operation.expires_ms))
    case.approved.add(by)
    case.confirmed = are_enough(known, case.approved)
    if isinstance(operation, EmergencyFreeze) and not case.confirmed:
        case.alone = by
        case.alone_until_ms = min(case.ends_ms, known.now_ms + known.hours_ms("emergency_hours"))
        entry = (thing, operation.case, owner_of(known, thing), is_on_sale(known, thing))
        known.alone.setdefault(by, []).append(entry)


def judge_unfreeze(known: Known, by: str, operation: UnfreezeToken | UnfreezeAccount, no: Reasons) -> None:
    thing, is_account = thing_of(operation)
    case = known.freezes.get((thing, operation.case))
    no.unless_may(may_freeze(known, by))
    judge_thing(known, thing, is_account, no)
    if thing in (known.accounts if is_account else known.tokens):
        no.when(known.case_in_force(thing) != operation.case, "R7.2", "E_NOT_FROZEN")
    no.when(case and by in case.released, "R7.2", "E_ALREADY_APPROVED")


def unfreeze(known: Known, by: str, operation: UnfreezeToken | UnfreezeAccount) -> None:
    case = known.freezes[thing_of(operation)[0], operation.case]
    case.released.add(by)
    case.over = are_enough(known, case.released) or (not case.confirmed and case.alone == by)


def judge_appeal(known: Known, by: str, operation: Appeal, no: Reasons) -> None:
    thing, is_account = thing_of(operation)
    case, exists = known.freezes.get((thing, operation.case)), thing in (known.accounts if is_account else known.tokens)
    judge_thing(known, thing, is_account, no)
    # A member's own account is never frozen, so nobody asks who speaks for it.
    is_asked = exists and not (is_account and known.role(thing) is not None)
    no.unless_may(not is_asked or speaks_for(known, by, owner_of(known, thing)))
    judge_words(no, operation.reason)
    is_in_force = case is not None and known.case_in_force(thing) == operation.case
    can_be = is_in_force and case is not None and case.confirmed and not case.review_until_ms
    no.when(exists and not can_be, "R6.4", "E_NOT_APPEALABLE")


def speaks_for(known: Known, by: str, owner: str) -> bool:
    """The owner, his platform, or another account of his."""
    person = known.person(owner)
    return by in (owner, known.accounts[owner].platform) or (person is not None and known.person(by) == person)


def appeal(known: Known, by: str, operation: Appeal) -> None:
    case = known.freezes[thing_of(operation)[0], operation.case]
    case.review_until_ms = known.now_ms + known.days_ms("appeal_days")


def judge_uphold(known: Known, by: str, operation: Uphold, no: Reasons) -> None:
    thing, is_account = thing_of(operation)
    case, exists = known.freezes.get((thing, operation.case)), thing in (known.accounts if is_account else known.tokens)
    no.unless_may(may_freeze(known, by) or by in known.voting())
    judge_thing(known, thing, is_account, no)
    is_in_force = case is not None and known.case_in_force(thing) == operation.case
    is_under_review = is_in_force and case is not None and case.review_until_ms and not case.is_upheld
    no.when(exists and not is_under_review, "R6.4", "E_NOT_UNDER_REVIEW")
    no.when(case and by in case.upheld, "R6.4", "E_ALREADY_UPHELD")


def uphold(known: Known, by: str, operation: Uphold) -> None:
    case = known.freezes[thing_of(operation)[0], operation.case]
    case.upheld.add(by)
    acting = known.acting(case.upheld)
    case.is_upheld = are_enough(known, case.upheld) and not acting <= case.approved
