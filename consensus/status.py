"""Repairing loss: say what is held, and push exactly what somebody else lacks. Lines R1-R8 of PROTOCOL.md.

The bus may lose anything. Nothing is acknowledged or resent on a timer of its own; instead every replica says every
`status_interval_ms` what it holds, and whoever reads that pushes what is missing: his *own* votes and batches (so that
one loss is repaired once, not n-1 times), and, when he is the one asked, final blocks and other authors' batches. What
was said less than a whole interval ago counts as still on its way.
"""

from consensus.bundle import Signed
from consensus.checkpoint import vouched_block
from consensus.effects import Outgoing, PushBatches, PushBlocks, Reason
from consensus.events import TimerKind
from consensus.evidence import may_be_shown
from consensus.liveness import on_complaints_in_status, on_tick
from consensus.log import Slot
from consensus.messages import (
    STATUS_SLOTS_MAX,
    BatchReference,
    BlockStatus,
    CertifiedBlock,
    Forwarded,
    Item,
    Mask,
    SlotStatus,
    Status,
)
from consensus.normal_case import decision
from consensus.state import Peer, State
from consensus.types import BatchNumber, Digest, ReplicaId, SequenceNumber, View

VOUCHED_BLOCKS_MAX = 16
"""As many blocks without certificate answer one status: 16 x 4 KiB and f+1 votes each. The next one asks for more."""

STATEMENTS_FORWARDED_MAX = 8
"""As many VIEW-CHANGEs answer one status: with 0.6 MB each at n = 4, in the worst case, and 3.4 MB at n = 100."""

TICKS_ON_THE_WAY = 2
"""What was said at tick t may be missed from tick t+2 on: at least one whole interval lies between."""


def on_status_timer(state: State, *, wall_ms: int) -> None:
    """R1: say what is held and missing, and start the next interval."""
    state.tick += 1
    on_tick(state)
    state.status_number = max(wall_ms, state.status_number + 1)
    state.ready.send.append(Outgoing(own_status(state, number=state.status_number)))
    state.certified_at_last_tick = state.certified
    state.set_timer(TimerKind.STATUS, after_ms=state.settings.status_interval_ms)


def own_status(state: State, *, number: int) -> Status:
    """What this replica holds of everything that is not final here."""
    state.asked_last = whom_to_ask(state)
    slots = [
        *carried_slots(state),
        *(slot for slot in state.log.after(state.executed) if state.log.covers(slot.sequence)),
    ]
    blocks = [SequenceNumber(height) for height in range(state.certified + 1, state.executed + 1)]
    return Status(
        number=number,
        view=state.view,
        is_active=state.active,
        complains=state.complaint is not None,
        view_changes=mask_of(view_changes_held(state)),
        stable=state.stable,
        executed=state.executed,
        certified=state.certified,
        asked=state.asked_last,
        slots=tuple(_slot_status(state, slot) for slot in slots[:STATUS_SLOTS_MAX]),
        blocks=tuple(_block_status(state, height) for height in blocks[:STATUS_SLOTS_MAX]),
        batches=tuple(stream.held_up_to for stream in state.requests.streams),
        missing=tuple(missing_batches(state)[:STATUS_SLOTS_MAX]),
    )


def carried_slots(state: State) -> list[Slot]:
    """Executed slots that the view carried over and that are not final: others may need this replica's votes on them.

    The story behind it, n = 4. Replicas 0 and 1 executed number 7 in view 0, 2 did not, 3 is dead: no certificate. View
    1 carries 7 over, and its PRE-PREPARE to 0 is lost. Unless 0 says that it lacks it, 2 never gets its q-1 PREPAREs.
    """
    if not state.active:
        return []
    sequences = [each for each in state.carried.proposals if state.certified < each <= state.executed]
    return [state.log.slots.get(each) or Slot(each) for each in sequences]


def view_changes_held(state: State) -> int:
    """Whose VIEW-CHANGE for this view is here, as a bit mask; with its NEW-VIEW here, of those it names only these.

    Somebody may have said two. The other one is of no use here, and whoever has the named one must know to send it.
    """
    pending = state.pending_new_view
    named = {each.sender: each.digest for each in pending.message.view_changes} if pending else {}
    return sum(
        1 << sender
        for sender, known in state.view_changes.items()
        if state.view in known and named.get(sender, known[state.view].digest) == known[state.view].digest
    )


def whom_to_ask(state: State) -> ReplicaId | None:
    """R2: a peer that is ahead, another one each time; nobody where no progress is missing.

    Being behind is normal for the time of one interval. Only a replica that certified nothing since its last status, or
    lacks what a proposal names, asks.
    """
    is_stuck = state.certified == state.certified_at_last_tick
    ahead = [
        replica
        for replica, peer in sorted(state.peers.items())
        if (is_stuck and (peer.status.certified > state.certified or peer.status.executed > state.executed))
        or _holds_batches_we_lack(state, peer.status)
        or is_later(peer.status.view, state.view, is_active=state.active)
    ]
    if not ahead:
        return None
    after_last = [each for each in ahead if state.asked_last is not None and each > state.asked_last]
    return (after_last or ahead)[0]


def missing_batches(state: State) -> list[Digest]:
    """Batches that accepted proposals or final blocks name and that are not here, in the order of need."""
    return list(missing_references(state))


def missing_references(state: State) -> dict[Digest, BatchReference]:
    """The same, with what the proposals say of them."""
    missing: dict[Digest, BatchReference] = {}
    for slot in state.log.after(state.executed):
        proposal = decision(state, slot) or (slot.pre_prepare and slot.pre_prepare.proposal)
        for reference in proposal.batches if proposal else ():
            if not state.requests.is_available(reference) and reference.digest not in state.requests.held:
                missing.setdefault(reference.digest, reference)
    return missing


def is_next_decision(state: State, reference: BatchReference) -> bool:
    """Whether the next decision to be handed out waits for this batch."""
    slot = state.log.slots.get(SequenceNumber(state.decided + 1))
    proposal = decision(state, slot) if slot is not None else None
    return proposal is not None and reference in proposal.batches


def on_status(state: State, signed: Signed, message: Status) -> Reason | None:
    """R3-R6: push to the sender exactly what it lacks.

    Accepted when: it is another's; its number is above that of the sender's last status, so that an outsider who
    repeats old ones makes nobody send anything; not too many came already; it speaks of as many authors as there are.
    """
    # From what a status says of its sender nothing follows by itself; from what is sent in answer, or from a complaint,
    # much may.
    state.moved = state.moved or message.complains
    if signed.sender == state.settings.replica:
        on_complaints_in_status(state, signed.sender, message)
        return None
    peer = state.peers.get(signed.sender)
    if peer is not None and not peer.admits(message.number, tick=state.tick):
        return Reason.STALE
    if len(message.batches) != state.settings.committee.size:
        return Reason.BAD_PROPOSAL
    if peer is None:
        state.peers[signed.sender] = Peer(message, number_highest=message.number, heard_at=state.tick)
    else:
        peer.hear(message, tick=state.tick)
    on_complaints_in_status(state, signed.sender, message)
    is_asked = message.asked == state.settings.replica
    peer = state.peers[signed.sender]
    for item in [
        *votes_lacking(state, message),
        *block_votes_lacking(state, message),
        *view_statements_lacking(state, message, is_asked=is_asked),
        *proof_lacking(state, message),
        *(vouched_blocks_lacking(state, message) if is_asked else ()),
    ]:
        state.moved = True
        state.ready.send.append(Outgoing(item, to=signed.sender))
    if is_asked and state.certified > message.certified:
        first = SequenceNumber(message.certified + 1)
        if peer.may_have_blocks(first, tick=state.tick):
            state.moved = True
            state.ready.pushes.append(PushBlocks(signed.sender, first, state.certified))
    batches = batches_lacking(state, message, every_author=is_asked)
    if batches:
        state.moved = True
        state.ready.pushes.append(PushBatches(signed.sender, batches))
    return None


def votes_lacking(state: State, status: Status) -> list[Item]:
    """R3: own votes for open slots that the sender has not got, save where it can have the certified block."""
    if status.view != state.view:
        return []
    held = {each.sequence: each for each in status.slots}
    own_bit = 1 << state.settings.replica
    lacking: list[Item] = []
    for slot in state.log.after(max(status.certified, state.certified)):
        if slot.sequence <= status.executed and slot.sequence not in held:
            continue
        if slot.said_at + TICKS_ON_THE_WAY > state.tick or slot.sequence > status.stable + state.settings.log_size:
            continue
        entry = held.get(slot.sequence)
        if slot.own_pre_prepare and not (entry and entry.has_pre_prepare):
            lacking.append(slot.own_pre_prepare)
        if slot.own_prepare and not (entry and replicas_in(entry.prepares) & own_bit):
            lacking.append(slot.own_prepare)
        if slot.own_commit and not (entry and replicas_in(entry.commits) & own_bit):
            lacking.append(slot.own_commit)
    return lacking


def view_statements_lacking(state: State, status: Status, *, is_asked: bool) -> list[Item]:
    """R7: what the sender needs to enter this replica's view: own statements, and others' if this one was asked.

    So many at a time that the answer to one status stays in bounds; the next status names what is held by then.
    """
    if not is_later(state.view, status.view, is_active=status.is_active):
        return []
    held = replicas_in(status.view_changes) if status.view == state.view else 0
    lacking: list[Item] = []
    for sender, known in sorted(state.view_changes.items()):
        proven = known.get(state.view)
        if proven is not None and not held >> sender & 1 and (is_asked or sender == state.settings.replica):
            lacking.append(Forwarded(proven.message, proven.vote))
    lacking = lacking[:STATEMENTS_FORWARDED_MAX]
    if state.new_view is not None and (is_asked or state.new_view.vote.sender == state.settings.replica):
        lacking.append(Forwarded(state.new_view.message, state.new_view.vote))
    return lacking


def proof_lacking(state: State, status: Status) -> list[Item]:
    """R8: the proof for which this replica left the view that the sender is still in."""
    proof = state.accused.get(state.settings.committee.primary(status.view))
    return [proof] if proof is not None and status.view < state.view and may_be_shown(proof) else []


def is_later(view: View, than: View, *, is_active: bool) -> bool:
    """Whether somebody in `view` can help another into it, who is in view `than`, active there or waiting."""
    return view > than or (view == than and not is_active)


def block_votes_lacking(state: State, status: Status) -> list[Item]:
    """R4: own block votes for blocks that neither side has a certificate for."""
    held = {each.sequence: replicas_in(each.votes) for each in status.blocks}
    own_bit = 1 << state.settings.replica
    lacking: list[Item] = []
    for height in range(max(status.certified, state.certified) + 1, state.executed + 1):
        block = state.blocks[SequenceNumber(height)]
        is_on_the_way = block.said_at + TICKS_ON_THE_WAY > state.tick
        if block.own_vote is not None and not is_on_the_way and not held.get(block.header.height, 0) & own_bit:
            lacking.append(block.own_vote)
    return lacking


def vouched_blocks_lacking(state: State, status: Status) -> list[CertifiedBlock]:
    """R6: blocks that are executed here and not there, and that no quorum certified yet, as far as f+1 vouch for them.

    A view may start above them, and then nobody will order them anew (test_vouched_blocks.py tells the story).
    """
    first, vouched = max(status.executed, state.certified) + 1, []
    for height in range(first, min(state.executed, first + VOUCHED_BLOCKS_MAX - 1) + 1):
        block = vouched_block(state, state.blocks[SequenceNumber(height)])
        if block is not None:
            vouched.append(block)
    return vouched


def batches_lacking(state: State, status: Status, *, every_author: bool) -> tuple[Digest, ...]:
    """R5-R6: own batches the sender has not got; of other authors too where this replica was asked."""
    lacking: dict[Digest, None] = {}
    if not state.requests.held and not status.missing:
        return ()
    for author, stream in enumerate(state.requests.streams):
        if author != state.settings.replica and not every_author:
            continue
        for number in sorted(stream.arrived):
            if number > status.batches[author] and stream.arrived_at[number] + TICKS_ON_THE_WAY <= state.tick:
                lacking[stream.arrived[number].digest] = None
    own = {each.digest for each in state.requests.held.values() if each.author == state.settings.replica}
    for digest in status.missing:
        if (every_author or digest in own) and state.requests.has_settled(digest, tick=state.tick - TICKS_ON_THE_WAY):
            lacking[digest] = None
    return tuple(lacking)[:STATUS_SLOTS_MAX]


def mask_of(replicas: int) -> Mask:
    """A bit mask as it crosses the wire."""
    return replicas.to_bytes((replicas.bit_length() + 7) // 8, "little")


def replicas_in(mask: Mask) -> int:
    """A bit mask as it is counted with."""
    return int.from_bytes(mask, "little")


def _slot_status(state: State, slot: Slot) -> SlotStatus:
    """Every voter counts as held, whatever digest he voted for: his vote could not be replaced by another.

    A replica that said COMMIT needs no more PREPAREs and shows them all as held; one that executed, no more COMMITs.
    """
    everybody = (1 << state.settings.committee.size) - 1
    prepares = everybody if slot.own_commit else slot.prepares.voters
    commits = everybody if slot.sequence <= state.executed else slot.commits.voters
    return SlotStatus(slot.sequence, (slot.accepted or slot.early) is not None, mask_of(prepares), mask_of(commits))


def _block_status(state: State, height: SequenceNumber) -> BlockStatus:
    votes = state.block_votes.get(height)
    return BlockStatus(height, mask_of(votes.mask(state.blocks[height].digest) if votes else 0))


def _holds_batches_we_lack(state: State, status: Status) -> bool:
    """Whether a batch that a proposal here waits for, or a numbered one of any author, is there and not here."""
    if missing_batches(state) and status.certified >= state.executed:
        return True
    theirs: tuple[BatchNumber, ...] = status.batches
    return any(number > stream.held_up_to for number, stream in zip(theirs, state.requests.streams, strict=True))
