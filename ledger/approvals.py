"""Deciding together: who approved what, and whether they are enough.

One mechanism for freezes, their end and their review, disputes, takedowns and forced transfers: each member signs the
same terms in a transaction of its own, its name is kept with the case, and the approval that makes them enough takes
effect in the same transaction. A member counts once, and only while its account is active.
"""

from ledger.charter import Role
from ledger.governance import governors, policy_of
from ledger.parameters import Parameters
from ledger.policy import is_met
from ledger.records.accounts import AccountRecord
from ledger.state import State


def with_party(parties: tuple[str, ...], party: str) -> tuple[str, ...]:
    """`parties` and one more, sorted, each once."""
    return tuple(sorted({*parties, party}))


def are_enough_to_freeze(state: State, parameters: Parameters, now_ms: int, parties: tuple[str, ...]) -> bool:
    """R7.2: whether `parties`, each once, can freeze or end a freeze: the regulator and one more, or k governors."""
    records = _acting(state, now_ms, parties)
    regulators = sum(record.role is Role.REGULATOR for record in records)
    governors = sum(record.governor for record in records)
    if 0 < parameters.freeze_governors <= governors:
        return True
    return regulators >= 1 and len(records) >= 2


def are_enough_to_uphold(
    state: State, parameters: Parameters, now_ms: int, parties: tuple[str, ...], approvals: tuple[str, ...]
) -> bool:
    """R6.4: whether `parties` can uphold what `approvals` froze: enough to freeze, and one who had no part in it."""
    newcomers = tuple(party for party in parties if party not in approvals)
    return are_enough_to_freeze(state, parameters, now_ms, parties) and bool(_acting(state, now_ms, newcomers))


def are_enough_to_dispute(
    state: State, parameters: Parameters, now_ms: int, parties: tuple[str, ...], *, is_repeated: bool
) -> bool:
    """R4.3: whether `parties` can open a dispute: enough to freeze, or a registrar and one more.

    A work that was in dispute before takes the committee, or two parties could keep it in dispute for ever.
    """
    if is_repeated:
        return committee_decides(state, "open_dispute", now_ms, parties)
    records = _acting(state, now_ms, parties)
    has_registrar = any(record.role is Role.REGISTRAR for record in records)
    return are_enough_to_freeze(state, parameters, now_ms, parties) or (has_registrar and len(records) >= 2)


def are_enough_to_take_down(state: State, now_ms: int, parties: tuple[str, ...]) -> bool:
    """R4.3: whether `parties` can take something down: the committee, or a registrar and a voting member."""
    if committee_decides(state, "takedown", now_ms, parties):
        return True
    records = _acting(state, now_ms, parties)
    registrars = sum(record.role is Role.REGISTRAR for record in records)
    voters = sum(record.governor for record in records)
    either = sum(record.governor or record.role is Role.REGISTRAR for record in records)
    # Two registrars are not enough where neither votes.
    return registrars >= 1 and voters >= 1 and either >= 2


def committee_decides(state: State, kind: str, now_ms: int, parties: tuple[str, ...]) -> bool:
    """Whether `parties` meet the policy for decisions of this kind, the voting members being the electorate."""
    acting = [party for party in parties if _acting(state, now_ms, (party,))]
    return is_met(policy_of(state, kind), acting, governors(state))


def _acting(state: State, now_ms: int, parties: tuple[str, ...]) -> list[AccountRecord]:
    """The records of those parties that are members in good standing."""
    records = [record for record in map(state.accounts.get, parties) if record is not None]
    return [record for record in records if record.is_active(now_ms)]
