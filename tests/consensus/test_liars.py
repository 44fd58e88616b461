"""One member lies with a purpose: the honest ones agree, go on within a stated time, and convict him where they can."""

from collections.abc import Callable

import msgspec
import pytest

from canonical.signing import Signature
from consensus.evidence import is_evidence
from consensus.messages import (
    BlockVote,
    Commit,
    Equivocation,
    Item,
    NewView,
    Prepare,
    PrePrepare,
    Proposal,
    Suspect,
    ViewChange,
)
from consensus.quorum import Committee
from consensus.types import SequenceNumber, View
from tests.consensus.cluster import Cluster, carries
from tests.consensus.liar import Equivocator, altering
from tests.consensus.machine import Frame
from tests.consensus.makers import (
    CHAIN,
    EPOCH,
    batch,
    block_vote,
    commit,
    header,
    pre_prepare,
    prepare,
    prepared_for,
    sealed,
    verify,
)
from tests.consensus.one import One
from tests.consensus.test_view_change_stories import ONE_VIEW

FIRST, OTHER = pre_prepare(1, batch()), pre_prepare(1, batch(2))


def complete(cluster: Cluster, batches: int) -> Callable[[], bool]:
    return lambda: cluster.is_done(batches)


# Primaries


def equivocation(victims: set[int]) -> None:
    """Primary 0 shows `victims` another proposal, and stops once it did. There is no other work, nor failure."""
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, victims)
    cluster.loss = lambda frame: frame.sender == 0 and carries(frame, BlockVote)
    cluster.submit(2)
    cluster.settle()
    cluster.crash(0)
    cluster.ticks_until(complete(cluster, 1), most=2 * ONE_VIEW)


@pytest.mark.parametrize("victims", [{1}, {1, 2}, {3}])
def test_the_victim_of_an_equivocating_primary_learns_the_decision__t_c1__t_c5(victims: set[int]) -> None:
    equivocation(victims)


def test_an_equivocating_primary_that_goes_on_is_voted_out__t_c1() -> None:
    cluster = Cluster(4, liars=[0])
    Equivocator(cluster, 0, {1, 2})
    for each in (1, 2, 3):
        cluster.submit(each)
    cluster.ticks_until(complete(cluster, 3), most=4 * ONE_VIEW)


def test_a_selectively_silent_primary__t_h1() -> None:
    """It speaks to replica 1 only."""
    cluster = Cluster(4, liars=[0])
    cluster.twists[0] = lambda frame: [frame] if frame.to == 1 else []
    for each in (1, 2, 3):
        cluster.submit(each)
    cluster.ticks_until(complete(cluster, 3), most=2 * ONE_VIEW)


Alter = Callable[[Frame, Item], list[Item]]


def omits(frame: Frame, item: Item) -> list[Item]:
    return [] if isinstance(item, PrePrepare) and item.view == 1 else [item]


def alters(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, PrePrepare) and item.view == 1:
        later = msgspec.structs.replace(item.proposal, timestamp_ms=item.proposal.timestamp_ms + 1)
        return [msgspec.structs.replace(item, proposal=later)]
    return [item]


def adds(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, PrePrepare) and item.view == 1:
        return [item, PrePrepare(item.view, SequenceNumber(item.sequence + 7), item.proposal)]
    return [item]


def nulls(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, PrePrepare) and item.view == 1:
        return [msgspec.structs.replace(item, proposal=Proposal((), 0))]
    return [item]


def names_nobody(frame: Frame, item: Item) -> list[Item]:
    return [msgspec.structs.replace(item, view_changes=())] if isinstance(item, NewView) else [item]


def names_what_nobody_has(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, NewView):
        wrong = msgspec.structs.replace(item.view_changes[0], digest=CHAIN)
        return [msgspec.structs.replace(item, view_changes=(wrong, *item.view_changes[1:]))]
    return [item]


def opens_2_to_the_62(frame: Frame, item: Item) -> list[Item]:
    return [item, msgspec.structs.replace(item, view=2**62 + 1)] if isinstance(item, NewView) else [item]


def opens_nothing(frame: Frame, item: Item) -> list[Item]:
    return [] if isinstance(item, NewView) else [item]


def opens_two(frame: Frame, item: Item) -> list[Item]:
    """Another V for each receiver, of the same view."""
    if isinstance(item, NewView) and frame.to == 3:
        return [msgspec.structs.replace(item, view_changes=item.view_changes[::-1])]
    return [item]


@pytest.mark.parametrize(
    "alter",
    [omits, alters, adds, nulls, names_nobody, names_what_nobody_has, opens_2_to_the_62, opens_nothing, opens_two],
)
def test_a_new_primary_that_lies_about_its_view_is_replaced__t_d1__t_d13(alter: Alter) -> None:
    cluster = Cluster(4, liars=[1])
    cluster.loss = lambda frame: carries(frame, Commit)
    cluster.submit(2)
    cluster.settle()
    cluster.drop()
    cluster.loss = lambda frame: False
    cluster.twists[1] = altering(alter)
    cluster.hand_over(0)
    cluster.submit(3)
    cluster.ticks_until(complete(cluster, 2), most=4 * ONE_VIEW)
    ((digest, *others),) = [tuple(set(each.values())) for each in [cluster.decided[SequenceNumber(1)]]]
    assert not others
    assert digest


def a_new_primary_gives_a_committed_number_to_something_else() -> None:
    """Replica 2 alone executed number 1 in view 0; liar 1 opens view 1 and alters what it carries over."""
    cluster = Cluster(4, liars=[1])
    cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 2
    cluster.submit(3)
    cluster.settle()
    cluster.drop()
    assert cluster.heights()[2] == 1
    cluster.loss = lambda frame: False
    cluster.twists[1] = altering(alters)
    cluster.hand_over(0)
    cluster.settle()
    cluster.ticks_until(complete(cluster, 1), most=4 * ONE_VIEW)


def test_a_new_primary_cannot_change_what_is_committed__t_d1() -> None:
    a_new_primary_gives_a_committed_number_to_something_else()


# Backups


def never_leaves(frame: Frame, item: Item) -> list[Item]:
    return [] if isinstance(item, ViewChange | Suspect) else [item]


def always_leaves(frame: Frame, item: Item) -> list[Item]:
    return [item, ViewChange(View(1), None, ()), Suspect(View(0), "no progress")]  # type: ignore[arg-type]


def asks_for_2_to_the_62(frame: Frame, item: Item) -> list[Item]:
    return [item, ViewChange(View(2**62), None, ()), Suspect(View(2**62), "hand-over")]  # type: ignore[arg-type]


def says_it_twice(frame: Frame, item: Item) -> list[Item]:
    return [item, item]


def hides_what_prepared(frame: Frame, item: Item) -> list[Item]:
    return [msgspec.structs.replace(item, prepared=())] if isinstance(item, ViewChange) else [item]


def shows_another_to_each(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, ViewChange):
        return [msgspec.structs.replace(item, prepared=() if frame.to % 2 else item.prepared)]
    return [item]


def proves_badly(frame: Frame, item: Item) -> list[Item]:
    if isinstance(item, ViewChange):
        return [msgspec.structs.replace(item, prepared=(*item.prepared, prepared_for(pre_prepare(9), (1,))))]
    return [item]


BACKUP_LIES = [
    never_leaves,
    always_leaves,
    asks_for_2_to_the_62,
    says_it_twice,
    hides_what_prepared,
    shows_another_to_each,
    proves_badly,
]


@pytest.mark.parametrize("alter", BACKUP_LIES)
@pytest.mark.parametrize("liar", [2, 3])
def test_a_backup_that_lies_in_a_view_change_stops_nobody__t_d8__t_d13(alter: Alter, liar: int) -> None:
    cluster = Cluster(4, liars=[liar], proposal_bytes_max=1)
    cluster.twists[liar] = altering(alter)
    cluster.loss = lambda frame: carries(frame, Commit) and frame.to != 1
    cluster.submit(0)
    cluster.submit(1)
    cluster.settle()
    cluster.drop()
    cluster.loss = lambda frame: False
    cluster.hand_over(0)
    cluster.submit(1)
    cluster.ticks_until(complete(cluster, 3), most=4 * ONE_VIEW)
    assert max(each.replica.state.view for each in cluster.honest) <= 3


# Evidence: lines E1 to E3


@pytest.mark.parametrize(
    ("sender", "first", "second"),
    [
        (0, FIRST, OTHER),
        (2, prepare(FIRST), prepare(OTHER)),
        (2, commit(FIRST), commit(OTHER)),
        (2, block_vote(header(1)), block_vote(header(1, mark=b"2"))),
    ],
)
def test_two_votes_that_contradict_are_evidence_once(sender: int, first: Item, second: Item) -> None:
    one = One(1)
    one.hear(sender, first)
    assert one.ready.evidence == []
    one.hear(sender, second)
    (proof,) = one.ready.evidence
    assert proof.first_vote.sender == sender
    assert is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)
    one.hear(sender, second)
    assert one.ready.evidence == [], "one proof for one member is enough"


def test_a_vote_that_contradicts_is_read_and_convicts() -> None:
    one = One(1)
    one.hear(2, prepare(FIRST))
    assert one.replica.wants(sealed(2, prepare(OTHER)).bundle), "it is dropped unread"
    assert not one.replica.wants(sealed(2, prepare(FIRST)).bundle)


def proof_of(first: tuple[int, Item], second: tuple[int, Item]) -> Equivocation:
    votes = [sealed(sender, item).signed_items()[0].certificate_vote() for sender, item in (first, second)]
    return Equivocation(first[1], votes[0], second[1], votes[1])  # type: ignore[arg-type]


GOOD = proof_of((2, prepare(FIRST)), (2, prepare(OTHER)))
FORGED = msgspec.structs.replace(GOOD.second_vote, signature=Signature(bytes(64)))
LATER = msgspec.structs.replace(OTHER, view=View(1))
NO_EVIDENCE = [
    proof_of((2, prepare(FIRST)), (2, prepare(FIRST))),
    proof_of((2, prepare(FIRST)), (3, prepare(OTHER))),
    proof_of((2, prepare(FIRST)), (2, commit(OTHER))),
    proof_of((2, prepare(FIRST)), (2, prepare(LATER))),
    proof_of((2, prepare(FIRST)), (2, prepare(pre_prepare(2)))),
    proof_of((9, prepare(FIRST)), (9, prepare(OTHER))),
    msgspec.structs.replace(GOOD, second_vote=FORGED),
    msgspec.structs.replace(GOOD, second=Prepare(View(0), SequenceNumber(1), CHAIN)),
]


def test_what_is_no_evidence() -> None:
    def judge(proof: Equivocation) -> bool:
        return is_evidence(proof, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)

    assert judge(GOOD)
    assert [judge(each) for each in NO_EVIDENCE] == [False] * len(NO_EVIDENCE)


def test_evidence_of_another_chain_convicts_nobody() -> None:
    assert not is_evidence(GOOD, chain=block_vote(header(3)).digest, epoch=EPOCH, committee=Committee(4), verify=verify)


def test_a_restart_in_a_new_view_gives_no_evidence_against_the_honest() -> None:
    """I15 is checked in every cluster; here each member says everything twice, in two lives and two views."""
    cluster = Cluster(4)
    cluster.loss = lambda frame: carries(frame, BlockVote)
    for view in range(3):
        cluster.submit(3)
        cluster.settle()
        cluster.hand_over(view)
        cluster.settle()
        for each in range(4):
            cluster.crash(each)
            cluster.restart(each)
        cluster.tick(3)
    assert [each.evidence for each in cluster.machines] == [[]] * 4
