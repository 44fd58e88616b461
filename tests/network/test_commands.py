"""Commands of a story: only its own key commands, no number comes back, and nothing on the topic raises."""

from random import Random

import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from network.bus import Channel, DropReason
from network.commands import (
    COMMAND_BYTES_MAX,
    POLICIES_MAX,
    Acknowledgement,
    Command,
    CommandReader,
    Role,
    Sealed,
    read_acknowledgement,
    seal,
)
from network.policy import LinkPolicy
from node.home.keys import KeyPair, verify_signature

CHAIN = Digest(bytes(range(32)))
STORY, MEMBER = KeyPair.generate(), KeyPair.generate()
CUT = LinkPolicy(("ant",), ("jd",), (Channel.VOTES,), ("commit",), 0.5, 30, 5, 0.25, 0.125, 1.0)


@pytest.fixture
def reader():
    return CommandReader(chain=CHAIN, member="jd", key=STORY.public_key, verify=verify_signature)


def command(number=1, **fields):
    return Command(**{"chain": CHAIN, "member": "jd", "number": number, "seed": 7, **fields})


def said(value):
    return seal(value, sign=STORY.sign)


def test_a_command_comes_out_as_it_went_in(reader):
    whole = command(
        policies=(CUT, LinkPolicy(drop=1.0)), offset_ms=-60_000, drift_ppm=500, role=Role("flood", ("ant",), ("jd",))
    )
    assert reader.read(said(whole)) == whole


def test_a_member_s_key_commands_nobody(reader):
    assert reader.read(seal(command(), sign=MEMBER.sign)) is DropReason.COMMAND_UNSIGNED
    assert reader.number == 0


def test_a_changed_command_is_not_signed(reader):
    sealed = msgspec.msgpack.decode(said(command()), type=Sealed)
    other = encode(Sealed(encode(command(drift_ppm=9)), sealed.signature))
    assert reader.read(other) is DropReason.COMMAND_UNSIGNED


@pytest.mark.parametrize("other", [{"member": "ant"}, {"chain": Digest(bytes(32))}])
def test_a_command_for_somebody_else_is_none(reader, other):
    assert reader.read(said(command(**other))) is DropReason.COMMAND_MALFORMED


def test_an_old_number_is_refused_and_the_last_may_come_again(reader):
    first, second = said(command(1)), said(command(2))
    reader.read(first)
    assert reader.read(second) == command(2)
    assert reader.read(second) == command(2)
    assert reader.read(first) is DropReason.COMMAND_OLD


@pytest.mark.parametrize(
    "wrong",
    [
        {"policies": (LinkPolicy(drop=1.5),)},
        {"policies": (LinkPolicy(delay_ms=-1),)},
        {"policies": (CUT,) * (POLICIES_MAX + 1)},
        {"offset_ms": 10**12},
        {"drift_ppm": 200_000},
        {"number": 0},
        {"role": Role("x" * 101, (), ())},
    ],
)
def test_what_is_out_of_bounds_is_refused_though_it_is_signed(reader, wrong):
    assert reader.read(said(command(**wrong))) is DropReason.COMMAND_MALFORMED


def test_what_is_too_long_is_not_even_decoded(reader):
    assert reader.read(said(command()) + bytes(COMMAND_BYTES_MAX)) is DropReason.COMMAND_MALFORMED


def test_no_bytes_raise(reader):
    chance, good = Random(5), said(command(policies=(CUT,)))
    for _ in range(300):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] ^= chance.randrange(1, 256)
        assert isinstance(reader.read(bytes(broken)), DropReason)
        assert isinstance(reader.read(chance.randbytes(chance.randrange(80))), DropReason)


def test_the_longest_partition_fits():
    ids = tuple(f"{number:032}" for number in range(64))
    policies = tuple(LinkPolicy((each,), tuple(other for other in ids if other != each), drop=1.0) for each in ids)
    assert len(said(command(policies=policies))) < COMMAND_BYTES_MAX


def read(payload, *, member="jd", key=MEMBER.public_key):
    return read_acknowledgement(payload, chain=CHAIN, member=member, key=key, verify=verify_signature)


def test_an_acknowledgement_is_believed_from_its_member_only():
    told = Acknowledgement(CHAIN, "jd", 3, "no such part")
    assert read(seal(told, sign=MEMBER.sign)) == told
    assert read(seal(told, sign=STORY.sign)) is None
    assert read(seal(told, sign=MEMBER.sign), member="ant") is None
    assert read(b"") is None


def test_a_command_is_no_acknowledgement_and_the_other_way_round(reader):
    assert read(seal(command(), sign=MEMBER.sign)) is None
    assert reader.read(said(Acknowledgement(CHAIN, "jd", 3))) is DropReason.COMMAND_MALFORMED
