"""checkpoint.py: block votes, certificates, stable checkpoints, and final blocks taken over from others."""

import msgspec
import pytest

from canonical.hashing import Digest
from consensus.checkpoint import BLOCKS_AHEAD_MAX
from consensus.effects import Reason
from consensus.events import TimerKind
from consensus.messages import BlockVote, CertifiedBlock, PrePrepare, header_digest, proposal_digest
from consensus.types import Epoch, SequenceNumber
from tests.consensus.cluster import Cluster, votes_in
from tests.consensus.makers import CHAIN, EPOCH, batch, certified, commit, pre_prepare, prepare, proposal, sealed
from tests.consensus.one import One

OTHER = Digest(bytes(32))


def decide(one: One, message: PrePrepare) -> None:
    one.accept(message)
    for sender in (0, 2):
        one.hear(sender, commit(message), *([prepare(message)] if sender else []))


def final_block(one: One, message: PrePrepare, mark: bytes = b"") -> CertifiedBlock:
    """The next block as the others have it, with its proof."""
    return certified(one.header(message.proposal, mark), message.proposal, (0, 2, 3))


FIRST = pre_prepare(1, batch())


def test_block_votes_may_come_before_the_block_is_executed() -> None:
    one = One(1)
    vote = BlockVote(SequenceNumber(1), _digest(one))
    for sender in (0, 2, 3):
        one.hear(sender, vote)
    assert one.state.certified == 0
    decide(one, FIRST)
    one.execute(FIRST.proposal)
    assert one.state.certified == 1
    assert len(one.ready.certified[0].votes) == one.settings.committee.quorum


def _digest(one: One) -> Digest:
    return header_digest(one.header(FIRST.proposal), chain=CHAIN)


def test_a_vote_for_the_last_certified_block_is_nothing_and_leaves_nothing() -> None:
    one = One(1)
    vote = BlockVote(SequenceNumber(1), _digest(one))
    decide(one, FIRST)
    one.execute(FIRST.proposal)
    for sender in (0, 2):
        one.hear(sender, vote)
    assert one.state.certified == 1
    one.hear(3, vote)
    assert one.reasons() == [Reason.STALE]
    assert one.state.block_votes == {}


def test_certificates_come_in_order_of_height() -> None:
    one = One(1)
    for n in (1, 2):
        decide(one, pre_prepare(n, batch(0, n)))
        one.execute(proposal(batch(0, n)))
    digests = [one.state.blocks[SequenceNumber(n)].digest for n in (1, 2)]
    for sender in (0, 2):
        one.hear(sender, BlockVote(SequenceNumber(2), digests[1]))
    assert one.ready.certified == []
    for sender in (0, 2):
        one.hear(sender, BlockVote(SequenceNumber(1), digests[0]))
    assert [each.header.height for each in one.ready.certified] == [1, 2]


def test_a_final_block_is_taken_over_and_executed() -> None:
    one = One(1)
    one.hold(batch())
    block = final_block(one, FIRST)
    one.hear(3, block)
    assert [each.sequence for each in one.ready.decided] == [1]
    one.execute(FIRST.proposal)
    assert one.ready.certified == [block]
    assert one.said(BlockVote) == [], "it is final without this replica's vote"


def test_a_final_block_waits_for_its_payload() -> None:
    one = One(1)
    one.hear(3, final_block(one, FIRST))
    assert one.ready.decided == []
    assert one.replica.wants_batch(batch().author, batch().number, batch().digest, batch().size_bytes)
    one.hold(batch())
    assert [each.sequence for each in one.ready.decided] == [1]


def test_anybody_may_bring_it_in_any_order__t_e9() -> None:
    cluster = Cluster(4)
    for _ in range(5):
        cluster.submit(0)
        cluster.settle(lambda frame: frame.to != 3)
    cluster.drop()
    machine, from_machine = cluster.machines[3], cluster.machines[1]
    for reference in from_machine.disk.executed:
        machine.receive(from_machine.disk.payloads[reference.digest])
    disk = from_machine.disk
    blocks = [CertifiedBlock(disk.headers[h], disk.proposals[h], disk.certificates[h]) for h in disk.certificates]
    assert len(blocks) == 5
    for block in blocks[::-1]:
        machine.receive(sealed(2, block).bundle)
        cluster.turn(3)
    assert cluster.certified()[3] == 5


def test_each_block_once_though_consensus_delivers_it_too__t_e5() -> None:
    one = One(1)
    one.accept(FIRST)
    one.hear(3, final_block(one, FIRST))
    decided = [each.sequence for each in one.ready.decided]
    for sender in (0, 2):
        one.hear(sender, commit(FIRST))
        decided += [each.sequence for each in one.ready.decided]
    assert decided == [1]
    one.execute(FIRST.proposal)
    one.hear(2, final_block(one, pre_prepare(2, batch(0, 2))))
    one.hear(3, certified(one.state.blocks[SequenceNumber(1)].header, FIRST.proposal, (0, 2, 3)))
    assert one.reasons() == [Reason.STALE]


def test_a_certificate_ends_the_wait_of_an_executed_block__t_e16() -> None:
    one = One(1)
    decide(one, FIRST)
    block = final_block(one, FIRST)
    one.execute(FIRST.proposal)
    assert one.state.certified == 0
    assert one.replica.wants(sealed(3, block).bundle)
    one.hear(3, block)
    assert one.ready.certified == [block]
    assert one.state.certified == 1
    assert not one.replica.wants(sealed(2, block).bundle), "once more it is dropped unread"


@pytest.mark.parametrize("change", ["votes", "header", "proposal", "epoch", "unnamed"])
def test_forged_final_blocks_are_refused__t_e17(change: str) -> None:
    one = One(1)
    one.hold(batch())
    block = final_block(one, FIRST)
    replace = msgspec.structs.replace
    forged = {
        "votes": replace(block, votes=block.votes[:1]),
        "header": replace(block, header=replace(block.header, state_root=OTHER)),
        "proposal": replace(block, proposal=proposal(batch(2))),
        "epoch": replace(block, header=replace(block.header, epoch=Epoch(1))),
        "unnamed": certified(replace(block.header, proposal=OTHER), FIRST.proposal),
    }[change]
    one.hear(0, forged)
    assert one.reasons() == [Reason.WRONG_EPOCH if change == "epoch" else Reason.BAD_CERTIFICATE]
    assert one.ready.decided == []
    one.hear(0, block)
    assert one.ready.decided, "a forgery does not stand in the way of the truth"


def test_final_blocks_far_ahead_are_not_kept__t_i1() -> None:
    one = One(1)
    for height in range(1, 200):
        content = proposal(batch(0, height))
        of = msgspec.structs.replace(one.header(content), height=SequenceNumber(height))
        named = proposal_digest(content, chain=CHAIN, epoch=EPOCH, sequence=SequenceNumber(height))
        one.hear(3, certified(msgspec.structs.replace(of, proposal=named), content, (0, 2, 3)))
        assert one.reasons() == ([Reason.OUT_OF_WINDOW] if height > BLOCKS_AHEAD_MAX else [])
    assert len(one.state.log.slots) == BLOCKS_AHEAD_MAX


def test_another_header_than_the_quorums_halts__t_e2() -> None:
    one = One(1)
    decide(one, FIRST)
    one.execute(FIRST.proposal, mark=b"x")
    ours = one.state.executed_digest
    for sender in (0, 2, 3):
        one.hear(sender, BlockVote(SequenceNumber(1), _digest(One(1))))
    assert one.ready.halt is not None
    assert (one.ready.halt.sequence, one.ready.halt.own, one.ready.halt.certified) == (1, ours, _digest(One(1)))
    one.accept(pre_prepare(2, batch(0, 2)))
    assert (one.ready.send, one.ready.send_after, one.ready.decided) == ([], [], [])
    assert not one.replica.wants_batch(batch().author, batch(0, 3).number, OTHER, 1)


def test_another_header_than_that_of_a_final_block_halts__t_e2() -> None:
    one = One(1)
    one.hold(batch())
    one.hear(3, final_block(one, FIRST))
    one.execute(FIRST.proposal, mark=b"x")
    assert one.ready.halt is not None
    assert one.state.executed == 0, "and the wrong block is not this replica's"


def test_f_other_headers_halt_nobody__t_e3() -> None:
    one = One(1)
    decide(one, FIRST)
    one.execute(FIRST.proposal)
    one.hear(3, BlockVote(SequenceNumber(1), OTHER))
    assert one.ready.halt is None
    mine = BlockVote(SequenceNumber(1), one.state.executed_digest)
    one.hear(0, mine)
    one.hear(2, mine)
    assert one.state.certified == 1


@pytest.mark.parametrize("blocks", [3, 4, 5, 8, 9])
def test_every_kth_certificate_is_stable__t_e1(blocks: int) -> None:
    """K = 4: just below, at and above the boundary."""
    cluster = Cluster(4)
    for each in range(blocks):
        cluster.submit(each % 4)
        cluster.settle()
    assert cluster.certified() == [blocks] * 4
    for machine in cluster.machines:
        assert machine.replica.state.stable == blocks - blocks % 4 == machine.disk.stable
        assert sorted(machine.replica.state.blocks) == list(range(blocks - blocks % 4 + 1, blocks + 1))


def test_a_peer_that_is_behind_still_gets_what_was_discarded__t_e1() -> None:
    cluster = Cluster(4)
    cluster.crash(3)
    for _ in range(9):
        cluster.submit(0)
        cluster.settle()
    assert cluster.machines[0].replica.state.stable == 8
    cluster.restart(3)
    cluster.ticks_until(lambda: cluster.certified() == [9] * 4, most=5)


def test_primary_stops_at_half_the_log__t_c8() -> None:
    """L = 16: with eight blocks executed and none certified it proposes no ninth, since others may have h = 0 still."""
    one = One(0)
    for n in range(1, 9):
        one.hold(batch(2, n))
        (said,) = one.said(PrePrepare)
        assert isinstance(said, PrePrepare)
        for sender in (1, 2):
            one.hear(sender, prepare(said), commit(said))
        one.execute(said.proposal)
    assert one.state.executed == 8
    one.hold(batch(2, 9))
    assert one.said(PrePrepare) == []
    for n in range(1, 5):
        for sender in (1, 2):
            one.hear(sender, BlockVote(SequenceNumber(n), one.state.blocks[SequenceNumber(n)].digest))
    (said,) = one.said(PrePrepare)
    assert isinstance(said, PrePrepare)
    assert said.sequence == 9, "h = 4 makes room"


def test_first_to_get_a_stable_checkpoint_stays_within_the_others_windows__t_c8() -> None:
    """The primary sees two checkpoints that backup 3 does not; all it may propose is in 3's window, up to H = 16."""
    cluster = Cluster(4, in_flight=8, proposal_bytes_max=1)
    cluster.loss = lambda frame: frame.to == 3 and bool(votes_in([frame], BlockVote))
    for _ in range(8):
        cluster.submit(0)
        cluster.settle()
    assert [each.replica.state.stable for each in cluster.machines] == [8, 8, 8, 0]
    cluster.loss = lambda frame: bool(votes_in([frame], BlockVote))
    for _ in range(12):
        cluster.submit(0)
        cluster.fire(0, TimerKind.LINGER)
        cluster.settle()
    assert cluster.heights() == [16] * 4
    assert not [each for each in cluster.machines[3].rejected if each.reason is Reason.OUT_OF_WINDOW]
