"""Which key is an account's at a height (R8.1)."""

from msgspec.structs import replace

from canonical.signing import PublicKey
from ledger.records.accounts import AccountRecord, KeyRecord
from ledger.state import State


def key_in_force(state: State, account: str, record: AccountRecord, height: int) -> PublicKey:
    """The key that signs for `account`, whose record is `record`, in block `height`."""
    if not record.key_changes:
        return record.public_key
    rotation = state.keys.get(account)
    return record.public_key if rotation is None or height < rotation.from_height else rotation.public_key


def set_key(state: State, account: str, key: PublicKey, *, height: int, from_height: int) -> None:
    """Make `key` the key of `account` from block `from_height` on; `height` is the block in which this is said.

    Until then the account keeps the key it has. A change announced before that has not come yet is forgotten.
    """
    record = state.accounts.get(account)
    assert record is not None, "rule L7 holds"
    current = key_in_force(state, account, record, height)
    state.accounts.put(account, replace(record, public_key=current, key_changes=True))
    state.keys.put(account, KeyRecord(key, from_height))
