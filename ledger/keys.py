"""Which key is an account's in a block (R8.1)."""

from msgspec.structs import replace

from canonical.signing import PublicKey
from ledger.records.accounts import AccountRecord, KeyRecord
from ledger.state import State


def key_in_force(state: State, account: str, record: AccountRecord, height: int, now_ms: int) -> PublicKey:
    """The key that signs for `account`, whose record is `record`, in block `height` of time `now_ms`."""
    if not record.key_changes:
        return record.public_key
    rotation = state.keys.get(account)
    if rotation is None or height < rotation.from_height or now_ms < rotation.from_ms:
        return record.public_key
    return rotation.public_key


def key_announced(state: State, account: str, height: int, now_ms: int) -> KeyRecord | None:
    """The key that is going to be the account's and is not yet in block `height` of time `now_ms`; None without one."""
    rotation = state.keys.get(account)
    if rotation is None or (rotation.from_height <= height and rotation.from_ms <= now_ms):
        return None
    return rotation


def set_key(
    state: State, account: str, key: PublicKey, *, height: int, now_ms: int, from_height: int, from_ms: int = 0
) -> None:
    """Make `key` that of `account` from a block and a time on; `height` and `now_ms` are those of the block now.

    Until then the account keeps the key it has. A change announced before that has not come yet is forgotten.
    """
    record = state.accounts.get(account)
    assert record is not None, "rule L7 holds"
    current = key_in_force(state, account, record, height, now_ms)
    state.accounts.put(account, replace(record, public_key=current, key_changes=True))
    state.keys.put(account, KeyRecord(key, from_height, from_ms))
