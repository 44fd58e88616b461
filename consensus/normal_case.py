"""§4.2 Normal-case operation: proposal, pre-prepare, prepare, commit, committed-local. Lines N1-N12 of PROTOCOL.md.

Every vote is recorded on disk before it leaves and counted by its own sender only when it comes back from there. Many
sequence numbers are open at once; decisions are handed out strictly in order.
"""

from consensus.bundle import Signed
from consensus.effects import Decided, PreparedRecord, Reason
from consensus.events import TimerKind
from consensus.evidence import accuse
from consensus.log import Slot
from consensus.messages import (
    BATCHES_IN_PROPOSAL_MAX,
    BatchReference,
    Commit,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Proposal,
    proposal_digest,
)
from consensus.state import State
from consensus.types import BatchNumber, Digest, ReplicaId, SequenceNumber


def propose(state: State, *, wall_ms: int, linger_is_over: bool = False) -> None:
    """N1-N2: the primary gives the next sequence numbers to batches that wait.

    It proposes at once while nothing is open, and otherwise when a proposal is full or has waited `block_interval_ms`
    for each number that is open: the longer agreement takes, on a busy machine or over a long way, the more each round
    of it carries, and without load latency stays low. At most W numbers are open, and none above h + L/2. A new primary
    that has not executed up to min-s does not know which batches ran, and orders nothing yet (T-D14).
    """
    settings = state.settings
    if not state.requests.held or not state.is_primary or not state.active:
        return
    if state.mute is not None or state.executed < state.carried.low:
        return
    while True:
        said = max((n for n, slot in state.log.slots.items() if slot.own_pre_prepare), default=0)
        last = max(state.executed, state.carried.high, said)
        sequence = SequenceNumber(last + 1)
        waiting = batches_for_proposal(state, sequence=sequence)
        if not waiting or last - state.executed >= settings.in_flight_max:
            return
        if sequence > state.stable + settings.log_size // 2:
            return
        is_full = sum(each.size_bytes for each in waiting) * 2 >= settings.proposal_bytes_max
        if last > state.executed and not is_full and not linger_is_over:
            if TimerKind.LINGER not in state.timers:
                state.set_timer(TimerKind.LINGER, after_ms=settings.block_interval_ms * (last - state.executed))
            return
        slot = state.log.slot(sequence)
        slot.own_pre_prepare = PrePrepare(
            state.view, sequence, Proposal(waiting, max(wall_ms, earliest_timestamp_ms(state, sequence=sequence)))
        )
        slot.said_at = state.tick
        state.say(slot.own_pre_prepare)
        linger_is_over = False


def batches_for_proposal(state: State, *, sequence: SequenceNumber) -> tuple[BatchReference, ...]:
    """The batches that may be ordered next, within one proposal's bounds; a different author is first each time."""
    first = ReplicaId(sequence % state.settings.committee.size)
    chosen: list[BatchReference] = []
    size_bytes = 0
    for reference in state.requests.unordered(ordered_up_to(state), first=first):
        size_bytes += reference.size_bytes
        if chosen and (size_bytes > state.settings.proposal_bytes_max or len(chosen) == BATCHES_IN_PROPOSAL_MAX):
            break
        chosen.append(reference)
    return tuple(chosen)


def ordered_up_to(state: State) -> list[BatchNumber]:
    """For each author, the highest batch number in an open proposal.

    Derived from the log each time: nothing is ever "marked as proposed", so nothing can stay marked wrongly.
    """
    highest = [BatchNumber(0)] * state.settings.committee.size
    for slot in state.log.after(state.executed):
        said = slot.own_pre_prepare or slot.pre_prepare
        for reference in said.proposal.batches if said else ():
            highest[reference.author] = max(highest[reference.author], reference.number)
    return highest


def earliest_timestamp_ms(state: State, *, sequence: SequenceNumber) -> int:
    """The time below which a proposal for `sequence` would run back, as far as this replica knows."""
    before = state.log.slots.get(SequenceNumber(sequence - 1))
    said = before and (before.pre_prepare or before.own_pre_prepare)
    return max(state.executed_at_ms, said.proposal.timestamp_ms if said else 0)


def on_pre_prepare(state: State, signed: Signed, message: PrePrepare, *, wall_ms: int) -> Reason | None:
    """Accept the primary's ordering (N3-N5).

    A number that the view change carried over takes exactly what O gives it, without being judged again: it was, by a
    quorum, and it may be older than this replica's clock or executed state would allow (V10).

    Accepted when: it names this view; its sender is the view's primary; h < n <= H and n is not executed; no other
    digest was accepted for (v, n), nor prepared before a restart; the proposal keeps its bounds; its time neither
    runs back nor lies far ahead.
    """
    if message.view != state.view:
        return Reason.WRONG_VIEW
    if signed.sender != state.settings.committee.primary(message.view):
        return Reason.NOT_PRIMARY
    if not state.log.covers(message.sequence):
        return Reason.OUT_OF_WINDOW
    carried = state.carried.proposals.get(message.sequence) if state.active else None
    if message.sequence <= state.executed and carried is None and state.active:
        return Reason.STALE
    slot = state.log.slot(message.sequence)
    if not state.active:
        slot.early = slot.early or signed
        state.holds_early = True
        return None
    digest = proposal_digest(
        message.proposal, chain=state.settings.chain, epoch=state.settings.epoch, sequence=message.sequence
    )
    if slot.accepted is not None:
        accuse(state, slot.accepted, signed)
        return Reason.STALE if slot.digest == digest else Reason.CONFLICT
    if slot.own_prepare is not None and slot.own_prepare.digest != digest:
        return Reason.CONFLICT
    reason = judge_proposal(state, signed, message, carried, wall_ms=wall_ms)
    if reason is not None:
        return reason
    slot.accepted, slot.digest = signed, digest
    advance(state, slot)
    return None


def judge_proposal(
    state: State, signed: Signed, message: PrePrepare, carried: Proposal | None, *, wall_ms: int
) -> Reason | None:
    """N5, V10: what O carried over must be that; anything else must keep its bounds and its time."""
    if carried is not None:
        return None if message.proposal == carried else Reason.CONFLICT
    if message.sequence <= state.carried.high or not is_within_bounds(state, message.proposal):
        return Reason.BAD_PROPOSAL
    if message.proposal.timestamp_ms < earliest_timestamp_ms(state, sequence=message.sequence):
        return Reason.BAD_TIMESTAMP
    if (
        signed.sender != state.settings.replica
        and message.proposal.timestamp_ms > wall_ms + state.settings.drift_ms_max
    ):
        return Reason.BAD_TIMESTAMP
    return None


def is_within_bounds(state: State, proposal: Proposal) -> bool:
    """Whether a proposal orders something, not too much, and each author's batches by rising number, none executed."""
    latest = [stream.executed for stream in state.requests.streams]
    for reference in proposal.batches:
        if reference.author not in state.settings.committee or reference.number <= latest[reference.author]:
            return False
        latest[reference.author] = reference.number
    size_bytes = sum(reference.size_bytes for reference in proposal.batches)
    return len(proposal.batches) == 1 or (len(proposal.batches) > 1 and size_bytes <= state.settings.proposal_bytes_max)


def on_prepare(state: State, signed: Signed, message: Prepare) -> Reason | None:
    """Count a backup's PREPARE (N7).

    Accepted when: it names this view; its sender is not the view's primary, whose PRE-PREPARE already speaks for it;
    h < n <= H; it is the sender's first for (v, n).
    """
    if message.view != state.view:
        return Reason.WRONG_VIEW
    if signed.sender == state.settings.committee.primary(message.view):
        return Reason.FROM_PRIMARY
    if not state.log.covers(message.sequence):
        return Reason.OUT_OF_WINDOW
    slot = state.log.slot(message.sequence)
    if not slot.prepares.add(signed, message.digest):
        accuse(state, slot.prepares.votes[signed.sender], signed)
        return Reason.STALE
    if slot.own_commit is None and (
        slot.own_prepare is None or slot.prepares.count(message.digest) >= state.prepares_needed
    ):
        advance(state, slot)
    return None


def on_commit(state: State, signed: Signed, message: Commit) -> Reason | None:
    """Count a COMMIT (N9).

    Accepted when: it names this view; h < n <= H; it is the sender's first for (v, n).
    """
    if message.view != state.view:
        return Reason.WRONG_VIEW
    if not state.log.covers(message.sequence):
        return Reason.OUT_OF_WINDOW
    slot = state.log.slot(message.sequence)
    if not slot.commits.add(signed, message.digest):
        accuse(state, slot.commits.votes[signed.sender], signed)
        return Reason.STALE
    if slot.decided is None and (slot.own_prepare is None or slot.commits.count(message.digest) >= state.quorum):
        advance(state, slot)
    return None


def advance(state: State, slot: Slot) -> None:
    """Say what this slot now allows, and hand out what is decided."""
    state.moved = True
    accepted = slot.pre_prepare
    if (
        state.mute is None
        and accepted is not None
        and slot.digest is not None
        and holds_payload(state, accepted.proposal)
    ):
        if slot.own_prepare is None and not _is_by_primary(state, slot):
            slot.own_prepare = Prepare(accepted.view, slot.sequence, slot.digest)
            slot.said_at = state.tick
            state.say(slot.own_prepare)
        if slot.own_commit is None and is_prepared(state, slot):
            slot.own_commit = Commit(accepted.view, slot.sequence, slot.digest)
            slot.said_at = state.tick
            slot.prepared = prepared_certificate(state, slot, accepted, slot.digest)
            state.ready.records.append(PreparedRecord(slot.prepared))
            state.say(slot.own_commit)
    decide(state)


def decide(state: State) -> None:
    """N10-N11: hand out decisions in order, each once, while the next slot is decided and what runs of it is here.

    A batch that does not run is not waited for: nobody may have it any more.
    """
    while True:
        slot = state.log.slots.get(SequenceNumber(state.decided + 1))
        proposal = slot and decision(state, slot)
        if not slot or not proposal:
            return
        due = state.requests.due(proposal.batches)
        if not all(state.requests.holds(reference) for reference in due):
            return
        state.requests.decide(due)
        state.decided, slot.decided = slot.sequence, proposal
        digest = proposal_digest(
            proposal, chain=state.settings.chain, epoch=state.settings.epoch, sequence=slot.sequence
        )
        state.ready.decided.append(Decided(slot.sequence, digest, proposal, due))


def decision(state: State, slot: Slot) -> Proposal | None:
    """The proposal that won this slot: proved by a final block, vouched for, or committed-local here."""
    if slot.taken_over is not None:
        return slot.taken_over.proposal
    if slot.vouched is not None:
        return slot.vouched
    return slot.pre_prepare.proposal if slot.pre_prepare and is_committed_local(state, slot) else None


def is_prepared(state: State, slot: Slot) -> bool:
    """prepared(m, v, n, i): the request, the PRE-PREPARE for it, and matching PREPAREs from q-1 backups (§4.2).

    The request is here because its own PREPARE, or PRE-PREPARE, was said only with every payload on disk.
    """
    return slot.digest is not None and slot.prepares.count(slot.digest) >= state.settings.committee.prepares_needed


def is_committed_local(state: State, slot: Slot) -> bool:
    """committed-local(m, v, n, i): the accepted PRE-PREPARE and matching COMMITs from a quorum (§4.2).

    Unlike the paper, prepared(m, v, n, i) is not asked for: a quorum of signed COMMITs holds f+1 honest ones, whose
    senders had prepared, so the decision is made whether or not this replica saw the PREPAREs.
    """
    return slot.digest is not None and slot.commits.count(slot.digest) >= state.settings.committee.quorum


def holds_payload(state: State, proposal: Proposal) -> bool:
    """Whether every batch is here, durable with this turn, or will not run again."""
    return all(state.requests.is_available(reference) for reference in proposal.batches)


def prepared_certificate(state: State, slot: Slot, accepted: PrePrepare, digest: Digest) -> PreparedCertificate:
    """The proof of prepared(m, v, n, i): kept for a view change, which must carry the slot over."""
    assert slot.accepted is not None, "I4: only an accepted proposal can be prepared"
    needed = state.settings.committee.prepares_needed
    prepares = tuple(each.certificate_vote() for each in slot.prepares.proofs(digest)[:needed])
    return PreparedCertificate(accepted, slot.accepted.certificate_vote(), prepares)


def _is_by_primary(state: State, slot: Slot) -> bool:
    return slot.accepted is not None and slot.accepted.sender == state.settings.replica
