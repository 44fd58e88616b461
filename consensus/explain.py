"""Why is it not moving? One look at a replica's state that answers in the protocol's words."""

from collections.abc import Mapping

import msgspec

from consensus.mute import why_mute
from consensus.normal_case import is_committed_local, is_prepared
from consensus.state import State
from consensus.status import missing_batches
from consensus.types import Digest, ReplicaId, SequenceNumber, View


class OpenSlot(msgspec.Struct, frozen=True):
    """The oldest sequence number that is not executed, and what it waits for."""

    sequence: SequenceNumber
    phase: str
    """`pre-prepare`, `prepare`, `commit` or `execute`: the phase it waits in."""
    missing: tuple[ReplicaId, ...]
    """Replicas whose vote of that phase is not here; the primary alone while there is no PRE-PREPARE."""
    batches: tuple[Digest, ...]
    """Batches that its proposal names and that are not here."""


class RunningTimer(msgspec.Struct, frozen=True):
    """What a replica waits for with a clock."""

    kind: str
    """`progress`, `passed-over`, `new-view`, `status` or `linger`."""
    in_ms: int | None = None
    """It is due in so many milliseconds; None where whoever was asked knows no time, as a replica does not."""
    due_ms: int | None = None
    """The same as Unix milliseconds by the member's own clock."""


class Explanation(msgspec.Struct, frozen=True):
    """Where a replica stands."""

    view: View
    primary: ReplicaId
    stable: SequenceNumber
    certified: SequenceNumber
    executed: SequenceNumber
    high: SequenceNumber
    """H: the high watermark."""
    highest_seen: SequenceNumber
    """The highest sequence number anybody spoke of here, status messages included."""
    oldest_open: OpenSlot | None
    """None when nothing is known to be open."""
    asked: ReplicaId | None
    """Whom the last status asked for what is missing."""
    mute: str
    """Why it casts no vote, and until which block; empty where it votes."""
    halted: bool
    """It got another header than a quorum, and stopped."""
    active: bool
    """Whether it votes in `view`; if not it waits for the NEW-VIEW."""
    left_because: str
    """Why it left the view before; empty in view 0 and after a restart."""
    timers: tuple[RunningTimer, ...]
    """What it waits for with a clock, by kind."""
    accused: tuple[ReplicaId, ...]
    """Replicas of whom it holds proof that they lied (E1), in ascending order."""


def explain(state: State) -> Explanation:
    """Describe where `state` stands; changes nothing and costs the same whatever is stuck."""
    seen = [SequenceNumber(0), *state.log.slots, *(peer.status.executed for peer in state.peers.values())]
    return Explanation(
        view=state.view,
        primary=state.settings.committee.primary(state.view),
        stable=state.stable,
        certified=state.certified,
        executed=state.executed,
        high=state.log.high,
        highest_seen=max(state.executed, *seen),
        oldest_open=oldest_open(state),
        asked=state.asked_last,
        mute=why_mute(state),
        halted=state.halted,
        active=state.active,
        left_because=state.left_because,
        timers=tuple(RunningTimer(kind) for kind in sorted(state.timers)),
        accused=tuple(sorted(state.accused)),
    )


def with_times(explanation: Explanation, in_ms: Mapping[str, int], *, now_ms: int) -> Explanation:
    """The same with the times at which timers are due; `in_ms` is what its driver knows of them, by kind."""
    timers = tuple(
        RunningTimer(each.kind, in_ms[each.kind], now_ms + in_ms[each.kind]) if each.kind in in_ms else each
        for each in explanation.timers
    )
    return msgspec.structs.replace(explanation, timers=timers)


def oldest_open(state: State) -> OpenSlot | None:
    """The first slot above the last executed one of which anything is known, and what it lacks."""
    slot = next(iter(state.log.after(state.executed)), None)
    if slot is None:
        return None
    committee = state.settings.committee
    primary = committee.primary(state.view)
    if slot.digest is None:
        return OpenSlot(slot.sequence, "pre-prepare", (primary,), ())
    if not is_prepared(state, slot) and not is_committed_local(state, slot):
        absent = [each for each in committee.replicas() if each != primary and each not in slot.prepares.votes]
        return OpenSlot(slot.sequence, "prepare", tuple(absent), tuple(missing_batches(state)))
    if not is_committed_local(state, slot):
        absent = [each for each in committee.replicas() if each not in slot.commits.votes]
        return OpenSlot(slot.sequence, "commit", tuple(absent), ())
    return OpenSlot(slot.sequence, "execute", (), tuple(missing_batches(state)))
