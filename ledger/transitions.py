"""What an accepted operation does to the state: one function each, called when no rule refused.

None of them can fail. What the rules guarantee is asserted where a mistake in them would do lasting harm.
"""

from ledger.names import token_id
from ledger.nonces import use
from ledger.operations import (
    AccountState,
    CreateSeries,
    FreezeToken,
    Issue,
    Mint,
    MintBatch,
    RegisterAccount,
    RegisterWork,
    SealSeries,
    TransferFrom,
    UnfreezeToken,
    UpdateAccountState,
)
from ledger.receipts import Event
from ledger.rules.controllable_chain import is_enough
from ledger.rules.no_speculation import day_of
from ledger.rules.request import Request
from ledger.types import (
    AccountRecord,
    ContentRecord,
    FreezeRecord,
    FreezeState,
    GiftRecord,
    PurchaseRecord,
    SeriesRecord,
    TokenRecord,
    TokenState,
    WorkRecord,
)

Events = tuple[Event, ...]


def use_nonce(request: Request) -> None:
    """Mark the transaction's nonce as used; the account exists and the nonce is unused."""
    caller = request.caller
    assert caller is not None, "a nonce belongs to an account"
    highest, used = use(caller.nonce_highest, caller.nonces_used, request.transaction.nonce)
    record = AccountRecord(
        caller.platform,
        caller.role,
        caller.governor,
        caller.person,
        caller.public_key,
        caller.claims,
        caller.platform_state,
        caller.operator_state,
        highest,
        used,
    )
    request.state.accounts.put(request.account, record)


def apply(request: Request) -> Events:
    """Do what the transaction asks; return what happened, in order."""
    match request.transaction.operation:
        case TransferFrom() as operation:
            return transfer_from(request, operation)
        case Issue() as operation:
            return issue(request, operation)
        case Mint() as operation:
            return mint(request, operation.series, 1)
        case MintBatch() as operation:
            return mint(request, operation.series, operation.count)
        case RegisterAccount() as operation:
            return register_account(request, operation)
        case UpdateAccountState() as operation:
            return update_account_state(request, operation)
        case RegisterWork() as operation:
            return register_work(request, operation)
        case CreateSeries() as operation:
            return create_series(request, operation)
        case SealSeries() as operation:
            return seal_series(request, operation)
        case FreezeToken() as operation:
            return freeze_token(request, operation)
        case UnfreezeToken() as operation:
            return unfreeze_token(request, operation)


def register_account(request: Request, operation: RegisterAccount) -> Events:
    """Open a person's account, active on both axes."""
    claims = tuple(sorted(set(operation.claims)))
    active = AccountState.ACTIVE
    record = AccountRecord(
        request.account, None, False, operation.person, operation.public_key, claims, active, active, 0, b""
    )
    request.state.accounts.put(operation.account, record)
    return (Event("account_registered", (("account", operation.account), ("platform", request.account))),)


def update_account_state(request: Request, operation: UpdateAccountState) -> Events:
    """Set the axes named."""
    accounts = request.state.accounts
    old = accounts.get(operation.account)
    assert old is not None, "rule L7 holds"
    record = AccountRecord(
        old.platform,
        old.role,
        old.governor,
        old.person,
        old.public_key,
        old.claims,
        operation.platform_state or old.platform_state,
        operation.operator_state or old.operator_state,
        old.nonce_highest,
        old.nonces_used,
    )
    accounts.put(operation.account, record)
    params = (
        ("account", operation.account),
        ("platform_state", record.platform_state.value),
        ("operator_state", record.operator_state.value),
    )
    return (Event("account_state_updated", params),)


def register_work(request: Request, operation: RegisterWork) -> Events:
    """Enter a work, and its content under its hash."""
    record = WorkRecord(
        operation.title,
        operation.creator,
        operation.holder,
        operation.source,
        operation.content_hash,
        operation.certificate_number,
        request.account,
        tuple(sorted(set(operation.licensees))),
    )
    request.state.works.put(operation.work, record)
    request.state.contents.put(operation.content_hash.hex(), ContentRecord(operation.work))
    params = (("work", operation.work), ("certificate_number", operation.certificate_number))
    return (Event("work_registered", params),)


def create_series(request: Request, operation: CreateSeries) -> Events:
    """Open a series without editions."""
    record = SeriesRecord(
        operation.work,
        request.account,
        operation.title,
        operation.price_fen,
        tuple(sorted(set(operation.sellers))),
        operation.anchors,
        operation.disclosure,
        operation.edition_cap,
        0,
        0,
        False,
    )
    request.state.series.put(operation.series, record)
    params = (("series", operation.series), ("work", operation.work), ("edition_cap", str(operation.edition_cap)))
    return (Event("series_created", params),)


def seal_series(request: Request, operation: SealSeries) -> Events:
    """Fix the cap at what was minted."""
    old = _series(request, operation.series)
    _put_series(request, operation.series, old, minted=old.minted, issued=0, cap=old.minted, is_sealed=True)
    return (Event("series_sealed", (("series", operation.series), ("edition_cap", str(old.minted)))),)


def mint(request: Request, series: str, count: int) -> Events:
    """Make the next `count` editions; they are with the issuer until sold."""
    old = _series(request, series)
    first, last = old.minted + 1, old.minted + count
    assert not old.sealed, "never more editions than announced (R5.3)"
    assert last <= old.edition_cap, "never more editions than announced (R5.3)"
    record = TokenRecord(request.account, TokenState.MINTED, 0, request.now_ms, None, 0)
    for edition in range(first, last + 1):
        request.state.tokens.put(token_id(series, edition), record)
    _put_series(request, series, old, minted=last, issued=old.issued, cap=old.edition_cap, is_sealed=False)
    return (
        Event("minted", (("series", series), ("first", token_id(series, first)), ("last", token_id(series, last)))),
    )


def issue(request: Request, operation: Issue) -> Events:
    """Give the next edition to its buyer and start the hold clock."""
    state, series = request.state, operation.series
    old = _series(request, series)
    edition = old.issued + 1
    assert old.sealed, "never oversold (R5.3)"
    assert edition <= old.minted, "never oversold (R5.3)"
    token = token_id(series, edition)
    held = state.tokens.get(token)
    assert held is not None, "an edition is sold once"
    assert held.state is TokenState.MINTED, "an edition is sold once"
    buyer = state.accounts.get(operation.to)
    assert buyer is not None, "a buyer is a person (R11.1)"
    assert buyer.person is not None, "a buyer is a person (R11.1)"
    purchase = f"{series}/{buyer.person.hex()}"
    bought = state.purchases.get(purchase)
    state.purchases.put(purchase, PurchaseRecord(1 if bought is None else bought.count + 1))
    # An edition frozen before its sale keeps the mark of its freeze, which is over.
    record = TokenRecord(operation.to, TokenState.ISSUED, 0, request.now_ms, held.freeze_case, held.frozen_until_ms)
    state.tokens.put(token, record)
    _put_series(request, series, old, minted=old.minted, issued=edition, cap=old.edition_cap, is_sealed=True)
    paid = (
        ("token", token),
        ("seller", request.account),
        ("price_fen", str(operation.price_fen)),
        ("currency", operation.currency),
        ("receipt", operation.receipt.hex()),
    )
    return (_transfer(token, held.owner, operation.to), Event("issued", paid))


def transfer_from(request: Request, operation: TransferFrom) -> Events:
    """Give a token away; the hold clock starts anew."""
    state, token = request.state, operation.token
    old = state.tokens.get(token)
    assert old is not None, "one owner, and he gives"
    assert old.owner == operation.sender, "one owner, and he gives"
    record = TokenRecord(
        operation.to, old.state, old.transfers + 1, request.now_ms, old.freeze_case, old.frozen_until_ms
    )
    state.tokens.put(token, record)
    sender = state.accounts.get(operation.sender)
    assert sender is not None, "a giver is a person (R11.1)"
    assert sender.person is not None, "a giver is a person (R11.1)"
    person, today = sender.person.hex(), day_of(request.now_ms)
    given = state.gifts.get(person)
    state.gifts.put(person, GiftRecord(today, given.count + 1 if given is not None and given.day == today else 1))
    return (_transfer(token, operation.sender, operation.to),)


def freeze_token(request: Request, operation: FreezeToken) -> Events:
    """Record an approval; with enough of them, freeze."""
    state = request.state
    row = f"{operation.token}/{operation.case}"
    freeze = state.freezes.get(row)
    approvals = tuple(sorted((*(() if freeze is None else freeze.approvals), request.account)))
    is_frozen = is_enough(state, request.parameters, approvals)
    reached = FreezeState.FROZEN if is_frozen else FreezeState.PROPOSED
    state.freezes.put(row, FreezeRecord(reached, operation.reason, operation.expires_ms, approvals, ()))
    params = (("token", operation.token), ("case", operation.case), ("by", request.account))
    approved = Event("freeze_approved", params)
    if not is_frozen:
        return (approved,)
    _mark(request, operation.token, operation.case, operation.expires_ms)
    until = (("token", operation.token), ("case", operation.case), ("expires_ms", str(operation.expires_ms)))
    return (approved, Event("frozen", until))


def unfreeze_token(request: Request, operation: UnfreezeToken) -> Events:
    """Record an approval of ending a freeze; with enough of them, end it."""
    state = request.state
    row = f"{operation.token}/{operation.case}"
    freeze = state.freezes.get(row)
    assert freeze is not None, "only a freeze in force is ended (R7.2)"
    assert freeze.state is FreezeState.FROZEN, "only a freeze in force is ended (R7.2)"
    releases = tuple(sorted((*freeze.releases, request.account)))
    is_released = is_enough(state, request.parameters, releases)
    reached = FreezeState.RELEASED if is_released else FreezeState.FROZEN
    state.freezes.put(row, FreezeRecord(reached, freeze.reason, freeze.expires_ms, freeze.approvals, releases))
    params = (("token", operation.token), ("case", operation.case), ("by", request.account))
    approved = Event("unfreeze_approved", params)
    if not is_released:
        return (approved,)
    _mark(request, operation.token, None, 0)
    return (approved, Event("unfrozen", (("token", operation.token), ("case", operation.case))))


def _transfer(token: str, sender: str, to: str) -> Event:
    """ERC-721's Transfer, of sale and gift alike: indexes follow owners by it."""
    return Event("transfer", (("token", token), ("from", sender), ("to", to)))


def _mark(request: Request, token: str, case: str | None, until_ms: int) -> None:
    old = request.state.tokens.get(token)
    assert old is not None, "rule L7 holds"
    record = TokenRecord(old.owner, old.state, old.transfers, old.acquired_ms, case, until_ms)
    request.state.tokens.put(token, record)


def _series(request: Request, series: str) -> SeriesRecord:
    record = request.state.series.get(series)
    assert record is not None, "rule L7 holds"
    return record


def _put_series(
    request: Request, series: str, old: SeriesRecord, *, minted: int, issued: int, cap: int, is_sealed: bool
) -> None:
    record = SeriesRecord(
        old.work,
        old.issuer,
        old.title,
        old.price_fen,
        old.sellers,
        old.anchors,
        old.disclosure,
        cap,
        minted,
        issued,
        is_sealed,
    )
    request.state.series.put(series, record)
