"""What an accepted transaction with an idempotency key leaves behind."""

from ledger.parameters import HOUR_MS
from ledger.records.idempotency import KEYS_MAX, IdempotencyRecord, RememberedKey
from ledger.rules.idempotency import live_keys
from ledger.rules.request import Request


def remember_key(request: Request, key: str) -> None:
    """Let `key` stand for the transaction, and forget the account's keys that are over."""
    until_ms = request.now_ms + request.parameters.idempotency_hours * HOUR_MS
    keys = (*live_keys(request), RememberedKey(key, request.transaction_id, until_ms))
    assert len(keys) <= KEYS_MAX, "rule L11 holds"
    request.state.idempotency.put(request.account, IdempotencyRecord(keys))
