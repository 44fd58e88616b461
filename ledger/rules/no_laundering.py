"""Tenet 11, prevent money laundering: whoever gives and whoever receives is somebody."""

from ledger.operations.accounts import Claim
from ledger.operations.series import Issue
from ledger.operations.tokens import TransferFrom
from ledger.rules.request import Reason, Request, refuse


def buyer_is_identified(request: Request, operation: Issue) -> Reason | None:
    """R11.1: the buyer is a person whose identity was checked."""
    return _unidentified(request, operation.to)


def both_ends_are_identified(request: Request, operation: TransferFrom) -> Reason | None:
    """R11.1: giver and recipient are persons whose identity was checked."""
    return _unidentified(request, operation.sender) or _unidentified(request, operation.to)


def _unidentified(request: Request, account: str) -> Reason | None:
    record = request.state.accounts.get(account)
    if record is None or (record.person is not None and Claim.REAL_NAME in record.claims):
        return None
    return refuse("Account {account} is not that of an identified person.", account=account)
