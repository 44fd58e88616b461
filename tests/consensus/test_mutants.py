"""The tests are tested: an invariant must catch each known wrong protocol in a story that the right one survives."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from canonical.hashing import Digest
from consensus import certificate, normal_case, replica
from consensus.bundle import Signed
from consensus.effects import Outgoing, Reason, VoteRecord
from consensus.guard import SignGuard
from consensus.log import Log, Tally
from consensus.messages import Prepare, Vote
from consensus.quorum import Committee
from consensus.state import State
from consensus.types import SequenceNumber
from tests.consensus.cluster import Cluster
from tests.consensus.liar import Equivocator
from tests.consensus.machine import Broken
from tests.consensus.makers import batch, certified, commit, header, pre_prepare, prepare, proposal, sealed

Story = Callable[[], None]
Mutation = Callable[[pytest.MonkeyPatch], None]


# Stories


def equivocating_primary() -> None:
    """Primary 0 shows {1} one proposal and {2, 3} another, and votes for both."""
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, {1}, votes_prepare=True)
    cluster.submit(0)
    cluster.settle()


def crash_between_send_and_sync() -> None:
    """Every member loses power once, before each step of its driver in turn."""
    for step in range(1, 30):
        cluster = Cluster(4)
        cluster.crash_at = cluster.steps + step
        cluster.submit(0)
        cluster.settle()


def forged_certificate() -> None:
    """Member 3 makes a block of its own and says its vote three times."""
    cluster = Cluster(4, liars=[3])
    cluster.submit(0)
    cluster.settle(lambda frame: frame.to != 1)
    machine = cluster.machines[1]
    content = proposal(batch(0, 1))
    machine.receive(next(each.content for each in cluster.wire if each.to == 1))
    machine.receive(sealed(3, certified(header(1, content=content), content, (3, 3, 3))).bundle)
    machine.turn()
    cluster.check(machine)
    assert not machine.halt, "or an honest member stops for a liar's block"


def two_proposals_for_one_backup() -> None:
    """Primary 0 says two things about one sequence number to backup 1, one after the other."""
    cluster = Cluster(4, liars=[0])
    cluster.submit(0)
    cluster.submit(2)
    cluster.settle(lambda frame: frame.to == 1 and hasattr(frame.content, "reference"))
    for message, later in ((pre_prepare(1, batch(0, 1)), 2), (pre_prepare(1, batch(2, 1)), 3)):
        # On its own the second would be dropped unread: nothing in such a bundle could matter.
        cluster.machines[1].receive(sealed(0, message, commit(pre_prepare(later))).bundle)
        cluster.turn(1)


def votes_far_ahead() -> None:
    """Member 3 votes for a thousand sequence numbers."""
    cluster = Cluster(4, liars=[3])
    message = pre_prepare(1)
    for sequence in range(1, 1_000):
        number = SequenceNumber(sequence)
        votes = [type(vote)(vote.view, number, vote.digest) for vote in (prepare(message), commit(message))]
        cluster.machines[1].receive(sealed(3, *votes).bundle)
        cluster.turn(1)


def commit_without_prepared() -> None:
    """One COMMIT of each kind of honest member, in a run without any faults."""
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle()


# Mutants


def quorum_is_one_less(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Committee, "quorum", property(lambda self: (self.size + self.faults_max) // 2))


def primarys_prepare_counts(patch: pytest.MonkeyPatch) -> None:
    def on_prepare(state: State, signed: Signed, message: Prepare) -> Reason | None:
        slot = state.log.slot(message.sequence)
        slot.prepares.add(signed, message.digest)
        normal_case.advance(state, slot)
        return None

    patch.setattr(replica, "on_prepare", on_prepare)


def votes_leave_before_the_sync(patch: pytest.MonkeyPatch) -> None:
    def say(self: State, vote: Vote) -> None:
        self.ready.records.append(VoteRecord(vote))
        self.ready.send.append(Outgoing(vote))

    patch.setattr(State, "say", say)


def votes_are_not_recorded(patch: pytest.MonkeyPatch) -> None:
    def say(self: State, vote: Vote) -> None:
        self.ready.send_after.append(Outgoing(vote))

    patch.setattr(State, "say", say)


def certificates_count_messages(patch: pytest.MonkeyPatch) -> None:
    def pairs(senders: Sequence[int]) -> list[tuple[int, int]]:
        return [(one, other) for one, other in pairwise(senders) if one != other]

    patch.setattr(certificate, "pairwise", pairs)


def second_proposal_is_accepted(patch: pytest.MonkeyPatch) -> None:
    right = normal_case.on_pre_prepare

    def on_pre_prepare(state: State, signed: Signed, message: object, *, wall_ms: int) -> Reason | None:
        slot = state.log.slot(message.sequence)  # type: ignore[attr-defined]
        slot.accepted = slot.digest = slot.own_prepare = None
        return right(state, signed, message, wall_ms=wall_ms)  # type: ignore[arg-type]

    patch.setattr(replica, "on_pre_prepare", on_pre_prepare)


def second_proposal_is_accepted_and_the_guard_is_off(patch: pytest.MonkeyPatch) -> None:
    second_proposal_is_accepted(patch)
    patch.setattr(SignGuard, "admit", lambda self, vote: True)


def no_watermarks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Log, "covers", lambda self, sequence: True)


def digests_are_not_compared(patch: pytest.MonkeyPatch) -> None:
    def count(self: object, digest: Digest) -> int:
        return int(self.voters).bit_count()  # type: ignore[attr-defined]

    patch.setattr(Tally, "count", count)


def commit_without_its_proof(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(normal_case, "is_prepared", lambda state, slot: slot.digest is not None)
    patch.setattr(normal_case, "PreparedRecord", VoteRecord)
    patch.setattr(
        normal_case, "prepared_certificate", lambda state, slot, accepted, digest: slot.own_prepare or accepted
    )


CAUGHT = [
    (quorum_is_one_less, equivocating_primary, "I1|I9|I16"),
    (primarys_prepare_counts, equivocating_primary, "I16"),
    (digests_are_not_compared, equivocating_primary, "I1|I9|I16"),
    (votes_leave_before_the_sync, crash_between_send_and_sync, "I5"),
    (votes_are_not_recorded, crash_between_send_and_sync, "I5"),
    (certificates_count_messages, forged_certificate, "liar's block|only a batch"),
    (second_proposal_is_accepted, two_proposals_for_one_backup, "the guard refuses"),
    (second_proposal_is_accepted_and_the_guard_is_off, two_proposals_for_one_backup, "I2: prepare .* said twice"),
    (no_watermarks, votes_far_ahead, "I12"),
    (commit_without_its_proof, commit_without_prepared, "I4"),
]


@pytest.mark.parametrize(("mutation", "story", "words"), CAUGHT)
def test_mutant_is_caught_and_the_protocol_is_not(
    mutation: Mutation, story: Story, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story()
    mutation(monkeypatch)
    with pytest.raises((Broken, AssertionError), match=words):
        story()
