"""Known wrong normal cases: counting, watermarks, durability, execution, checkpoints."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from canonical.hashing import Digest
from consensus import certificate, checkpoint, messages, normal_case
from consensus.bundle import SealedBundle, Signed
from consensus.effects import Outgoing, Reason, VoteRecord
from consensus.guard import SignGuard
from consensus.log import Log, Tally
from consensus.messages import BatchReference, CertifiedBlock, Commit, Prepare, PrePrepare, Proposal, Vote
from consensus.quorum import Committee
from consensus.requests import Requests
from consensus.state import Block, State
from consensus.types import Epoch, SequenceNumber
from tests.consensus.mutant import mutant, swap

# Who counts


@mutant(breaks="N8, N10, C3", found_by="stories.an_equivocating_primary", words="I1|I9|I16")
def a_quorum_is_one_too_small(patch: pytest.MonkeyPatch) -> None:
    """Every quorum is one member smaller, that of prepares too."""
    patch.setattr(Committee, "quorum", property(lambda self: (self.size + self.faults_max) // 2))


@mutant(breaks="N7", found_by="stories.an_equivocating_primary", words="I16")
def the_primarys_prepare_counts(patch: pytest.MonkeyPatch) -> None:
    """A PREPARE counts whoever says it, so the primary speaks twice for its own proposal."""

    def on_prepare(state: State, signed: Signed, message: Prepare) -> Reason | None:
        slot = state.log.slot(message.sequence)
        slot.prepares.add(signed, message.digest)
        normal_case.advance(state, slot)
        return None

    swap(patch, normal_case.on_prepare, on_prepare)


@mutant(breaks="N8, N10", found_by="stories.an_equivocating_primary", words="I1|I9|I16")
def digests_are_not_compared(patch: pytest.MonkeyPatch) -> None:
    """Votes for one slot are counted together, whatever they are for."""

    def count(self: Tally, digest: Digest) -> int:
        return self.voters.bit_count()

    patch.setattr(Tally, "count", count)


@mutant(breaks="N7, N9", found_by="test_log.test_a_sender_counts_once_whatever_he_says__t_b1")
def a_sender_may_vote_for_everything(patch: pytest.MonkeyPatch) -> None:
    """Of one sender a vote for each digest counts."""

    def add(self: Tally, signed: Signed, digest: Digest) -> bool:
        self.masks[digest] = self.masks.get(digest, 0) | 1 << signed.sender
        self.votes[signed.sender] = signed
        return True

    patch.setattr(Tally, "add", add)


@mutant(breaks="N7", found_by="test_new_view.test_votes_of_another_view_are_not_counted")
def prepares_of_all_views_are_summed(patch: pytest.MonkeyPatch) -> None:
    """A PREPARE counts in whatever view it was said."""
    right = normal_case.on_prepare

    def on_prepare(state: State, signed: Signed, message: Prepare) -> Reason | None:
        return right(state, signed, Prepare(state.view, message.sequence, message.digest))

    swap(patch, right, on_prepare)


@mutant(breaks="N9", found_by="test_regressions.test_votes_of_different_views_are_not_summed__t_b3")
def commits_of_all_views_are_summed(patch: pytest.MonkeyPatch) -> None:
    """A COMMIT counts in whatever view it was said."""
    right = normal_case.on_commit

    def on_commit(state: State, signed: Signed, message: Commit) -> Reason | None:
        return right(state, signed, Commit(state.view, message.sequence, message.digest))

    swap(patch, right, on_commit)


# Who says what


@mutant(breaks="N3", found_by="test_pbft_paper.test_backup_ignores_pre_prepare_not_from_the_primary__osdi99_4_2")
def anybody_proposes(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks who sent a PRE-PREPARE."""
    right = normal_case.on_pre_prepare

    def on_pre_prepare(state: State, signed: Signed, message: PrePrepare, *, wall_ms: int) -> Reason | None:
        primary = state.settings.committee.primary(message.view)
        return right(state, replace(signed, sender=primary), message, wall_ms=wall_ms)

    swap(patch, right, on_pre_prepare)


@mutant(breaks="Messages", found_by="test_bundle.test_sender_is_whoever_signed__t_a4")
def signatures_of_bundles_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    """A bundle is whose name it bears."""

    right = SealedBundle.opened
    patch.setattr(SealedBundle, "opened", lambda self, _: right(self, lambda *_: True))


@mutant(breaks="C5, V4", found_by="test_certificate.test_one_bad_vote_among_a_quorum_is_noticed__t_b9")
def signatures_in_certificates_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    """A certificate proves whatever it says it does."""
    swap(patch, certificate.is_said_by, lambda *_, **__: True)


@mutant(breaks="C5", found_by="stories.a_forged_certificate", words="liar's block|only a batch")
def certificates_count_messages(patch: pytest.MonkeyPatch) -> None:
    """One member's vote three times makes a quorum of four."""

    def pairs(senders: Sequence[int]) -> list[tuple[int, int]]:
        return [(one, other) for one, other in pairwise(senders) if one != other]

    patch.setattr(certificate, "pairwise", pairs)


# What is accepted


@mutant(breaks="N4", found_by="stories.two_proposals_for_one_backup", words="the guard refuses")
def a_second_proposal_is_accepted(patch: pytest.MonkeyPatch) -> None:
    """A backup forgets what it accepted when it is shown another proposal. The sign guard stops it."""
    right = normal_case.on_pre_prepare

    def on_pre_prepare(state: State, signed: Signed, message: PrePrepare, *, wall_ms: int) -> Reason | None:
        slot = state.log.slot(message.sequence)
        slot.accepted = slot.digest = slot.own_prepare = None
        return right(state, signed, message, wall_ms=wall_ms)

    swap(patch, right, on_pre_prepare)


@mutant(breaks="N4, D3", found_by="stories.two_proposals_for_one_backup", words="I2: prepare .* said twice")
def a_second_proposal_is_accepted_and_the_guard_is_off(patch: pytest.MonkeyPatch) -> None:
    """The same, and nothing stops it."""
    a_second_proposal_is_accepted.apply(patch)
    the_sign_guard_is_off.apply(patch)


@mutant(breaks="D3", found_by="test_guard.test_a_second_digest_for_a_slot_is_refused")
def the_sign_guard_is_off(patch: pytest.MonkeyPatch) -> None:
    """Whatever the protocol asks for is signed."""
    patch.setattr(SignGuard, "admit", lambda self, said: True)


@mutant(breaks="N3, N7, N9", found_by="stories.votes_far_ahead", words="I12")
def watermarks_are_ignored(patch: pytest.MonkeyPatch) -> None:
    """Every sequence number is within the window."""
    patch.setattr(Log, "covers", lambda self, sequence: True)


@mutant(breaks="N1", found_by="test_checkpoint.test_primary_stops_at_half_the_log__t_c8")
def the_primary_goes_to_the_high_watermark(patch: pytest.MonkeyPatch) -> None:
    """A primary proposes up to H and not up to h + L/2, ahead of the others' windows."""
    right = normal_case.propose

    def propose(state: State, *, wall_ms: int, linger_is_over: bool = False) -> None:
        settings, state.settings = state.settings, replace(state.settings, log_size=2 * state.settings.log_size)
        right(state, wall_ms=wall_ms, linger_is_over=linger_is_over)
        state.settings = settings

    swap(patch, right, propose)


@mutant(breaks="N5", found_by="test_regressions.test_time_neither_runs_back_nor_far_ahead__t_c14")
def time_is_not_judged(patch: pytest.MonkeyPatch) -> None:
    """A proposal may have any time."""
    right = normal_case.judge_proposal

    def judge_proposal(*arguments: object, **named: object) -> Reason | None:
        reason = right(*arguments, **named)  # type: ignore[arg-type]
        return None if reason is Reason.BAD_TIMESTAMP else reason

    swap(patch, right, judge_proposal)


@mutant(breaks="N5", found_by="test_regressions.test_proposals_that_break_their_bounds_are_refused__t_c15")
def bounds_are_not_judged(patch: pytest.MonkeyPatch) -> None:
    """A proposal may be empty, too long, or out of order."""
    swap(patch, normal_case.is_within_bounds, lambda state, proposal: True)


@mutant(breaks="D(m)", found_by="test_regressions.test_every_part_of_a_proposal_is_in_its_digest__t_a6")
def the_digest_leaves_out_the_number(patch: pytest.MonkeyPatch) -> None:
    """A vote for a proposal at one number fits the same proposal at another."""
    right = messages.proposal_digest

    def proposal_digest(content: Proposal, *, chain: Digest, epoch: Epoch, sequence: SequenceNumber) -> Digest:
        return right(content, chain=chain, epoch=epoch, sequence=SequenceNumber(0))

    swap(patch, right, proposal_digest)


# What is on disk


@mutant(breaks="D1", found_by="stories.a_crash_between_sending_and_syncing", words="I5")
def votes_leave_before_the_sync(patch: pytest.MonkeyPatch) -> None:
    """A vote is sent while its record is being written."""

    def say(self: State, vote: Vote) -> None:
        self.ready.records.append(VoteRecord(vote))
        self.ready.send.append(Outgoing(vote))

    patch.setattr(State, "say", say)


@mutant(breaks="D1", found_by="stories.a_crash_between_sending_and_syncing", words="I5")
def votes_are_not_recorded(patch: pytest.MonkeyPatch) -> None:
    """A vote is sent and written nowhere."""

    def say(self: State, vote: Vote) -> None:
        self.ready.send_after.append(Outgoing(vote))

    patch.setattr(State, "say", say)


@mutant(breaks="N8", found_by="stories.a_run_without_faults", words="I4")
def commit_comes_without_its_proof(patch: pytest.MonkeyPatch) -> None:
    """COMMIT is said as soon as a proposal is accepted, with nothing that a view change could show."""
    swap(patch, normal_case.is_prepared, lambda state, slot: slot.digest is not None)
    patch.setattr(normal_case, "PreparedRecord", VoteRecord)
    patch.setattr(
        normal_case, "prepared_certificate", lambda state, slot, accepted, digest: slot.own_prepare or accepted
    )


@mutant(breaks="N6", found_by="test_pbft_paper.test_prepared_needs_pre_prepare_and_2f_prepares_of_backups__osdi99_4_2")
def prepare_is_said_without_the_payload(patch: pytest.MonkeyPatch) -> None:
    """A backup votes for what it cannot execute."""
    swap(patch, normal_case.holds_payload, lambda state, proposal: True)


# What is executed


@mutant(breaks="N11", found_by="test_pbft_paper.test_requests_execute_in_the_order_of_their_numbers__osdi99_4_2__t_c4")
def decisions_come_as_they_fall(patch: pytest.MonkeyPatch) -> None:
    """What is decided is handed out, whether or not all below it is."""
    right = normal_case.decide

    def decide(state: State) -> None:
        for slot in state.log.after(state.decided):
            if normal_case.decision(state, slot) is not None:
                state.decided = max(state.decided, SequenceNumber(slot.sequence - 1))
        right(state)

    swap(patch, right, decide)


@mutant(breaks="Q4", found_by="test_requests.test_only_an_authors_next_batch_runs")
def a_batch_runs_as_often_as_it_is_ordered(patch: pytest.MonkeyPatch) -> None:
    """Nothing is passed over: not what ran before, and not what leaves a gap."""

    def due(self: Requests, references: Sequence[BatchReference]) -> tuple[BatchReference, ...]:
        return tuple(references)

    patch.setattr(Requests, "due", due)


@mutant(
    breaks="Q4",
    found_by="test_regressions_recovery.test_a_batch_that_a_faulty_primary_skips_is_delayed_and_not_lost__t_j3",
)
def a_batch_may_leave_a_gap(patch: pytest.MonkeyPatch) -> None:
    """Any higher number of an author runs, as in the paper, and what was skipped is lost."""

    def due(self: Requests, references: Sequence[BatchReference]) -> tuple[BatchReference, ...]:
        return tuple(each for each in references if each.number > self.streams[each.author].decided)

    def execute(self: Requests, references: Sequence[BatchReference]) -> None:
        for each in references:
            self.streams[each.author].executed = each.number
        self.held = {each.digest: each for each in self.held.values() if not self.is_executed(each)}

    patch.setattr(Requests, "due", due)
    patch.setattr(Requests, "execute", execute)


# Checkpoints


@mutant(breaks="C3", found_by="test_pbft_paper.test_checkpoint_is_stable_with_a_quorum_of_votes__osdi99_4_3")
def a_checkpoint_takes_f_plus_1_votes(patch: pytest.MonkeyPatch) -> None:
    """A block is final with f+1 block votes."""
    right = checkpoint._certificate_from_votes

    def from_votes(state: State, block: Block) -> CertifiedBlock | None:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Committee, "quorum", property(lambda self: self.weak_quorum))
            return right(state, block)

    patch.setattr(checkpoint, "_certificate_from_votes", from_votes)


@mutant(
    breaks="C5", found_by="test_vouched_blocks.test_what_f_plus_1_vouch_for_is_executed_and_voted_for_and_not_final"
)
def what_f_plus_1_vouch_for_is_final(patch: pytest.MonkeyPatch) -> None:
    """f+1 block votes are a certificate, to whoever takes the block over."""
    right = checkpoint.on_certified_block

    def on_certified_block(state: State, message: CertifiedBlock) -> Reason | None:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Committee, "quorum", property(lambda self: self.weak_quorum))
            return right(state, message)

    swap(patch, right, on_certified_block)


@mutant(breaks="C7", found_by="test_vouched_blocks.test_what_f_vouch_for_is_nothing")
def f_votes_vouch(patch: pytest.MonkeyPatch) -> None:
    """A liar's block vote decides."""
    right = certificate.is_vouched_for

    def is_vouched_for(header: object, votes: object, **named: object) -> bool:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(Committee, "weak_quorum", property(lambda self: self.faults_max))
            return right(header, votes, **named)  # type: ignore[arg-type]

    swap(patch, right, is_vouched_for)


@mutant(breaks="C4", found_by="test_checkpoint.test_every_kth_certificate_is_stable__t_e1")
def every_certificate_is_stable(patch: pytest.MonkeyPatch) -> None:
    """The watermarks move with each block and not with each K-th."""
    right = checkpoint.certify

    def certify(state: State) -> None:
        right(state)
        if state.certified > state.stable:
            checkpoint.stabilise(state, state.certified)

    swap(patch, right, certify)


@mutant(
    breaks="C4", found_by="test_pbft_paper.test_stable_checkpoint_discards_the_log_and_moves_the_watermarks__osdi99_4_3"
)
def nothing_is_discarded(patch: pytest.MonkeyPatch) -> None:
    """The window slides, and what lies below it stays."""

    def truncate(self: Log, stable: SequenceNumber) -> None:
        self.low = stable

    patch.setattr(Log, "truncate", truncate)


@mutant(breaks="C6", found_by="test_checkpoint.test_another_header_than_the_quorums_halts__t_e2")
def a_divergence_is_overlooked(patch: pytest.MonkeyPatch) -> None:
    """A replica in another state than the quorum goes on."""
    patch.setattr(checkpoint, "_halt", lambda state, halt: None)


@mutant(breaks="C5", found_by="test_checkpoint.test_each_block_once_though_consensus_delivers_it_too__t_e5")
def what_is_taken_over_is_decided_again(patch: pytest.MonkeyPatch) -> None:
    """A final block is handed out for execution though consensus decided it already."""
    right = checkpoint.on_certified_block

    def on_certified_block(state: State, message: CertifiedBlock) -> Reason | None:
        reason = right(state, message)
        if state.stable < message.header.height <= state.decided:
            state.decided = SequenceNumber(message.header.height - 1)
            state.log.slot(message.header.height).taken_over = message
            normal_case.decide(state)
        return reason

    swap(patch, right, on_certified_block)


@mutant(breaks="C5", found_by="test_checkpoint.test_forged_final_blocks_are_refused__t_e17")
def a_final_block_may_bring_any_proposal(patch: pytest.MonkeyPatch) -> None:
    """The header's certificate is checked, and not that it names the proposal beside it."""
    right = checkpoint.on_certified_block

    def on_certified_block(state: State, message: CertifiedBlock) -> Reason | None:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(checkpoint, "proposal_digest", lambda *_, **__: message.header.proposal)
            return right(state, message)

    swap(patch, right, on_certified_block)
