"""No message of a member makes a handler raise, run deep, or leave the replica unable to go on (T-I3, T-I4)."""

import inspect
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from canonical.encoding import Reader, encode
from consensus.bundle import Bundle, open_bundle
from consensus.checkpoint import BLOCKS_AHEAD_MAX
from consensus.events import Received
from consensus.invariants import broken
from consensus.messages import BatchReference, CertifiedBlock, Item
from consensus.types import View
from tests.consensus.any_message import any_item
from tests.consensus.makers import (
    CHAIN,
    batch,
    certified,
    digest_of,
    pre_prepare,
    proposal,
    sealed,
    verify,
    view_change,
)
from tests.consensus.one import One

READER = Reader(Bundle, size_max=1 << 20)
FIRST = pre_prepare(1, batch())
DIGESTS = (digest_of(FIRST), batch().digest, CHAIN)


def tell(one: One, sender: int, items: list[Item]) -> None:
    """As a driver does it: decode, ask what could matter, check the signature, step."""
    read = READER.read(encode(sealed(sender, *items).bundle))
    assert isinstance(read, Bundle)
    one.replica.wants(read)
    opened = open_bundle(read, chain=CHAIN, verify=verify)
    assert opened is not None
    one.step(Received(opened))


@pytest.mark.parametrize(("replica", "liar"), [(0, 2), (1, 0), (3, 1)])
def test_no_message_of_one_member_makes_a_handler_raise_and_the_others_are_heard_all_the_same__t_i3(
    replica: int, liar: int
) -> None:
    others = [each for each in range(4) if each not in (replica, liar)]
    for seed in range(30):
        chance = random.Random(seed)
        one = One(replica)
        for _ in range(40):
            tell(one, liar, [any_item(chance, DIGESTS) for _ in range(chance.randrange(1, 4))])
            assert broken(one.state) == [], f"seed {seed}"
            assert not one.state.halted, f"seed {seed}"
            assert {proof.first_vote.sender for proof in one.ready.evidence} <= {liar}, f"seed {seed}"
        wanted = next(View(view) for view in range(one.state.view + 1, one.state.view + 5) if view % 4 != liar)
        for sender in others:
            one.hear(sender, view_change(wanted))
        assert one.state.view == wanted, f"seed {seed}"


@pytest.mark.parametrize("replica", [0, 1, 3])
def test_messages_of_everybody_at_random_raise_nothing_either__t_i3(replica: int) -> None:
    """More liars than the committee bears: nothing is promised but that the replica stands, and within its bounds."""
    for seed in range(30):
        chance = random.Random(seed)
        one = One(replica)
        one.hold(batch())
        for _ in range(40):
            sender = chance.choice([each for each in range(4) if each != replica])
            tell(one, sender, [any_item(chance, DIGESTS) for _ in range(chance.randrange(1, 4))])
            assert broken(one.state) == [], f"seed {seed}"


def final_blocks(count: int) -> Iterator[tuple[BatchReference, CertifiedBlock]]:
    """A chain of blocks as the others have it, each with its batch; its headers follow each other in a fake ledger."""
    source = One(0)
    for number in range(1, count + 1):
        reference = batch(2, number)
        content = proposal(reference)
        block = certified(source.header(content), content, (0, 2, 3))
        source.hold(reference)
        source.hear(3, block)
        source.execute(content)
        yield reference, block


def test_however_much_one_event_decides_the_stack_stays_as_it_is__t_i4() -> None:
    """64 final blocks wait for their payload. The first batch is the last to come: one step then decides them all."""
    one = One(1)
    (first, *rest) = final_blocks(BLOCKS_AHEAD_MAX)
    for reference, block in (*reversed(rest), first):
        one.hear(3, block)
        if reference.number > 1:
            one.state.requests.store(reference, tick=0)
    with shallow():
        one.hold(first[0])
    assert len(one.ready.decided) == BLOCKS_AHEAD_MAX


def test_f_plus_1_members_that_run_through_views_do_not_deepen_the_stack__t_i4() -> None:
    one = One(1)
    with shallow():
        for view in range(1, 500):
            for sender in (2, 3):
                one.hear(sender, view_change(view))
            one.fire()
    assert one.state.view == 499


@contextmanager
def shallow() -> Iterator[None]:
    """Within, Python refuses to go 40 calls deeper than here: a step takes about 15."""
    depth, limit = len(inspect.stack(0)), sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 40)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
