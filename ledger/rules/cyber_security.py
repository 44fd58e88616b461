"""Tenet 8, maintain cybersecurity: keys change, none signs faster than a bound, and who lies is suspended.

That an old key signs nothing any more is rule L2's to say, which asks for the key in force at the block's height.
"""

from ledger.keys import key_in_force
from ledger.operations.accounts import RotateKey
from ledger.operations.statements import SubmitEvidence
from ledger.parameters import MINUTE_MS
from ledger.rules.request import Reason, Request, refuse


def key_is_another(request: Request, operation: RotateKey) -> Reason | None:
    """R8.1: a key is replaced by another one."""
    name = operation.account
    account = request.state.accounts.get(name)
    if (
        account is None
        or key_in_force(request.state, name, account, request.height, request.now_ms) != operation.public_key
    ):
        return None
    return refuse("Account {account} has this key already.", account=operation.account)


def signer_is_within_rate(request: Request, _: object) -> Reason | None:
    """R8.2: so many transactions a minute from one account; a member's own account has a bound of its own."""
    caller, minute = request.caller, request.now_ms // MINUTE_MS
    if caller is None or caller.minute != minute:
        return None
    figures = request.parameters
    most = figures.transactions_per_minute if caller.role is None else figures.member_transactions_per_minute
    if caller.in_minute < most:
        return None
    return refuse(
        "Account {account} has signed {signed} transactions in this minute; {most} is the limit.",
        account=request.account,
        signed=caller.in_minute,
        most=most,
        retry_at_ms=(minute + 1) * MINUTE_MS,
    )


def evidence_convicts(request: Request, operation: SubmitEvidence) -> Reason | None:
    """R8.3: what is submitted proves that a member contradicted itself, and the judge says which."""
    if request.judge(operation.proof) is not None:
        return None
    return refuse("This proves nothing against any member.")


def evidence_is_news(request: Request, operation: SubmitEvidence) -> Reason | None:
    """R8.3: a lie is acted on once, in whatever order and wrapping it is shown."""
    guilt = request.judge(operation.proof)
    if guilt is None or request.state.evidence.get(f"{guilt.member}/{guilt.offence}") is None:
        return None
    return refuse(
        "The contradiction {offence} of {member} was proved before.", offence=guilt.offence, member=guilt.member
    )
