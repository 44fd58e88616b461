"""What the members decide together: disputes, takedowns, forced transfers, each in a case (R4.3, R7.6)."""

from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.subjects import SeriesSubject, TokenSubject, WorkSubject
from tests.ledger.naive import works
from tests.ledger.naive.freezing import are_enough, may_freeze
from tests.ledger.naive.identity import judge_claims, judge_identity
from tests.ledger.naive.known import Known
from tests.ledger.naive.ownership import judge_sold_token
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Dispute, Measure
from tests.ledger.naive.writing import judge_words


def judge_open(known: Known, by: str, operation: OpenDispute, no: Reasons) -> None:
    work, case = known.works.get(operation.work), known.disputes.get((operation.work, operation.case))
    no.unless_may(may_freeze(known, by) or by in known.voting())
    no.unless_may(case is not None or known.may_open(by, operation.case))
    no.when(work is None, "L7", "E_UNKNOWN")
    judge_words(no, operation.reason, operation.case)
    no.when(work and work.taken_down, "R4.3", "E_TAKEN_DOWN")
    latest_ms = known.now_ms + known.days_ms("dispute_days_max")
    no.when(not known.now_ms < operation.expires_ms <= latest_ms, "R4.3", "E_DISPUTE_EXPIRY")
    if case is not None:
        no.when((case.reason, case.ends_ms) != (operation.reason, operation.expires_ms), "R4.3", "E_CASE_TERMS")
        no.when(case.opened, "R4.3", "E_CASE_CLOSED")
    in_force = works.dispute_in_force(known, operation.work)
    no.when(in_force not in (None, operation.case), "R4.3", "E_DISPUTED")
    no.when(case and by in case.approved, "R4.3", "E_ALREADY_APPROVED")


def open_dispute(known: Known, by: str, operation: OpenDispute) -> None:
    of_the_work = [each for (work, _), each in known.disputes.items() if work == operation.work]
    is_repeated = any(each.opened for each in of_the_work)
    case = known.disputes.setdefault((operation.work, operation.case), Dispute(operation.reason, operation.expires_ms))
    case.approved.add(by)
    if is_repeated:
        case.opened = known.committee("open_dispute", case.approved)
    else:
        case.opened = are_enough(known, case.approved) or has_registrar_and_another(known, case.approved)


def has_registrar_and_another(known: Known, parties: set[str]) -> bool:
    acting = known.acting(parties)
    return len(acting) > 1 and any(known.role(party) == "registrar" for party in acting)


def judge_resolve(known: Known, by: str, operation: ResolveDispute, no: Reasons) -> None:
    case, exists = known.disputes.get((operation.work, operation.case)), operation.work in known.works
    no.unless_may(by in known.voting())
    no.when(not exists, "L7", "E_UNKNOWN")
    in_force = works.dispute_in_force(known, operation.work)
    no.when(exists and in_force != operation.case, "R4.3", "E_NOT_DISPUTED")
    no.when(case and by in case.decided, "R4.3", "E_ALREADY_DECIDED")


def resolve(known: Known, by: str, operation: ResolveDispute) -> None:
    case = known.disputes[operation.work, operation.case]
    case.decided[by] = operation.outcome.value
    alike = {member for member, outcome in case.decided.items() if outcome == operation.outcome.value}
    if known.committee("resolve_dispute", alike):
        case.outcome = operation.outcome.value
        if operation.outcome is Outcome.TAKE_DOWN:
            known.works[operation.work].taken_down = operation.case
            known.takedowns["work", operation.work, operation.case] = Measure(
                (case.reason,), case.ends_ms, alike, done=True
            )


def named(operation: Takedown) -> tuple[str, str]:
    match operation.subject:
        case TokenSubject(token):
            return "token", token
        case SeriesSubject(series):
            return "series", series
        case WorkSubject(work):
            return "work", work


def judge_takedown(known: Known, by: str, operation: Takedown, no: Reasons) -> None:
    kind, name = named(operation)
    no.unless_may(by in known.voting() or known.role(by) == "registrar")
    judge_words(no, operation.reason, operation.case)
    no.when(not known.has(kind, name), "L7", "E_UNKNOWN")
    if known.has(kind, name):
        no.when(is_down(known, kind, name), "R4.3", "E_TAKEN_DOWN")
        no.when(kind == "token" and known.tokens[name].state != "issued", "R4.3", "E_NOT_HELD")
    case = known.takedowns.get((kind, name, operation.case))
    no.unless_may(case is not None or known.may_open(by, operation.case))
    judge_case(known, by, case, (operation.reason,), "R4.3", no)


def is_down(known: Known, kind: str, name: str) -> bool:
    if kind == "token":
        return works.token_down(known, name) is not None
    if kind == "series":
        return works.series_down(known, name) is not None
    return known.works[name].taken_down is not None


def judge_case(known: Known, by: str, case: Measure | None, terms: tuple[str, ...], rule: str, no: Reasons) -> None:
    """What every approval of a case meets."""
    if case is not None:
        no.when(case.terms != terms, rule, "E_CASE_TERMS")
        no.when(case.done or known.now_ms >= case.until_ms, rule, "E_CASE_CLOSED")
        no.when(by in case.approved, rule, "E_ALREADY_APPROVED")


def takedown(known: Known, by: str, operation: Takedown) -> None:
    kind, name = named(operation)
    until_ms = known.now_ms + known.days_ms("decision_days")
    case = known.takedowns.setdefault((kind, name, operation.case), Measure((operation.reason,), until_ms))
    case.approved.add(by)
    acting = known.acting(case.approved)
    registrars = {party for party in acting if known.role(party) == "registrar"}
    case.done = known.committee("takedown", case.approved) or any(
        acting & known.voting() - {registrar} for registrar in registrars
    )
    if case.done:
        match operation.subject:
            case TokenSubject(token):
                known.tokens[token].taken_down, known.tokens[token].approved = operation.case, None
            case SeriesSubject(series):
                known.series[series].taken_down = operation.case
            case WorkSubject(work):
                known.works[work].taken_down = operation.case


def terms_of(operation: ForcedTransfer) -> tuple[str, ...]:
    """What approvals of a case have in common: from whom, to whom, why, and past which freeze."""
    return (operation.sender, operation.to, operation.reason, operation.freeze_case or "")


def judge_forced(known: Known, by: str, operation: ForcedTransfer, no: Reasons) -> None:
    sender, to = operation.sender, operation.to
    no.when(known.is_suspended(to), "L5", "E_RECIPIENT_STATE")
    no.unless_may(by in known.voting())
    token = judge_sold_token(known, operation.token, no)
    no.when(token and token.owner != sender, "L6", "E_NOT_OWNER")
    no.when(sender not in known.accounts, "L7", "E_UNKNOWN")
    no.when(to not in known.accounts, "L7", "E_UNKNOWN")
    no.when(sender == to, "L9", "E_SELF_GIFT")
    judge_words(no, operation.reason, operation.case)
    if token is not None:
        no.when(works.is_disputed(known, known.series[token.series].terms.work), "R4.3", "E_DISPUTED")
        no.when(works.token_down(known, operation.token), "R4.3", "E_TAKEN_DOWN")
    judge_claims(known, to, known.figure("receive_age_min"), no)
    no.when(known.case_in_force(operation.token) not in (None, operation.freeze_case), "R7.6", "E_FROZEN")
    no.when(known.case_in_force(sender) not in (None, operation.freeze_case), "R7.6", "E_ACCOUNT_FROZEN")
    no.when(known.case_in_force(to), "R7.6", "E_ACCOUNT_FROZEN")
    case = known.forced.get((operation.token, operation.case))
    no.unless_may(case is not None or known.may_open(by, operation.case))
    judge_case(known, by, case, terms_of(operation), "R7.6", no)
    judge_identity(known, (sender, to), no)


def move(known: Known, by: str, operation: ForcedTransfer) -> None:
    until_ms = known.now_ms + known.days_ms("decision_days")
    case = known.forced.setdefault((operation.token, operation.case), Measure(terms_of(operation), until_ms))
    case.approved.add(by)
    case.done = known.committee("forced_transfer", case.approved)
    if case.done:
        token = known.tokens[operation.token]
        token.owner, token.approved = operation.to, None
