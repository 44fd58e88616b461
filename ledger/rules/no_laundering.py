"""Tenet 11, prevent money laundering: both ends are somebody, the ways of things are watched, suspicion is reported."""

from ledger.detectors.alerts import ALERTS_MAX, alerts_of, identity_of
from ledger.detectors.view import View, view_of
from ledger.names import alert_row, epoch_row
from ledger.operations.accounts import Claim
from ledger.operations.measures import ForcedTransfer
from ledger.operations.series import Issue
from ledger.operations.statements import ReportSuspicious
from ledger.operations.tokens import TransferFrom
from ledger.records.alerts import AlertRecord, EpochRecord
from ledger.rules.closing import Closing, Looked
from ledger.rules.request import Reason, Request, refuse
from ledger.state import State

_REAL_NAME = Claim.REAL_NAME
"""Looked up once: every gift asks (see ledger/records/accounts.py)."""


def buyer_is_identified(request: Request, operation: Issue) -> Reason | None:
    """R11.1: the buyer is a person whose identity was checked."""
    return _unidentified(request, operation.to)


def both_ends_are_identified(request: Request, operation: TransferFrom | ForcedTransfer) -> Reason | None:
    """R11.1: giver and recipient are persons whose identity was checked.

    The giver's was when he got it (here and in the sale). A claim that his platform took back since does not count
    against him: with it one key could keep what is his for ever.
    """
    giver = request.state.accounts.get(operation.sender)
    if giver is not None and giver.person is None:
        return _unnamed(operation.sender)
    return _unidentified(request, operation.to)


def _unidentified(request: Request, account: str) -> Reason | None:
    record = request.state.accounts.get(account)
    if record is None or (record.person is not None and _REAL_NAME in record.claims):
        return None
    return _unnamed(account)


def _unnamed(account: str) -> Reason:
    return refuse("Account {account} is not that of an identified person.", account=account)


def gifts_are_watched(closing: Closing) -> Looked:
    """R11.2: the detectors look at the gifts of the last thirty days; their alerts become rows of the state."""
    state, tokens = closing.state, closing.recent.latest(closing.moment.now_ms)
    view = _view(closing, tokens)
    # What happened in the very millisecond in which the epoch before ended is news twice; an alert of it is not.
    earlier = {identity_of(alert) for alert in _alerts_of_epochs_that_ended_at(closing, closing.news_ms)}
    alerts = [alert for alert in alerts_of(view, closing.moment.parameters) if identity_of(alert) not in earlier]
    for index, alert in enumerate(alerts[:ALERTS_MAX]):
        state.alerts.put(alert_row(closing.epoch, index), alert)
    record = EpochRecord(
        closing.moment.height,
        closing.moment.now_ms,
        len(tokens),
        len(view.gifts),
        view.left_out,
        min(len(alerts), ALERTS_MAX),
        max(0, len(alerts) - ALERTS_MAX),
    )
    state.epochs.put(epoch_row(closing.epoch), record)
    return Looked(len(view.gifts), len(alerts))


def alerts_in(state: State, epoch: int) -> tuple[AlertRecord, ...]:
    """The alerts that `epoch` raised, the most suspect first; none for an epoch that has not ended."""
    ended = state.epochs.get(epoch_row(epoch))
    rows = (state.alerts.get(alert_row(epoch, index)) for index in range(0 if ended is None else ended.alerts))
    return tuple(row for row in rows if row is not None)


def _alerts_of_epochs_that_ended_at(closing: Closing, time_ms: int) -> list[AlertRecord]:
    """Those of the last epochs, as far back as they ended at `time_ms`; more than one only if blocks take no time."""
    found: list[AlertRecord] = []
    for epoch in range(closing.epoch - 1, 0, -1):
        ended = closing.state.epochs.get(epoch_row(epoch))
        if ended is None or ended.ended_ms != time_ms:
            break
        found += alerts_in(closing.state, epoch)
    return found


def _view(closing: Closing, tokens: list[str]) -> View:
    state, moment = closing.state, closing.moment
    records = ((token, state.tokens.get(token)) for token in tokens)
    found = ((token, record) for token, record in records if record is not None)

    def person_of(account: str) -> str:
        record = state.accounts.get(account)
        return account if record is None or record.person is None else record.person.hex()

    return view_of(found, person_of, now_ms=moment.now_ms, news_ms=closing.news_ms)


def report_is_new(request: Request, operation: ReportSuspicious) -> Reason | None:
    """R11.3: a member makes the same report once; that another was quicker to name its hash silences nobody."""
    payload = operation.payload_hash.hex()
    known = request.state.reports.get(f"{request.account}/{payload}")
    if known is None:
        return None
    return refuse("{reporter} has made report {payload}.", reporter=known.reporter, payload=payload)
