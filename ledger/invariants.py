"""What must hold of every state, executable. Each function returns the violations it found, in words; none is good.

They read the whole state: for tests after every block and for checkpoints, not for every transaction.
"""

from typing import Any

import msgspec

from ledger.governance import AGENDA_MAX, agenda_of, members
from ledger.names import series_of_token, token_id
from ledger.operations.accounts import AccountState
from ledger.operations.table import OPERATION_TYPES
from ledger.queries import Holdings
from ledger.recent import RecentGifts
from ledger.records.accounts import NO_END_MS, AccountRecord
from ledger.records.governance import ProposalState
from ledger.records.measures import MeasureState
from ledger.records.tokens import TokenRecord, TokenState
from ledger.state import State
from ledger.transitions.trail import TRAIL_MAX

RECORD_TYPES = tuple(table.record_type for table in State().tables())
"""Every kind of state entry."""

INTEGERS: dict[str, str] = {
    "AccessRecord.height": "a block",
    "AccountRecord.frozen_until_ms": "a time",
    "AccountRecord.nonce_highest": "a number of a transaction",
    "AttestationRecord.at_ms": "a time",
    "AttestationRecord.height": "a number of a block",
    "EvidenceRecord.height": "a number of a block",
    "AccountRecord.tokens": "sold editions that are owned",
    "AccountRecord.minute": "a time",
    "AccountRecord.in_minute": "transactions in a minute",
    "AccountRecord.operator_until_ms": "a time",
    "AccountRecord.platform_until_ms": "a time",
    "AlertRecord.first_ms": "a time",
    "AlertRecord.gifts": "gifts that a detector put together",
    "AlertRecord.last_ms": "a time",
    "AlertRecord.reasons": "weights of suspicion",
    "AlertRecord.score_tenths": "a weight of suspicion",
    "DayRecord.accounts": "accounts that were opened",
    "DayRecord.day": "a day",
    "DayRecord.editions": "editions that were made",
    "DayRecord.series": "series that were opened",
    "DayRecord.statements": "statements that were made",
    "DayRecord.works": "works that were entered",
    "DisputeRecord.expires_ms": "a time",
    "DocketRecord.cases": "times from which cases count no longer",
    "EpochRecord.alerts": "alerts that were raised",
    "EpochRecord.alerts_left_out": "alerts that were not kept",
    "EpochRecord.ended_ms": "a time",
    "EpochRecord.gifts": "gifts that were looked at",
    "EpochRecord.gifts_left_out": "gifts that were not looked at",
    "EpochRecord.height": "a block",
    "EpochRecord.tokens": "tokens that were looked at",
    "ChainRecord.since_height": "a height",
    "CoolingRecord.until_ms": "a time",
    "CultureRecord.cultural": "series that were opened",
    "CultureRecord.series": "series that were opened",
    "ForcedTransferRecord.expires_ms": "a time",
    "FreezeRecord.expires_ms": "a time",
    "FreezeRecord.review_until_ms": "a time",
    "GatewayRecord.last_batch_before": "a number of a batch",
    "GatewayRecord.last_batch": "a number of a batch",
    "GiftRecord.count": "gifts that were given on a day",
    "GiftRecord.day": "a day",
    "KeyRecord.from_height": "a height",
    "KeyRecord.from_ms": "a time",
    "ParametersRecord.figures": "figures in the rules",
    "PauseRecord.since_height": "a height",
    "PolicyRecord.since_height": "a height",
    "ProposalRecord.action": "figures that the rules would have",
    "ProposalRecord.decided_height": "a height",
    "ProposalRecord.effective_height": "a height",
    "ProposalRecord.expires_ms": "a time",
    "IdempotencyRecord.keys": "times at which keys are free again",
    "PurchaseRecord.count": "editions that were bought",
    "ReportRecord.at_ms": "a time",
    "SeriesRecord.burned": "editions that ended",
    "SeriesRecord.edition_cap": "a bound",
    "SeriesRecord.issued": "editions that were sold",
    "SeriesRecord.minted": "editions that were made",
    "SeriesRecord.price_fen": "a disclosed price, compared and never moved",
    "SeriesRecord.price_highest_fen": "a disclosed price, compared and never moved",
    "SeriesRecord.refunded": "editions that were returned",
    "SuspensionRecord.began_ms": "a time",
    "SuspensionRecord.until_ms": "a time",
    "TakedownRecord.expires_ms": "a time",
    "TokenRecord.acquired_ms": "a time",
    "TokenRecord.frozen_until_ms": "a time",
    "TokenRecord.redeemed": "benefits that were used, a bit each",
    "TokenRecord.trail": "times at which earlier owners got it",
    "TokenRecord.transfers": "gifts of this token",
    "WindDownRecord.announced_ms": "a time",
    "WindDownRecord.choose_until_ms": "a time",
    "WorkRecord.disputed_until_ms": "a time",
}
"""Every integer in the state and what it counts. None can be paid with: whoever adds a field says what it is here."""


def violations(state: State) -> list[str]:
    """All invariants over `state`."""
    return [
        *one_owner(state),
        *never_oversold(state),
        *no_transferable_balance(),
        *purchases_match_sales(state),
        *counts_match_owners(state),
        *trails_are_bounded(state),
        *members_govern(state),
        *held_by_due_process(state),
    ]


def one_owner(state: State) -> list[str]:
    """A token has one owner, an account; unsold it is its issuer's, sold a person's."""
    found: list[str] = []
    for token, record in state.tokens.rows():
        owner = state.accounts.get(record.owner)
        series = state.series.get(series_of_token(token))
        if owner is None or series is None:
            found.append(f"one owner: token {token} belongs to {record.owner}, or to a series, that does not exist")
        elif record.state is TokenState.MINTED and record.owner != series.issuer:
            found.append(f"one owner: unsold token {token} is with {record.owner}, not with its issuer")
        elif record.state is not TokenState.MINTED and owner.person is None:
            found.append(f"one owner: sold token {token} is with {record.owner}, who is no person")
    return found


def never_oversold(state: State) -> list[str]:
    """Issued <= minted <= edition_cap; exactly editions 1 to `minted` exist, sold up to `issued` (R5.3).

    Of those sold, as many are burned as the series counts, and no more were refunded than burned.
    """
    found: list[str] = []
    expected = 0
    for name, series in state.series.rows():
        if not 0 <= series.issued <= series.minted <= series.edition_cap:
            found.append(f"never oversold: {name} sold {series.issued}, made {series.minted} of {series.edition_cap}")
        if series.sealed and series.minted != series.edition_cap:
            found.append(f"never oversold: {name} is sealed at {series.edition_cap} with {series.minted} minted")
        expected += series.minted
        burned = 0
        for edition in range(1, series.minted + 1):
            token = state.tokens.get(token_id(name, edition))
            wanted = TokenState.ISSUED if edition <= series.issued else TokenState.MINTED
            if token is not None and token.state is TokenState.BURNED and edition <= series.issued:
                burned += 1
            elif token is None or token.state is not wanted:
                found.append(f"never oversold: edition {edition} of {name} should be {wanted}")
        if not 0 <= series.refunded <= series.burned == burned:
            found.append(f"never oversold: {name} counts {series.burned} burned and {burned} are")
    if expected != len(state.tokens):
        found.append(f"never oversold: {len(state.tokens)} tokens exist; {expected} were minted")
    return found


def no_transferable_balance() -> list[str]:
    """No fungible unit can pass from account to account (R9.1): a property of the types, so it needs no state.

    Every integer in a record is on the list above, and no operation that names an account to receive something has an
    integer beside it, but for the sale, whose price must equal the disclosed one and is kept nowhere.
    """
    found: list[str] = []
    for record_type in RECORD_TYPES:
        for name in integer_fields(record_type):
            if name not in INTEGERS:
                found.append(f"no transferable balance: nobody says what {name} counts")
    for operation_type in OPERATION_TYPES:
        names = set(operation_type.__struct_fields__)
        integers = set(integer_fields(operation_type)) - {"Issue.price_fen"}
        if "to" in names and integers:
            found.append(f"no transferable balance: {operation_type.__name__} could move {sorted(integers)}")
    return found


def purchases_match_sales(state: State) -> list[str]:
    """The purchases counted for persons are as many as the editions sold and not refunded (R6.2 forgets nobody)."""
    counted: dict[str, int] = {}
    for row, record in state.purchases.rows():
        series = row.partition("/")[0]
        counted[series] = counted.get(series, 0) + record.count
    return [
        f"purchases match sales: {name} sold {series.issued - series.refunded}, persons bought {counted.get(name, 0)}"
        for name, series in state.series.rows()
        if counted.get(name, 0) != series.issued - series.refunded
    ]


def holdings_match_owners(state: State, holdings: Holdings) -> list[str]:
    """An index that followed the blocks says of every sold token what the token says."""
    fresh = Holdings.of(state)
    accounts = [name for name, _ in state.accounts.rows()]
    return [
        f"holdings match owners: {name} is said to own {holdings.tokens_of(name)}"
        for name in accounts
        if holdings.tokens_of(name) != fresh.tokens_of(name)
    ]


def counts_match_owners(state: State) -> list[str]:
    """The count in each account is that of the sold tokens that name it as their owner."""
    holdings = Holdings.of(state)
    return [
        f"counts match owners: {name} is said to own {record.tokens} of {len(holdings.tokens_of(name))} tokens"
        for name, record in state.accounts.rows()
        if record.tokens != len(holdings.tokens_of(name))
    ]


def trails_are_bounded(state: State) -> list[str]:
    """A trail has at most `TRAIL_MAX` entries, in order of time, none later than its owner's (R11.2 reads it)."""
    found: list[str] = []
    for token, record in state.tokens.rows():
        times = [*(acquired_ms for _, acquired_ms in record.trail), record.acquired_ms]
        if len(record.trail) > TRAIL_MAX or times != sorted(times):
            found.append(f"trails are bounded: {token} has {len(record.trail)} entries with the times {times}")
    return found


def members_govern(state: State) -> list[str]:
    """Somebody votes, and whoever does is a member (R7.1); the agenda is all that is unsettled, within bounds."""
    roster = members(state)
    voting = [name for name, record in state.accounts.rows() if record.governor]
    found = [f"members govern: {name} votes and is no member" for name in voting if name not in roster]
    if roster and not voting:
        found.append("members govern: nobody votes")
    agenda = agenda_of(state)
    if len(agenda.open) + len(agenda.adopted) > AGENDA_MAX:
        found.append(
            f"members govern: {len(agenda.open)} open and {len(agenda.adopted)} adopted proposals are too many"
        )
    listed = {ProposalState.OPEN: agenda.open, ProposalState.ADOPTED: agenda.adopted}
    for reached, names in listed.items():
        there = [name for name, record in state.proposals.rows() if record.state is reached]
        if sorted(names) != there:
            found.append(f"members govern: the agenda has {reached.value} {sorted(names)}, there are {there}")
    for name, proposal in state.proposals.rows():
        if set(proposal.votes_for) & set(proposal.votes_against):
            found.append(f"members govern: somebody voted twice on {name}")
    return found


def held_by_due_process(state: State) -> list[str]:
    """What is frozen or disputed has a case on record, with a reason, and no later end than that case (R6.4, R4.3).

    What was taken down has a case that was decided. No member's own account is frozen. Who is suspended is so on terms.
    """
    found: list[str] = []
    things: list[tuple[str, TokenRecord | AccountRecord]] = [*state.tokens.rows(), *state.accounts.rows()]
    for name, record in things:
        if record.freeze_case is None:
            continue
        freeze = state.freezes.get(f"{name}/{record.freeze_case}")
        if freeze is None or not freeze.reason or record.frozen_until_ms > freeze.expires_ms or not freeze.approvals:
            found.append(f"held by due process: {name} is frozen without a case that says so")
    for name, work in state.works.rows():
        if work.dispute_case is not None:
            dispute = state.disputes.get(f"{name}/{work.dispute_case}")
            if dispute is None or not dispute.reason or work.disputed_until_ms > dispute.expires_ms:
                found.append(f"held by due process: work {name} is disputed without a case that says so")
    for name, account in state.accounts.rows():
        if account.role is not None and account.frozen_until_ms:
            found.append(f"held by due process: member {name} is frozen")
        found += _suspended_without_terms(state, name, account)
    down = [("work", name, work.taken_down) for name, work in state.works.rows()]
    down += [("token", name, token.taken_down) for name, token in state.tokens.rows()]
    down += [("series", name, series.taken_down) for name, series in state.series.rows()]
    for kind, name, case in down:
        takedown = None if case is None else state.takedowns.get(f"{kind}/{name}/{case}")
        if case is not None and (takedown is None or takedown.state is not MeasureState.DONE):
            found.append(f"held by due process: {kind} {name} is taken down without a case that says so")
    return found


def _suspended_without_terms(state: State, name: str, account: AccountRecord) -> list[str]:
    """Every suspension has its terms and no later end than they say; a member's may also be by vote or by proof."""
    found: list[str] = []
    marks = (
        ("platform", account.platform_state, account.platform_until_ms),
        ("operator", account.operator_state, account.operator_until_ms),
    )
    for axis, marked, until_ms in marks:
        terms = state.suspensions.get(f"{name}/{axis}")
        is_without_end = account.role is not None and axis == "operator" and until_ms == NO_END_MS
        if marked is AccountState.ACTIVE:
            is_well = until_ms == 0
        else:
            is_well = is_without_end or (terms is not None and bool(terms.reason) and until_ms == terms.until_ms)
        if not is_well:
            found.append(f"held by due process: {name} is {marked.value} ({axis}) until {until_ms} on no such terms")
    return found


def recent_matches_trails(state: State, recent: RecentGifts, now_ms: int) -> list[str]:
    """An index of recent gifts that followed the blocks says what one that looks at every token says."""
    kept, fresh = recent.latest(now_ms), RecentGifts.of(state).latest(now_ms)
    return [] if kept == fresh else [f"recent matches trails: {kept} were kept, {fresh} are there"]


_INTEGER_FIELDS: dict[type[msgspec.Struct], tuple[str, ...]] = {}
"""What `integer_fields` found before. Types do not change, and to ask about all of them takes longer than a block."""


def integer_fields(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Fields of `struct`, as `Type.field`, that hold an integer, also inside an optional, a tuple or a part of it."""
    found = _INTEGER_FIELDS.get(struct)
    if found is None:
        fields = msgspec.structs.fields(struct)
        names = [each.name for each in fields if _holds_integer(msgspec.inspect.type_info(each.type))]
        found = _INTEGER_FIELDS[struct] = tuple(f"{struct.__name__}.{name}" for name in names)
    return found


def _holds_integer(info: Any) -> bool:
    match info:
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType() | msgspec.inspect.DecimalType():
            return True
        case msgspec.inspect.UnionType():
            return any(_holds_integer(each) for each in info.types)
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            return _holds_integer(info.item_type)
        case msgspec.inspect.TupleType():
            return any(_holds_integer(each) for each in info.item_types)
        case msgspec.inspect.StructType():
            return any(_holds_integer(each.type) for each in info.fields)
        case _:
            return False
