"""§4.3 Garbage collection: block votes, block certificates, stable checkpoints. Lines C1-C6 of PROTOCOL.md.

Unlike the paper, a checkpoint message is sent for every sequence number and not every K-th. It makes each block final
on its own, with a certificate that an outsider can check; what it costs shares the signature of the turn's bundle.
Stability, truncation and the watermarks still move in steps of K.
"""

from consensus.bundle import Signed
from consensus.certificate import is_block_certificate, is_vouched_for
from consensus.effects import Halt, Reason
from consensus.events import Executed
from consensus.evidence import accuse
from consensus.log import Tally
from consensus.messages import BlockVote, CertifiedBlock, CheckpointProof, header_digest, proposal_digest
from consensus.mute import end_if_past
from consensus.normal_case import decide
from consensus.state import Block, State
from consensus.types import SequenceNumber

BLOCKS_AHEAD_MAX = 64
"""How far above what is decided here a final block may be taken over; bounds what a peer can make a replica keep."""


def on_executed(state: State, event: Executed) -> None:
    """C1: a decision was executed; vote for the header it led to, unless the block came with its certificate."""
    header = event.header
    assert header.height == state.executed + 1, "I3: blocks are executed in order, each once"
    slot = state.log.slots.get(header.height)
    assert slot is not None, "I3: only a decided slot is executed"
    assert slot.decided is not None, "I3: only a decided slot is executed"
    block = Block(header, header_digest(header, chain=state.settings.chain), slot.decided)
    if slot.taken_over is not None:
        taken = header_digest(slot.taken_over.header, chain=state.settings.chain)
        if taken != block.digest:
            _halt(state, Halt(header.height, block.digest, taken))
            return
        block.certificate = slot.taken_over
    elif state.mute is None:
        block.own_vote = BlockVote(header.height, block.digest)
        block.said_at = state.tick
        state.say(block.own_vote)
    state.blocks[header.height] = block
    state.executed, state.executed_digest = header.height, block.digest
    state.executed_at_ms = header.timestamp_ms
    state.failed_views = 0
    state.requests.execute(event.batches)
    certify(state)


def on_block_vote(state: State, signed: Signed, message: BlockVote) -> Reason | None:
    """Count a BLOCK-VOTE (C2).

    Accepted when: its block is above the last certified one and not above H; it is the sender's first for the height.
    """
    if message.sequence <= state.certified:
        return Reason.STALE
    if not state.log.covers(message.sequence):
        return Reason.OUT_OF_WINDOW
    votes = state.block_votes.setdefault(message.sequence, Tally())
    if not votes.add(signed, message.digest):
        accuse(state, votes.votes[signed.sender], signed)
        return Reason.STALE
    if message.sequence == state.certified + 1:
        certify(state)
    return None


def on_certified_block(state: State, message: CertifiedBlock) -> Reason | None:
    """Take over a final block, whoever sent it and in whatever view (C5). There is no mode for this, and none to leave.

    Accepted when: it lacks a certificate here; it is not far above what is decided; it is of this epoch; its header
    names its proposal; a quorum voted for the header, or, where it is not decided here, f+1 (C7).
    """
    header, height = message.header, message.header.height
    if height <= state.certified or (height in state.log.slots and state.log.slots[height].taken_over):
        return Reason.STALE
    if height > state.decided + BLOCKS_AHEAD_MAX:
        return Reason.OUT_OF_WINDOW
    settings = state.settings
    if header.epoch != settings.epoch:
        return Reason.WRONG_EPOCH
    proposal = proposal_digest(message.proposal, chain=settings.chain, epoch=header.epoch, sequence=height)
    if header.proposal != proposal:
        return Reason.BAD_CERTIFICATE
    if len(message.votes) < settings.committee.quorum:
        return _on_vouched_block(state, message)
    if not is_block_certificate(
        header, message.votes, chain=settings.chain, committee=settings.committee, verify=state.verify
    ):
        return Reason.BAD_CERTIFICATE
    block = state.blocks.get(height)
    if block is None:
        state.log.slot(height).taken_over = message
        decide(state)
        return None
    certified = header_digest(header, chain=settings.chain)
    if block.digest != certified:
        _halt(state, Halt(height, block.digest, certified))
        return None
    block.certificate = message
    certify(state)
    return None


def _on_vouched_block(state: State, message: CertifiedBlock) -> Reason | None:
    """C7: execute what f+1 members executed. One of them is honest, so it is decided; the votes certify nothing."""
    height = message.header.height
    known = state.log.slots.get(height)
    if height <= state.decided or (known is not None and known.vouched is not None):
        return Reason.STALE
    settings = state.settings
    if not is_vouched_for(
        message.header, message.votes, chain=settings.chain, committee=settings.committee, verify=state.verify
    ):
        return Reason.BAD_CERTIFICATE
    state.log.slot(height).vouched = message.proposal
    decide(state)
    return None


def vouched_block(state: State, block: Block) -> CertifiedBlock | None:
    """An executed block with the votes of f+1 members, where so many are here: for whoever lacks the decision."""
    votes = state.block_votes.get(block.header.height)
    proofs = votes.proofs(block.digest) if votes else []
    weak = state.settings.committee.weak_quorum
    if len(proofs) < weak:
        return None
    return CertifiedBlock(block.header, block.proposal, tuple(each.certificate_vote() for each in proofs[:weak]))


def certify(state: State) -> None:
    """C3: give executed blocks their certificates, in order; every K-th is a stable checkpoint."""
    while not state.halted:
        block = state.blocks.get(SequenceNumber(state.certified + 1))
        if block is None:
            return
        certificate = block.certificate or _certificate_from_votes(state, block)
        if certificate is None:
            return
        state.moved = True
        block.certificate = certificate
        state.certified = block.header.height
        state.block_votes.pop(state.certified, None)
        state.ready.certified.append(certificate)
        if state.certified % state.settings.checkpoint_interval == 0:
            state.checkpoint = CheckpointProof(certificate.header, certificate.votes)
            stabilise(state, state.certified)


def stabilise(state: State, sequence: SequenceNumber) -> None:
    """C4: a checkpoint is stable; discard all protocol state at or below it and move the watermarks (§4.3)."""
    state.ready.stable = sequence
    state.log.truncate(sequence)
    for height in [each for each in state.blocks if each <= sequence]:
        del state.blocks[height]
    for height in [each for each in state.block_votes if each <= sequence]:
        del state.block_votes[height]
    end_if_past(state)


def _certificate_from_votes(state: State, block: Block) -> CertifiedBlock | None:
    votes = state.block_votes.get(block.header.height)
    if votes is None:
        return None
    for digest in votes.masks:
        if votes.count(digest) < state.settings.committee.quorum:
            continue
        if digest != block.digest:
            _halt(state, Halt(block.header.height, block.digest, digest))
            return None
        proofs = votes.proofs(digest)[: state.settings.committee.quorum]
        return CertifiedBlock(block.header, block.proposal, tuple(each.certificate_vote() for each in proofs))
    return None


def _halt(state: State, halt: Halt) -> None:
    """A quorum's header differs from ours: our execution or our disk is wrong. Stop rather than lie (T-E2)."""
    state.halted, state.moved = True, True
    state.ready.halt = halt
