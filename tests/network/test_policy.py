from random import Random

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.bundle import Bundle
from consensus.messages import Commit, Prepare
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from network.bus import Channel
from network.policy import LinkPolicy, corrupted, passages, tags_of


def test_a_policy_without_names_concerns_everything():
    assert LinkPolicy(drop=1).concerns("ant", "jd", Channel.VOTES, frozenset())


def test_a_policy_concerns_what_it_names_and_nothing_else():
    policy = LinkPolicy(("ant",), ("jd",), (Channel.VOTES,), ("commit",), drop=1)
    tags = frozenset({"commit"})
    assert policy.concerns("ant", "jd", Channel.VOTES, tags)
    assert not policy.concerns("jd", "ant", Channel.VOTES, tags)
    assert not policy.concerns("ant", "tencent", Channel.VOTES, tags)
    assert not policy.concerns("ant", "jd", Channel.INBOX, tags)
    assert not policy.concerns("ant", "jd", Channel.VOTES, frozenset({"prepare"}))


def test_tags_name_the_frame_and_its_items():
    digest = Digest(bytes(32))
    votes = (Prepare(View(0), SequenceNumber(1), digest), Commit(View(0), SequenceNumber(1), digest))
    bundle = Bundle(Epoch(0), ReplicaId(1), votes, Signature(bytes(64)))
    assert tags_of(encode(bundle)) == {"bundle", "prepare", "commit"}


def test_bytes_that_are_no_frame_have_no_tags():
    assert tags_of(b"") == tags_of(b"\xc1") == tags_of(encode(7)) == frozenset()


def test_certain_loss_lets_nothing_pass_and_no_policy_everything():
    assert passages(b"x", [LinkPolicy(drop=1)], Random(1)) == []
    (only,) = passages(b"x", [], Random(1))
    assert (only.payload, only.delay_ms, only.in_order) == (b"x", 0, True)


def test_delays_of_several_policies_add_up():
    policies = [LinkPolicy(delay_ms=30), LinkPolicy(delay_ms=12, delay_ms_spread=5)]
    delays = {passages(b"x", policies, Random(seed))[0].delay_ms for seed in range(60)}
    assert delays == set(range(42, 48))


def test_a_copy_comes_after_its_original_and_out_of_order():
    first, copy = passages(b"x", [LinkPolicy(duplicate=1)], Random(1))
    assert copy.payload == first.payload
    assert first.in_order
    assert not copy.in_order
    assert copy.delay_ms >= first.delay_ms


def test_reordered_messages_may_overtake():
    (only,) = passages(b"x", [LinkPolicy(reorder=1)], Random(1))
    assert not only.in_order


def test_corruption_changes_one_byte_always():
    for seed in range(200):
        (only,) = passages(b"abcd", [LinkPolicy(corrupt=1)], Random(seed))
        assert sum(a != b for a, b in zip(only.payload, b"abcd", strict=True)) == 1
    assert corrupted(b"", Random(1)) == b""
