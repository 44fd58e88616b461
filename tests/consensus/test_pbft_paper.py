"""The paper's sentences as tests: Castro and Liskov, Practical Byzantine Fault Tolerance, OSDI'99, §4 to §4.3.

Each docstring gives the sentence in short. View changes (§4.4, §4.5.2) are in test_pbft_paper_views.py.
"""

from typing import Any

import msgspec
import pytest

from canonical.hashing import Digest
from consensus.certificate import is_said_by
from consensus.effects import PreparedRecord, Reason, VoteRecord
from consensus.messages import BlockVote, CertificateVote, Commit, Prepare, PrePrepare, Vote
from consensus.normal_case import is_committed_local, is_prepared
from consensus.types import SequenceNumber, View
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.disk import Payload
from tests.consensus.machine import Frame
from tests.consensus.makers import CHAIN, EPOCH, batch, commit, pre_prepare, prepare, received, verify
from tests.consensus.one import One

PROPOSED = pre_prepare(1, batch())
OTHER = Digest(bytes(32))
FIRST = SequenceNumber(1)


def backup(**sizes: Any) -> One:
    return One(1, **sizes)


def prepared(one: One) -> bool:
    return is_prepared(one.state, one.state.log.slot(FIRST))


def committed_local(one: One) -> bool:
    return is_committed_local(one.state, one.state.log.slot(FIRST))


def test_primary_is_v_mod_n__osdi99_4() -> None:
    """§4: the primary of a view is replica p = v mod |R|."""
    assert One(0).state.is_primary
    assert not any(One(each).state.is_primary for each in (1, 2, 3))


def test_requests_run_once_by_their_timestamp__osdi99_4_1() -> None:
    """§4.1: timestamps t ensure exactly-once semantics; those of one client are totally ordered."""
    cluster = Cluster(4)
    cluster.submit(2)
    frame = cluster.wire[0]
    cluster.deliver(frame, keep=True)
    cluster.tick(2)
    cluster.deliver(frame, keep=True)
    cluster.tick(3)
    assert [len(each.disk.executed) for each in cluster.machines] == [1] * 4


def test_requests_are_sent_apart_from_the_protocol__osdi99_4_2() -> None:
    """§4.2: requests are not included in pre-prepares, which keeps them small; the digest names them."""
    one = One(0)
    one.hold(batch(3, 1, size_bytes=500_000))
    (said,) = one.said(PrePrepare)
    assert len(msgspec.msgpack.encode(said)) < 120


def test_primary_assigns_a_sequence_number_and_multicasts__osdi99_4_2() -> None:
    """§4.2: the primary assigns n to the request, multicasts a pre-prepare to all backups and appends it to its log."""
    one = One(0)
    one.hold(batch())
    assert [each.to for each in one.ready.send_after][:1] == [None]
    assert isinstance(one.ready.records[0], VoteRecord)
    (said,) = one.said(PrePrepare)
    assert isinstance(said, PrePrepare)
    assert (said.view, said.sequence, said.proposal.batches) == (0, 1, (batch(),))


def test_backup_accepts_and_multicasts_prepare__osdi99_4_2() -> None:
    """§4.2: a backup that accepts enters the prepare phase by multicasting <PREPARE, v, n, d, i> to all others."""
    one = backup()
    one.accept(PROPOSED)
    assert one.said(Prepare) == [prepare(PROPOSED)]
    assert {each.to for each in one.ready.send_after} == {None}


def test_backup_ignores_pre_prepare_with_bad_signature__osdi99_4_2() -> None:
    """§4.2: accepted provided the signatures are correct; here they are checked before anything is a `Received`."""
    cluster = Cluster(4)
    cluster.submit(0)
    cluster.settle(lambda frame: frame.sender != 0)
    cluster.twists[0] = lambda frame: []
    assert votes_in(cluster.wire, PrePrepare)
    for frame in cluster.wire:
        if isinstance(frame.content, Payload):
            continue
        bad = msgspec.structs.replace(frame.content, signature=bytes(64))
        cluster.machines[frame.to].receive(bad)
        assert cluster.machines[frame.to].replica.state.log.slots == {}


def test_backup_ignores_pre_prepare_whose_digest_differs__osdi99_4_2() -> None:
    """§4.2: accepted provided d is the digest for m; here every receiver computes it from the content."""
    one = backup()
    one.accept(PROPOSED)
    later = msgspec.structs.replace(PROPOSED, sequence=SequenceNumber(2))
    assert prepare(later).digest != prepare(PROPOSED).digest
    one.hear(2, msgspec.structs.replace(prepare(PROPOSED), sequence=SequenceNumber(2)))
    one.accept(later)
    assert not is_prepared(one.state, one.state.log.slot(SequenceNumber(2)))


@pytest.mark.parametrize("view", [1, 4, 2**62])
def test_backup_ignores_pre_prepare_of_another_view__osdi99_4_2(view: int) -> None:
    """§4.2: accepted provided it is in view v."""
    one = backup()
    one.hear(0, msgspec.structs.replace(PROPOSED, view=View(view)))
    assert one.reasons() == [Reason.WRONG_VIEW]
    assert one.state.log.slots == {}


@pytest.mark.parametrize("sender", [1, 2, 3])
def test_backup_ignores_pre_prepare_not_from_the_primary__osdi99_4_2(sender: int) -> None:
    """§4.2: <PRE-PREPARE, v, n, d> is signed by p, the primary of v."""
    one = backup()
    one.hear(sender, PROPOSED)
    assert one.reasons() == [Reason.NOT_PRIMARY]


def test_backup_ignores_second_pre_prepare_with_another_digest__osdi99_4_2() -> None:
    """§4.2: it has not accepted a pre-prepare for view v and sequence number n containing a different digest."""
    one = backup()
    one.accept(PROPOSED)
    one.accept(pre_prepare(1, batch(2)))
    assert Reason.CONFLICT in one.reasons()
    assert one.said(Prepare) == []
    assert one.where == (1, False), "the two are proof that the primary lied, and its view is left (T7)"


@pytest.mark.parametrize(("sequence", "reason"), [(0, Reason.OUT_OF_WINDOW), (17, Reason.OUT_OF_WINDOW), (16, None)])
def test_backup_ignores_pre_prepare_outside_watermarks__osdi99_4_2(sequence: int, reason: Reason | None) -> None:
    """§4.2: the sequence number is between a low water mark h and a high water mark H (here 0 and 16)."""
    one = backup()
    one.accept(pre_prepare(sequence))
    assert one.reasons() == ([reason] if reason else [])
    assert bool(one.said(Prepare)) is (reason is None)


def test_a_faulty_primary_cannot_exhaust_the_numbers__osdi99_4_2() -> None:
    """§4.2: the watermarks prevent a faulty primary from exhausting the sequence numbers by a very large one."""
    one = backup()
    one.hear(0, pre_prepare(2**62))
    assert one.reasons() == [Reason.OUT_OF_WINDOW]
    one.accept(PROPOSED)
    assert one.said(Prepare)


def test_backup_adds_both_messages_to_its_log__osdi99_4_2() -> None:
    """§4.2: ... and adds both messages to its log; otherwise it does nothing."""
    one = backup()
    one.accept(PROPOSED)
    slot = one.state.log.slot(FIRST)
    assert slot.pre_prepare == PROPOSED
    assert list(slot.prepares.votes) == [1]
    assert VoteRecord(prepare(PROPOSED)) in one.ready.records


def test_replica_counts_prepares_of_its_view_and_window__osdi99_4_2() -> None:
    """§4.2: a replica accepts prepares if signed, in its current view, and with n between h and H."""
    one = backup()
    one.hear(2, prepare(PROPOSED))
    assert one.reasons() == []
    one.hear(3, msgspec.structs.replace(prepare(PROPOSED), view=View(1)))
    assert one.reasons() == [Reason.WRONG_VIEW]
    for sequence in (0, 17):
        one.hear(3, msgspec.structs.replace(prepare(PROPOSED), sequence=SequenceNumber(sequence)))
        assert one.reasons() == [Reason.OUT_OF_WINDOW]
    assert one.state.log.slot(FIRST).prepares.voters == 1 << 2


def test_prepared_needs_pre_prepare_and_2f_prepares_of_backups__osdi99_4_2() -> None:
    """§4.2: prepared(m, v, n, i) iff i has the request, a pre-prepare for it and 2f prepares of different backups."""
    one = backup()
    one.hear(2, prepare(PROPOSED))
    one.hear(3, prepare(PROPOSED))
    assert not prepared(one), "no pre-prepare"
    one.hear(0, PROPOSED)
    assert one.said(Prepare) == one.said(Commit) == [], "the request is not here"
    one.hold(batch())
    assert prepared(one)
    assert one.said(Commit) == [commit(PROPOSED)]


def test_one_prepare_less_does_not_prepare__osdi99_4_2() -> None:
    """§4.2: 2f prepares; its own is one of them, and at n = 4 that leaves one."""
    one = backup()
    one.accept(PROPOSED)
    assert not prepared(one)
    one.hear(2, msgspec.structs.replace(prepare(PROPOSED), digest=OTHER))
    assert not prepared(one), "they must match the pre-prepare: same view, sequence number, digest"
    one.hear(3, prepare(PROPOSED))
    assert prepared(one)


def test_primary_sends_no_prepare_and_none_of_its_counts__osdi99_4_2() -> None:
    """§4.2: the prepares are from different *backups*; the primary speaks by its pre-prepare (T-B2)."""
    one = backup()
    one.accept(PROPOSED)
    one.hear(0, prepare(PROPOSED))
    assert one.reasons() == [Reason.FROM_PRIMARY]
    assert not prepared(one)
    primary = One(0)
    primary.hold(batch())
    assert primary.said(Prepare) == []


def test_prepared_replica_multicasts_commit__osdi99_4_2() -> None:
    """§4.2: replica i multicasts <COMMIT, v, n, D(m), i> when prepared(m, v, n, i) becomes true."""
    one = backup()
    one.accept(PROPOSED)
    one.hear(2, prepare(PROPOSED))
    assert one.said(Commit) == [commit(PROPOSED)]
    kinds = [type(each) for each in one.ready.records]
    assert kinds == [PreparedRecord, VoteRecord], "with the proof that a view change must show (I4)"


def test_prepared_certificate_proves_itself_and_holds_no_more_than_needed__osdi99_4_2() -> None:
    """§4.2, §4.4: what a view change will show is the pre-prepare and 2f prepares, each signed, whoever reads it."""
    one = backup()
    for sender in (2, 3):
        one.hear(sender, prepare(PROPOSED))
    one.accept(PROPOSED)
    (certificate,) = [each.certificate for each in one.ready.records if isinstance(each, PreparedRecord)]
    assert len(certificate.prepares) == one.settings.committee.prepares_needed
    assert certificate.primary.sender == 0
    said: list[tuple[Vote, CertificateVote]] = [(PROPOSED, certificate.primary)]
    said += [(prepare(PROPOSED), vote) for vote in certificate.prepares]
    for statement, vote in said:
        assert is_said_by(statement, vote, chain=CHAIN, epoch=EPOCH, committee=one.settings.committee, verify=verify), (
            vote.sender
        )


def test_replica_counts_commits_of_its_view_and_window__osdi99_4_2() -> None:
    """§4.2: replicas accept commit messages if signed, v is the current view, and n between h and H."""
    one = backup()
    one.hear(2, commit(PROPOSED))
    one.hear(3, msgspec.structs.replace(commit(PROPOSED), view=View(1)))
    assert one.reasons() == [Reason.WRONG_VIEW]
    one.hear(3, msgspec.structs.replace(commit(PROPOSED), sequence=SequenceNumber(17)))
    assert one.reasons() == [Reason.OUT_OF_WINDOW]
    assert one.state.log.slot(FIRST).commits.voters == 1 << 2


def test_committed_local_needs_2f_plus_1_commits_that_match__osdi99_4_2() -> None:
    """§4.2: committed-local iff prepared and i has 2f+1 commits, its own too, that match the pre-prepare."""
    one = backup()
    one.accept(PROPOSED)
    one.hear(2, prepare(PROPOSED), commit(PROPOSED))
    one.hear(3, msgspec.structs.replace(commit(PROPOSED), digest=OTHER))
    assert not committed_local(one)
    assert one.ready.decided == []
    one.hear(0, commit(PROPOSED))
    assert committed_local(one)
    assert [each.sequence for each in one.ready.decided] == [1]


def test_requests_execute_in_the_order_of_their_numbers__osdi99_4_2__t_c4() -> None:
    """§4.2: each replica executes after committed-local and after all requests with lower sequence numbers."""
    one = backup()
    messages = [pre_prepare(n, batch(0, n)) for n in (3, 1, 2)]
    decided: list[int] = []
    for message in messages:
        one.accept(message)
        for sender in (0, 2):
            one.hear(sender, commit(message), *([prepare(message)] if sender else []))
            decided += [each.sequence for each in one.ready.decided]
    assert decided == [1, 2, 3]


def test_commits_may_come_first__osdi99_4_2() -> None:
    """§4.2: we do not rely on ordered message delivery, therefore a replica may commit requests out of order."""
    one = backup()
    second = pre_prepare(2, batch(0, 2))
    one.accept(second)
    for sender in (0, 2):
        one.hear(sender, commit(second), *([prepare(second)] if sender else []))
    assert is_committed_local(one.state, one.state.log.slot(SequenceNumber(2)))
    assert one.ready.decided == []


def test_each_replica_votes_on_the_state_it_reached__osdi99_4_3() -> None:
    """§4.3: a replica multicasts <CHECKPOINT, n, d, i>, d being the digest of the state. Here: after every block."""
    one = backup()
    decide_and_execute(one, PROPOSED)
    (said,) = one.said(BlockVote)
    assert isinstance(said, BlockVote)
    assert (said.sequence, said.digest) == (1, one.state.executed_digest)


def decide_and_execute(one: One, message: PrePrepare) -> None:
    one.accept(message)
    for sender in (0, 2):
        one.hear(sender, commit(message), *([prepare(message)] if sender else []))
    one.execute(message.proposal)


def test_checkpoint_is_stable_with_a_quorum_of_votes__osdi99_4_3() -> None:
    """§4.3: a checkpoint with a proof, 2f+1 CHECKPOINTs for n with one digest by different replicas, is stable."""
    one = backup()
    for n in range(1, 5):
        decide_and_execute(one, pre_prepare(n, batch(0, n)))
    for n in range(1, 5):
        vote = BlockVote(SequenceNumber(n), one.state.blocks[SequenceNumber(n)].digest)
        one.hear(2, vote)
        assert one.state.certified == n - 1
        one.hear(2, vote)
        assert one.state.certified == n - 1, "different replicas"
        one.hear(3, vote)
        assert one.state.certified == n
    assert one.ready.stable == 4
    assert one.state.stable == 4


def test_stable_checkpoint_discards_the_log_and_moves_the_watermarks__osdi99_4_3() -> None:
    """§4.3: the replica discards all messages with sequence number up to n; h becomes n and H = h + k."""
    cluster = Cluster(4)
    for each in range(6):
        cluster.submit(each % 4)
        cluster.settle()
    state = cluster.machines[1].replica.state
    assert state.executed >= 4
    assert (state.log.low, state.log.high) == (4, 20)
    assert min(state.log.slots, default=5) > 4
    assert min(state.blocks, default=5) > 4
    assert all(vote.sequence > 4 for vote in cluster.machines[1].disk.votes)


def test_votes_below_the_low_watermark_are_nothing__osdi99_4_3() -> None:
    """§4.3: the checkpoint protocol advances the low and high water marks, which limit what messages are accepted."""
    cluster = Cluster(4)
    for each in range(6):
        cluster.submit(each % 4)
        cluster.settle()
    machine = cluster.machines[1]
    for vote in (Prepare(View(0), SequenceNumber(4), CHAIN), Commit(View(0), SequenceNumber(4), CHAIN)):
        before = len(machine.rejected)
        machine.replica.step(received(2, vote), wall_ms=cluster.now_ms)
        machine.turn()
        assert [each.reason for each in machine.rejected[before:]] == [Reason.OUT_OF_WINDOW]


@pytest.mark.parametrize("n", range(1, 8))
def test_three_phases_by_everybody__osdi99_figure_1(n: int) -> None:
    """Figure 1: one PRE-PREPARE to each backup, PREPAREs of the backups, COMMITs of all, to all others."""
    cluster = Cluster(n)
    log: list[Frame] = []
    cluster.loss = lambda frame: log.append(frame) is not None  # type: ignore[func-returns-value]
    cluster.submit(0)
    cluster.settle()
    assert cluster.heights() == [1] * n
    assert len(votes_in(log, PrePrepare)) == n - 1
    assert len(votes_in(log, Prepare)) == (n - 1) ** 2
    assert len(votes_in(log, Commit)) == n * (n - 1)
    voted = [vote for _, _, vote in votes_in(log, (Prepare, Commit)) if not isinstance(vote, PrePrepare)]
    assert len({vote.digest for vote in voted}) == min(1, n - 1)
