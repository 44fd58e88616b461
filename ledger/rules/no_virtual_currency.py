"""Tenet 9, end virtual currency: yuan, off the chain.

R9.1, no transferable fungible balance, is an invariant of the whole state: ledger/invariants.py.
"""

from ledger.operations.series import Issue
from ledger.rules.request import Reason, Request, refuse

CURRENCY = "CNY"
"""The only one, not a parameter."""


def settlement_is_in_yuan(_: Request, operation: Issue) -> Reason | None:
    """R9.2: what was paid off the chain was yuan."""
    if operation.currency == CURRENCY:
        return None
    return refuse("Paid in {currency}; only CNY is accepted.", currency=operation.currency)
