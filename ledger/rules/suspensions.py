"""Tenet 6, protect consumers: who suspends an account says why and until when, and not again and again (R6.5).

A platform suspends its customers and the regulator anybody, each alone and at once; so each is bound to an end, and to
a rest after it. What is to last longer takes two: a freeze (R7.2).
"""

from ledger.operations.accounts import AccountState, UpdateAccountState
from ledger.parameters import DAY_MS
from ledger.rules.request import Reason, Request, refuse

_SUSPENDED = AccountState.SUSPENDED


def suspended_axes(operation: UpdateAccountState) -> tuple[str, ...]:
    """The axes on which the operation suspends, as rows name them."""
    axes = (("platform", operation.platform_state), ("operator", operation.operator_state))
    return tuple(axis for axis, wanted in axes if wanted is _SUSPENDED)


def suspension_has_terms(_: Request, operation: UpdateAccountState) -> Reason | None:
    """R6.5: a suspension has a reason, a case and an end; a restoration has none of them."""
    if bool(suspended_axes(operation)) == (operation.terms is not None):
        return None
    return refuse("Whoever suspends {account} says why, in which case and until when.", account=operation.account)


def suspension_ends(request: Request, operation: UpdateAccountState) -> Reason | None:
    """R6.5: a suspension has an end, ahead and not too far ahead."""
    terms = operation.terms
    latest_ms = request.now_ms + request.parameters.suspension_days_max * DAY_MS
    if terms is None or request.now_ms < terms.expires_ms <= latest_ms:
        return None
    return refuse(
        "A suspension now must end after {now_ms} and by {latest_ms}, not at {expires_ms}.",
        now_ms=request.now_ms,
        latest_ms=latest_ms,
        expires_ms=terms.expires_ms,
    )


def suspension_is_not_chained(request: Request, operation: UpdateAccountState) -> Reason | None:
    """R6.5: after a suspension the account is left alone on that axis for a time."""
    rest_days = request.parameters.suspension_rest_days
    for axis in suspended_axes(operation):
        before = request.state.suspensions.get(f"{operation.account}/{axis}")
        if before is not None and request.now_ms < before.until_ms + rest_days * DAY_MS:
            return refuse(
                "Account {account} was suspended until {until_ms} in case {case}; suspension_rest_days is"
                " {suspension_rest_days}.",
                account=operation.account,
                until_ms=before.until_ms,
                case=before.case,
                suspension_rest_days=rest_days,
                retry_at_ms=before.until_ms + rest_days * DAY_MS,
            )
    return None
