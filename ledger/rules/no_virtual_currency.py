"""Tenet 9, end virtual currency: yuan, off the chain.

R9.1, no transferable fungible balance, is an invariant of the whole state: ledger/invariants.py.
"""

from ledger.operations.series import Issue
from ledger.operations.statements import Attest
from ledger.rules.request import Reason, Request, refuse

CURRENCY = "CNY"
"""The only one, not a parameter."""


def settlement_is_in_yuan(_: Request, operation: Issue) -> Reason | None:
    """R9.2: what was paid off the chain was yuan."""
    if operation.currency == CURRENCY:
        return None
    return refuse("Paid in {currency}; only CNY is accepted.", currency=operation.currency)


def bridge_leads_to_a_listed_chain(request: Request, operation: Attest) -> Reason | None:
    """R9.3: the only operation that names another chain anchors a hash there, and only on a chain that is listed."""
    if operation.chain is None:
        return None
    listed = request.state.chains.get(operation.chain)
    if listed is not None and listed.is_listed:
        return None
    return refuse("Chain {chain} is not listed; the members list one by vote.", chain=operation.chain)
