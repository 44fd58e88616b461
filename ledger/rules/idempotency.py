"""Rule L11, the ledger's own: what a client names with a key happens once, however often and wherever he asks.

A nonce makes the same bytes good once; a key makes the same *wish* good once, also where a client that lost its answer
signs anew. Only an accepted transaction takes its key: what was refused had no effect, and may be tried again better.
"""

from ledger.records.idempotency import KEYS_MAX, RememberedKey
from ledger.rules.request import Reason, Request, refuse


def live_keys(request: Request) -> tuple[RememberedKey, ...]:
    """The signer's keys that are not over, in the order of their use."""
    record = request.state.idempotency.get(request.account)
    return () if record is None else tuple(each for each in record.keys if request.now_ms < each.until_ms)


def key_is_free(request: Request, _: object) -> Reason | None:
    """L11: a key stands for its first transaction for so many hours."""
    key = request.transaction.idempotency_key
    if key is None:
        return None
    for each in live_keys(request):
        if each.key == key and each.transaction != request.transaction_id:
            return refuse(
                "Key {key} stands for transaction {transaction}.",
                key=key,
                transaction=each.transaction.hex(),
                retry_at_ms=each.until_ms,
            )
    return None


def keys_have_room(request: Request, _: object) -> Reason | None:
    """L11: so many keys are remembered for an account, and none is forgotten before its time."""
    if request.transaction.idempotency_key is None:
        return None
    live = live_keys(request)
    if len(live) < KEYS_MAX:
        return None
    return refuse(
        "{account} has {keys} keys in use, the most there may be.",
        account=request.account,
        keys=len(live),
        retry_at_ms=min(each.until_ms for each in live),
    )
