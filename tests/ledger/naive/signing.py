"""What every transaction meets, whatever it asks for: L1 to L5, L11, R3.2, R7.2, R7.5, R8.2."""

from ledger.envelope import Transaction
from ledger.operations.access import RecordAccess
from ledger.operations.accounts import KeepKey, RotateKey, UpdateAccountState
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import Propose, Vote
from ledger.operations.measures import ForcedTransfer, OpenDispute, ResolveDispute, Takedown
from ledger.operations.statements import ReportSuspicious, SubmitEvidence
from ledger.operations.winding_down import ChooseHoldOrRefund
from tests.ledger.naive.figures import MINUTE_MS
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reason, Reasons
from tests.ledger.naive.writing import is_personal

WINDOW = 1_024
KEYS_MAX = 256
GOES_ON = (
    *(Propose, Vote, FreezeToken, UnfreezeToken, FreezeAccount, UnfreezeAccount, EmergencyFreeze, Appeal, Uphold),
    *(UpdateAccountState, RotateKey, KeepKey, ReportSuspicious, SubmitEvidence, RecordAccess, ChooseHoldOrRefund),
    *(OpenDispute, ResolveDispute, Takedown, ForcedTransfer),
)
"""While the chain is paused."""

LEAVES_THE_NONCE = ("E_ACCOUNT_UNKNOWN", "E_KEY", "E_NONCE")


def judge_signing(known: Known, by: str, key: bytes, transaction: Transaction, no: Reasons) -> None:
    account = known.accounts.get(by)
    nonce, name = transaction.nonce, transaction.idempotency_key
    no.when(account is None, "L1", "E_ACCOUNT_UNKNOWN")
    no.when(0 < transaction.deadline_ms < known.now_ms, "L4", "E_DEADLINE")
    no.when(name is not None and is_personal(name), "L10", "E_PERSONAL_DATA")
    no.when(transaction.schema != 1, "R3.2", "E_SCHEMA")
    no.when(known.paused and not isinstance(transaction.operation, GOES_ON), "R7.5", "E_PAUSED")
    if account is None:
        return
    no.when(key != known.key_in_force(by), "L2", "E_KEY")
    highest = max(account.nonces, default=0)
    no.when(nonce in account.nonces or nonce <= highest - WINDOW, "L3", "E_NONCE")
    keeps = isinstance(transaction.operation, KeepKey)
    no.when(known.is_suspended(by) and not keeps, "L5", "E_ACCOUNT_STATE")
    if name is not None:
        in_use = [each for each, until_ms in account.keys_until_ms.items() if known.now_ms < until_ms]
        no.when(name in in_use, "L11", "E_DUPLICATE_KEY")
        no.when(name not in in_use and len(in_use) >= KEYS_MAX, "L11", "E_TOO_MANY_KEYS")
    no.when(known.case_in_force(by) is not None and not keeps, "R7.2", "E_ACCOUNT_FROZEN")
    bound = "transactions_per_minute" if account.role is None else "member_transactions_per_minute"
    no.when(account.signed.get(known.now_ms // MINUTE_MS, 0) >= known.figure(bound), "R8.2", "E_RATE")


def signed(known: Known, by: str, transaction: Transaction, reasons: list[Reason]) -> None:
    """What a transaction leaves behind before it does anything, or if it does nothing."""
    if any(reason.code in LEAVES_THE_NONCE for reason in reasons):
        return
    account = known.accounts[by]
    account.nonces.add(transaction.nonce)
    minute = known.now_ms // MINUTE_MS
    account.signed[minute] = account.signed.get(minute, 0) + 1
    if not reasons and transaction.idempotency_key is not None:
        account.keys_until_ms[transaction.idempotency_key] = known.now_ms + known.hours_ms("idempotency_hours")
