"""What must hold at honest replicas after every event, as functions: None, or in words what does not hold.

Numbers are those of docs/INVARIANTS.md. Each docstring states the invariant and where it comes from; those that speak
of epochs are numbered there, and get their functions with them. Two kinds stand here. Those
over one `State` look at all there is, and are cheap because a state is bounded: `STATE_INVARIANTS` lists them. Those
over histories and over several replicas are asked about one slot at a time, so that checking after each event stays
cheap.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from canonical.encoding import encode
from consensus.bundle import Verify
from consensus.carried import CarriedOver
from consensus.checkpoint import BLOCKS_AHEAD_MAX
from consensus.evidence import is_evidence
from consensus.guard import vote_phase, vote_view
from consensus.messages import (
    BatchReference,
    BlockHeader,
    Commit,
    Equivocation,
    PreparedCertificate,
    ViewStatement,
    Vote,
    header_digest,
    proposal_digest,
)
from consensus.normal_case import is_prepared
from consensus.quorum import Committee
from consensus.requests import BATCHES_AHEAD_MAX
from consensus.state import State
from consensus.types import BatchNumber, Digest, Epoch, ReplicaId, SequenceNumber, View


def agreement(sequence: SequenceNumber, decided: Mapping[ReplicaId, Digest]) -> str | None:
    """I1: honest replicas decide one digest for a sequence number (OSDI'99 §4.2: total order)."""
    return _all_equal(f"I1: decisions at sequence {sequence} differ", decided)


def no_contradiction(before: Vote, now: Vote) -> str | None:
    """I2: an honest replica says one thing for one (phase, view, sequence) in all its lives (T-F1, §4.2)."""
    same_slot = (vote_phase(before), vote_view(before), before.sequence) == (
        vote_phase(now),
        vote_view(now),
        now.sequence,
    )
    if same_slot and encode(before) != encode(now):
        return f"I2: {vote_phase(now)} for sequence {now.sequence} said twice, differently"
    return None


def decided_in_order(last: SequenceNumber, now: SequenceNumber) -> str | None:
    """I3: decisions are handed out in order, without a gap, each once (§4.2: executed after all lower ones)."""
    return None if now == last + 1 else f"I3: decision {now} follows {last}"


def one_statement_a_view(before: ViewStatement, now: ViewStatement) -> str | None:
    """I2 for views: an honest replica says one VIEW-CHANGE and one NEW-VIEW for a view in all its lives."""
    if type(before) is type(now) and before.view == now.view and encode(before) != encode(now):
        return f"I2: {type(now).__name__} for view {now.view} said twice, differently"
    return None


def commit_is_prepared(vote: Commit, prepared: Mapping[SequenceNumber, PreparedCertificate]) -> str | None:
    """I4: whoever said COMMIT keeps the prepared certificate that a view change must show (§4.2, §4.4)."""
    proof = prepared.get(vote.sequence)
    if proof is None or proof.pre_prepare.view != vote.view:
        return f"I4: COMMIT for sequence {vote.sequence} without its prepared certificate on disk"
    return None


def statement_is_durable(statement: ViewStatement, durable: Collection[bytes]) -> str | None:
    """I5 for views: a VIEW-CHANGE or NEW-VIEW leaves only when it is on disk."""
    said = type(statement).__name__
    return None if encode(statement) in durable else f"I5: {said} for view {statement.view} left before its disk"


def vote_is_durable(vote: Vote, durable: Collection[bytes]) -> str | None:
    """I5: a vote leaves only when its record is on disk; `durable` holds the encodings of all that ever were."""
    return (
        None if encode(vote) in durable else f"I5: {vote_phase(vote)} for sequence {vote.sequence} left before its disk"
    )


def marks_are_ordered(state: State) -> str | None:
    """I6: stable <= certified <= executed <= decided, and what is stable is a multiple of K (§4.3)."""
    if not state.stable <= state.certified <= state.executed <= state.decided:
        marks = (state.stable, state.certified, state.executed, state.decided)
        return "I6: stable {}, certified {}, executed {}, decided {} are out of order".format(*marks)
    if state.stable % state.settings.checkpoint_interval or state.certified - state.stable >= (
        state.settings.checkpoint_interval
    ):
        return f"I6: certified {state.certified} and stable {state.stable}: not the last multiple of K"
    return None


def view_never_falls(before: View, now: View) -> str | None:
    """I7: a replica's view never decreases, over restarts too (§4: views are numbered consecutively)."""
    return None if now >= before else f"I7: view fell from {before} to {now}"


def is_carried_over(
    sequence: SequenceNumber, digest: Digest, carried: CarriedOver, *, chain: Digest, epoch: Epoch
) -> str | None:
    """I8: what committed in an earlier view is in O of every later NEW-VIEW, or at or below its min-s (§4.4).

    The caller asks only about a decision of an earlier view than the NEW-VIEW's.
    """
    if sequence <= carried.low:
        return None
    proposal = carried.proposals.get(sequence)
    if proposal is None:
        return f"I8: sequence {sequence} is committed and not carried over"
    if proposal_digest(proposal, chain=chain, epoch=epoch, sequence=sequence) != digest:
        return f"I8: sequence {sequence} is carried over with another digest than the committed one"
    return None


def evidence_convicts(
    proof: Equivocation, *, liars: Collection[int], chain: Digest, epoch: Epoch, committee: Committee, verify: Verify
) -> str | None:
    """I15: evidence names only liars, and convicts them before anybody who has the charter."""
    accused = proof.first_vote.sender
    if not is_evidence(proof, chain=chain, epoch=epoch, committee=committee, verify=verify):
        return f"I15: the evidence against replica {accused} proves nothing"
    return None if accused in liars else f"I15: evidence names replica {accused}, which is honest"


def same_header(height: SequenceNumber, headers: Mapping[ReplicaId, Digest]) -> str | None:
    """I9: honest replicas that executed a height have one header for it (§4: a deterministic service)."""
    return _all_equal(f"I9: headers at height {height} differ", headers)


def is_bounded(state: State) -> str | None:
    """I12: whatever peers send, a replica keeps no more than its windows allow (T-I1)."""
    settings, members = state.settings, state.settings.committee.size
    highest = max(state.log.high, state.decided + BLOCKS_AHEAD_MAX)
    sizes = (
        ("slots", len(state.log.slots), settings.log_size + BLOCKS_AHEAD_MAX + max(0, state.decided - state.log.high)),
        ("slot numbers", max(state.log.slots, default=0), highest),
        ("block vote tallies", len(state.block_votes), settings.log_size),
        ("peers", len(state.peers), members),
        ("blocks", len(state.blocks), state.executed - state.stable),
        ("VIEW-CHANGEs of one sender", max(map(len, state.view_changes.values()), default=0), 2),
        ("senders of VIEW-CHANGEs", len(state.view_changes), members),
        ("NEW-VIEWs that wait", len(state.pending_new_views), members),
        ("complaints", len(state.suspects), members),
        ("accused", len(state.accused), members),
    )
    for what, held, most in sizes:
        if held > most:
            return f"I12: {held} {what}, at most {most}"
    for author, stream in enumerate(state.requests.streams):
        if len(stream.arrived) > 2 * BATCHES_AHEAD_MAX:
            return f"I12: {len(stream.arrived)} batches of author {author} wait"
    return None


def executed_once(last: BatchNumber, now: BatchReference) -> str | None:
    """I14: an author's batches are executed in order, without a gap, each once (§4.1: exactly-once semantics)."""
    return None if now.number == last + 1 else f"I14: batch {now.number} of author {now.author} executed after {last}"


def prepared_agree(sequence: SequenceNumber, states: Iterable[State]) -> str | None:
    """I16: no two honest replicas are prepared for different digests at one (v, n) (§4.2, the lemma behind I1).

    Stronger than I1: a primary whose PREPARE is counted too breaks this long before anything is decided twice.
    """
    prepared: dict[View, dict[ReplicaId, Digest]] = {}
    for state in states:
        slot = state.log.slots.get(sequence)
        if slot is not None and slot.pre_prepare is not None and slot.digest is not None and is_prepared(state, slot):
            prepared.setdefault(slot.pre_prepare.view, {})[state.settings.replica] = slot.digest
    found = (
        _all_equal(f"I16: prepared at sequence {sequence} for different digests", each) for each in prepared.values()
    )
    return next((each for each in found if each), None)


def is_linked(parent: BlockHeader | None, header: BlockHeader, *, chain: Digest) -> str | None:
    """I17: every block names the digest of the block below; the first one names the chain. Time never runs back."""
    expected = chain if parent is None else header_digest(parent, chain=chain)
    if header.parent != expected:
        return f"I17: block {header.height} names another parent"
    if parent is not None and header.timestamp_ms < parent.timestamp_ms:
        return f"I17: block {header.height} is older than its parent"
    return None


STATE_INVARIANTS: tuple[Callable[[State], str | None], ...] = (marks_are_ordered, is_bounded)
"""What one state must satisfy after every event."""


def broken(state: State) -> list[str]:
    """Everything that does not hold of one state."""
    return [found for invariant in STATE_INVARIANTS if (found := invariant(state))]


def _all_equal(what: str, digests: Mapping[ReplicaId, Digest]) -> str | None:
    if len(set(digests.values())) <= 1:
        return None
    return what + ": " + ", ".join(f"replica {replica} {digests[replica].hex()[:8]}" for replica in sorted(digests))
