"""evidence.py, of what is said about views: two VIEW-CHANGEs or NEW-VIEWs for one view convict their sender (E1)."""

import random

import pytest

from consensus.evidence import is_evidence
from consensus.messages import Equivocation, Item, ViewChange
from consensus.quorum import Committee
from consensus.types import View
from tests.consensus.chaos import power_cut, run_chaos
from tests.consensus.cluster import Cluster, carries
from tests.consensus.liar import altering
from tests.consensus.machine import Frame
from tests.consensus.makers import (
    CHAIN,
    EPOCH,
    batch,
    checkpoint,
    forwarded,
    new_view,
    pre_prepare,
    prepared_for,
    sealed,
    verify,
    view_change,
)
from tests.consensus.one import One, enter_view_1

PREPARED = prepared_for(pre_prepare(1, batch()), (1, 2))
SAID = view_change(1)
OTHER = view_change(1, PREPARED)


def convicts(proof: Equivocation, sender: int) -> bool:
    judged = is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)
    return judged and proof.first_vote.sender == sender


@pytest.mark.parametrize("second", [OTHER, view_change(1, proof=checkpoint(4, (0,)))])
def test_two_view_changes_of_one_member_for_one_view_convict_it(second: ViewChange) -> None:
    """The second one need not hold: that he signed it is enough."""
    one = One(1)
    one.hear(3, SAID)
    one.hear(3, SAID)
    assert one.ready.evidence == []
    one.hear(3, second)
    (proof,) = one.ready.evidence
    assert convicts(proof, 3)
    one.hear(3, SAID, second)
    assert one.ready.evidence == [], "one proof for one member is enough"


def test_what_others_forward_convicts_too() -> None:
    one = One(1)
    one.hear(0, forwarded(3, SAID))
    one.hear(2, forwarded(3, OTHER))
    (proof,) = one.ready.evidence
    assert convicts(proof, 3)


def test_who_is_active_in_the_view_still_reads_the_contradiction() -> None:
    one = One(2)
    enter_view_1(one)
    assert one.replica.wants(sealed(0, OTHER).bundle)
    one.hear(0, OTHER)
    (proof,) = one.ready.evidence
    assert convicts(proof, 0)
    assert not one.replica.wants(sealed(0, view_change(1, PREPARED, PREPARED)).bundle), "one proof is enough"
    assert one.where == (1, True)


def test_two_new_views_for_one_view_convict_their_primary() -> None:
    one = One(2)
    enter_view_1(one)
    other = new_view(1, (0, SAID), (2, OTHER), (3, SAID))
    assert one.replica.wants(sealed(1, other).bundle)
    one.hear(1, other)
    (proof,) = one.ready.evidence
    assert convicts(proof, 1)
    waiting = One(2)
    for sender in (0, 3):
        waiting.hear(sender, view_change(1))
    waiting.hear(1, other)
    waiting.hear(1, new_view(1, (0, OTHER), (2, SAID), (3, SAID)))
    assert [convicts(each, 1) for each in waiting.ready.evidence] == [True]


@pytest.mark.parametrize(
    "pair",
    [
        ((3, view_change(1)), (3, view_change(2))),
        ((3, view_change(1)), (2, OTHER)),
        ((3, view_change(3)), (3, new_view(3, (0, SAID), (1, SAID), (2, SAID)))),
    ],
)
def test_what_is_no_contradiction(pair: tuple[tuple[int, Item], tuple[int, Item]]) -> None:
    one = One(1)
    for sender, item in pair:
        one.hear(sender, item)
        assert one.ready.evidence == []
    votes = [sealed(sender, item).signed_items()[0].certificate_vote() for sender, item in pair]
    proof = Equivocation(pair[0][1], votes[0], pair[1][1], votes[1])  # type: ignore[arg-type]
    assert not is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)


def test_a_member_with_two_view_changes_is_convicted_when_they_meet() -> None:
    """Liar 3 shows replica 2 that it prepared nothing. The NEW-VIEW names the other one; who brings it brings proof."""
    cluster = Cluster(4, liars=[3])

    def alter(frame: Frame, item: Item) -> list[Item]:
        bare = isinstance(item, ViewChange) and frame.to == 2
        return [ViewChange(item.view, None, ())] if bare and isinstance(item, ViewChange) else [item]

    cluster.twists[3] = altering(alter)
    for author in range(3):
        cluster.submit(author)
        cluster.settle()
    cluster.loss = lambda frame: frame.sender == 2 and carries(frame, ViewChange)
    cluster.hand_over(0)
    cluster.settle()
    cluster.loss = lambda frame: False
    cluster.tick(8)
    (proof,) = cluster.machines[2].evidence
    assert isinstance(proof.first, ViewChange)
    assert convicts(proof, 3)


@pytest.mark.parametrize("seed", range(12))
def test_crashes_in_the_middle_of_view_changes_never_convict_the_honest(seed: int) -> None:
    """Property: whatever is lost, repeated or crashed, what honest members say about a view they say once (I2, I15).

    Every member keeps everything it ever heard and hears it again in the end, in every life and from everybody.
    """
    chance = random.Random(seed)
    cluster = run_chaos(seed, steps=120)
    heard: list[Frame] = []
    cluster.loss = lambda frame: bool(heard.append(frame))  # type: ignore[func-returns-value]
    for _ in range(4):
        for each in cluster.up:
            cluster.hand_over(each.id)
        power_cut(cluster)
        chance.shuffle(heard)
        cluster.wire += heard[:200]
        cluster.settle()
        cluster.tick()
    assert View(0) < max(each.replica.state.view for each in cluster.up)
    assert [each.evidence for each in cluster.machines] == [[]] * 4
