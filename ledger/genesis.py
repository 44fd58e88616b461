"""The state before the first block, from the charter: the members' own accounts, who they are, and what binds them."""

from ledger.charter import Charter
from ledger.governance import ROSTER
from ledger.operations.accounts import AccountState
from ledger.policies import policies_from
from ledger.records.accounts import AccountRecord
from ledger.records.governance import ChainRecord, PolicyRecord, RosterRecord
from ledger.state import State

CHARTER_VERSION = 1
"""The only version there is; another one would be read wrongly."""


def genesis_state(charter: Charter) -> State:
    """Every member with its operator key, active; policies and chains where the charter names any.

    Raises: ValueError for a charter that founds no ledger, naming what is wrong.
    """
    if charter.version != CHARTER_VERSION:
        raise ValueError(f"the charter has version {charter.version}; this ledger reads version {CHARTER_VERSION}")
    policies_from(charter.policies, voters=len(charter.voters()))
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
    state.roster.put(ROSTER, RosterRecord(tuple(sorted(member.id for member in charter.members))))
    for kind, policy in sorted(charter.policies.items()):
        state.policies.put(kind, PolicyRecord(policy, 0))
    for chain in charter.chains:
        state.chains.put(chain, ChainRecord(True, 0))
    state.commit()
    return state
