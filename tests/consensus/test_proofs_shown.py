"""E6, T7, R8: a proof that the primary lied ends its view, for everybody who is shown it, without a timer."""

import pytest

from consensus.effects import Reason
from consensus.evidence import is_evidence
from consensus.messages import Equivocation, Item, PrePrepare, ViewChange
from consensus.quorum import Committee
from consensus.types import View
from tests.consensus.cluster import Cluster, carries
from tests.consensus.liar import altering
from tests.consensus.machine import Frame
from tests.consensus.makers import CHAIN, EPOCH, batch, pre_prepare, prepare, sealed, verify, view_change
from tests.consensus.one import One
from tests.consensus.test_status import status

FIRST = pre_prepare(1, batch())
OTHER = pre_prepare(1, batch(1))


def proof_of(sender: int, first: Item, second: Item, *, by: int | None = None) -> Equivocation:
    signer = sender if by is None else by
    votes = [sealed(signer, item).signed_items()[0].certificate_vote() for item in (first, second)]
    return Equivocation(first, votes[0], second, votes[1])  # type: ignore[arg-type]


PRIMARY_LIED = proof_of(0, FIRST, OTHER)
BACKUP_LIED = proof_of(2, prepare(FIRST), prepare(OTHER))


def test_whoever_catches_the_primary_shows_the_proof_and_leaves_at_once() -> None:
    one = One(1)
    one.hear(0, FIRST)
    one.hear(0, OTHER)
    (shown,) = one.said(Equivocation)
    assert shown == PRIMARY_LIED
    assert one.where == (1, False)
    assert one.state.left_because == "there is proof that its primary lied"


def test_whoever_is_shown_the_proof_leaves_too_and_passes_it_on_once() -> None:
    one = One(3)
    one.hear(2, PRIMARY_LIED)
    assert one.said(Equivocation) == [PRIMARY_LIED]
    assert [each.view for each in one.said(ViewChange)] == [View(1)]  # type: ignore[union-attr]
    one.hear(1, PRIMARY_LIED)
    assert one.said(Equivocation) == []
    assert one.reasons() == [Reason.STALE]


def test_proof_against_a_backup_ends_no_view_until_its_turn_comes() -> None:
    one = One(3)
    one.hear(0, BACKUP_LIED)
    assert one.where == (0, True)
    for sender in (0, 1):
        one.hear(sender, view_change(2))
    assert one.where == (3, False), "view 2 is the liar's"


@pytest.mark.parametrize(
    "proof",
    [
        proof_of(0, FIRST, FIRST),
        proof_of(0, FIRST, OTHER, by=2),
        Equivocation(FIRST, PRIMARY_LIED.first_vote, OTHER, PRIMARY_LIED.first_vote),
        Equivocation(FIRST, PRIMARY_LIED.first_vote, prepare(OTHER), BACKUP_LIED.second_vote),
    ],
)
def test_what_proves_nothing_ends_nothing(proof: Equivocation) -> None:
    # The second one is signed by replica 2 throughout and names it, so it is replica 2's lie and not the primary's.
    one = One(3)
    one.hear(2, proof)
    assert one.where == (0, True)
    assert 0 not in one.state.accused


def test_an_alleged_proof_costs_its_sender_its_turn_of_the_interval() -> None:
    one = One(3)
    one.hear(2, proof_of(0, FIRST, FIRST))
    assert one.reasons() == [Reason.BAD_CERTIFICATE]
    assert not one.replica.wants(sealed(2, PRIMARY_LIED).bundle), "nothing more of this sender is checked now"
    one.hear(2, PRIMARY_LIED)
    assert one.reasons() == [Reason.TOO_MANY]
    assert one.where == (0, True)
    one.hear(1, PRIMARY_LIED)
    assert one.where == (1, False), "others are heard"


def test_proof_against_more_members_than_may_be_faulty_ends_no_view() -> None:
    one = One(3)
    one.hear(0, BACKUP_LIED)
    one.hear(1, PRIMARY_LIED)
    assert sorted(one.state.accused) == [0, 2]
    assert one.where == (0, True)


def test_nobody_is_convicted_by_himself() -> None:
    one = One(0)
    one.hear(2, PRIMARY_LIED)
    assert one.state.accused == {}


def test_whoever_stayed_behind_is_shown_the_proof__r8() -> None:
    one = One(1)
    one.hear(0, FIRST)
    one.hear(0, OTHER)
    one.hear(2, status())
    assert one.said(Equivocation) == [PRIMARY_LIED]
    assert {each.to for each in one.ready.send if isinstance(each.item, Equivocation)} == {2}
    one.hear(3, status(view=View(1)))
    assert one.said(Equivocation) == []


@pytest.mark.parametrize("lost_to", [(), (2,), (2, 3)])
def test_an_equivocating_primary_is_left_before_any_timer_fires(lost_to: tuple[int, ...]) -> None:
    """Primary 0 shows replica 1 another proposal than the others, and then the first one too; only 1 can convict it."""
    cluster = Cluster(4, liars=[0])

    def alter(frame: Frame, item: Item) -> list[Item]:
        if isinstance(item, PrePrepare) and frame.to == 1 and item.view == 0:
            return [item, PrePrepare(item.view, item.sequence, FIRST.proposal)]
        return [item]

    cluster.twists[0] = altering(alter)
    cluster.loss = lambda frame: frame.to in lost_to and carries(frame, Equivocation)
    cluster.submit(1)
    cluster.settle()
    cluster.loss = lambda frame: False
    cluster.tick(2)
    assert all(each.replica.state.view >= 1 for each in cluster.honest)
    assert set(cluster.machines[1].replica.state.accused) == {0}
    proofs = [proof for each in cluster.honest for proof in each.evidence]
    assert all(
        is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)
        and proof.first_vote.sender == 0
        for proof in proofs
    )
    cluster.submit(2)
    cluster.ticks_until(lambda: cluster.is_done(2, everybody=[1, 2, 3]), most=60)
