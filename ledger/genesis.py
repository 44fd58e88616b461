"""The state before the first block: the members' own accounts, from the charter, and nothing else."""

from ledger.charter import Charter
from ledger.operations.accounts import AccountState
from ledger.records.accounts import AccountRecord
from ledger.state import State

CHARTER_VERSION = 1
"""The only version there is; another one would be read wrongly."""


def genesis_state(charter: Charter) -> State:
    """Every member with its operator key, active.

    Raises: ValueError for a charter that founds no ledger, naming what is wrong.
    """
    if charter.version != CHARTER_VERSION:
        raise ValueError(f"the charter has version {charter.version}; this ledger reads version {CHARTER_VERSION}")
    state = State()
    for member in charter.members:
        if "." in member.id or "/" in member.id:
            raise ValueError(
                f"member id {member.id!r} would be taken for a person's account; use letters, digits, hyphens"
            )
        if state.accounts.get(member.id) is not None:
            raise ValueError(f"the charter names member {member.id!r} twice")
        active = AccountState.ACTIVE
        record = AccountRecord(
            member.id, member.role, member.votes, None, member.operator_key, (), active, active, 0, b""
        )
        state.accounts.put(member.id, record)
    state.commit()
    return state
