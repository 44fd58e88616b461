"""encoding.py: one value, one encoding; whatever else arrives is a value with a reason, at bounded cost."""

import tracemalloc

import msgpack
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canonical.encoding import Malformed, MalformedReason, Reader, encode
from consensus.bundle import Bundle
from consensus.messages import BlockVote, CertifiedBlock, Commit, Prepare, PrePrepare, SlotStatus, Status
from tests.canonical.golden import BUNDLE, GOLDEN

SIZE_MAX = 1 << 20
READER = Reader(Bundle, size_max=SIZE_MAX)
GOOD = encode(BUNDLE)


def reason(data: bytes, reader: Reader[Bundle] = READER) -> MalformedReason | None:
    found = reader.read(data)
    return found.reason if isinstance(found, Malformed) else None


def bundle_head(items: bytes) -> bytes:
    """A bundle's first fields, and `items` where its items should be."""
    return b"\x95" + encode("bundle") + encode(0) + encode(0) + items


MALFORMED = [
    (b"", MalformedReason.TRUNCATED),
    (GOOD[:-1], MalformedReason.TRUNCATED),
    (GOOD + b"\0", MalformedReason.TRUNCATED),
    (b"\xc1", MalformedReason.TRUNCATED),
    (b"\xc0", MalformedReason.UNEXPECTED),
    (b"\x00", MalformedReason.UNEXPECTED),
    (b"\x90", MalformedReason.UNEXPECTED),
    (b"\x80", MalformedReason.UNEXPECTED),
    (encode("bundle"), MalformedReason.UNEXPECTED),
    (encode(("bundle",)), MalformedReason.UNEXPECTED),
    (encode(("bundles", 0, 0, (), bytes(64))), MalformedReason.UNEXPECTED),
    (encode((b"bundle", 0, 0, (), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (), bytes(64))), MalformedReason.UNEXPECTED),
    (GOOD[:1].replace(b"\x95", b"\x96") + GOOD[1:] + b"\0", MalformedReason.UNEXPECTED),
    (encode(("bundle", -1, 0, (("commit", 0, 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 1024, (("commit", 0, 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", -1, 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 2**63, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 2**64 - 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 1.0, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, True, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, "1", bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 1, bytes(31)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 1, "x" * 32),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("commit", 0, 1, bytes(32), 0),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("quit", 0, 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, (("prepared", 0, 1, bytes(32)),), bytes(64))), MalformedReason.UNEXPECTED),
    (encode(("bundle", 0, 0, ((),), bytes(64))), MalformedReason.UNEXPECTED),
    (bundle_head(b"\xdd\xff\xff\xff\xff"), MalformedReason.UNEXPECTED),
    (bundle_head(b"\xdc\xff\xff"), MalformedReason.UNEXPECTED),
    (bundle_head(b"\xc6\xff\xff\xff\xff"), MalformedReason.TRUNCATED),
    (bundle_head(b"\xdf\xff\xff\xff\xff"), MalformedReason.UNEXPECTED),
    (b"\xdd\xff\xff\xff\xff", MalformedReason.TRUNCATED),
    (b"\x95\xdb\xff\xff\xff\xff", MalformedReason.TRUNCATED),
    (b"\x95\xa6\xff\xff\xff\xff\xff\xff", MalformedReason.TRUNCATED),
    (b"\xd4\x01\x00", MalformedReason.UNEXPECTED),
    (b"\xc9\xff\xff\xff\xff\x01", MalformedReason.TRUNCATED),
]


@pytest.mark.parametrize(("data", "expected"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_bytes_have_a_reason__t_a8(data: bytes, expected: MalformedReason) -> None:
    found = READER.read(data)
    assert isinstance(found, Malformed)
    assert found.reason is expected, found
    assert 0 < len(found.detail) <= 200


LONGER = [
    (b"\x95", b"\xdc\x00\x05"),
    (b"\x95", b"\xdd\x00\x00\x00\x05"),
    (b"\xa6bundle", b"\xd9\x06bundle"),
    (b"\xa6bundle\x00", b"\xa6bundle\xcc\x00"),
    (b"\xa6bundle\x00", b"\xa6bundle\xcf" + bytes(8)),
    (b"\xa6bundle\x00", b"\xa6bundle\xd0\x00"),
    (b"\xc4\x20", b"\xc5\x00\x20"),
    (b"\xc4\x40", b"\xc6\x00\x00\x00\x40"),
]


@pytest.mark.parametrize(("short", "long"), LONGER, ids=range(len(LONGER)))
def test_longer_encodings_of_the_same_value_are_refused__t_a11(short: bytes, long: bytes) -> None:
    assert short in GOOD
    data = GOOD.replace(short, long, 1)
    assert msgspec.msgpack.decode(data, type=Bundle) == BUNDLE, "a plain decoder takes it"
    assert reason(data) is MalformedReason.NON_CANONICAL


def test_oversized_input_is_refused_before_it_is_looked_at__t_a8() -> None:
    assert reason(bytes(SIZE_MAX + 1)) is MalformedReason.OVERSIZED
    assert reason(GOOD, Reader(Bundle, size_max=len(GOOD) - 1)) is MalformedReason.OVERSIZED
    assert reason(GOOD, Reader(Bundle, size_max=len(GOOD))) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x91" * SIZE_MAX,
        b"\x81" * SIZE_MAX,
        bundle_head(b"\x91" * (SIZE_MAX - 100)),
        bundle_head(b"\xdd\xff\xff\xff\xff" * 1000),
        bundle_head(b"\xdd\x00\x0f\xff\xff" + b"\x94" * 1000),
        b"\xdd\xff\xff\xff\xff" * (SIZE_MAX // 5),
        b"\xc6\xff\xff\xff\xff" + bytes(1000),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("expected", [Bundle, msgspec.Raw, CertifiedBlock])
def test_huge_claims_and_deep_nesting_cost_no_memory__t_a8(data: bytes, expected: type) -> None:
    reader: Reader[object] = Reader(expected, size_max=SIZE_MAX)
    tracemalloc.start()
    try:
        found = reader.read(data)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, Malformed)
    assert peak_bytes < 4 * SIZE_MAX


@given(st.binary(max_size=400))
@example(b"\x95\xa6bundle")
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(READER.read(data), Malformed)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_no_alteration_of_a_good_message_raises_and_what_is_read_is_canonical(at: int, patch: bytes) -> None:
    data = GOOD[:at] + patch + GOOD[at + len(patch) :]
    found = READER.read(data)
    assert isinstance(found, Malformed) or encode(found) == data


PRIMITIVES = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=9)


@given(st.recursive(PRIMITIVES, lambda inner: st.lists(inner, max_size=6), max_leaves=30))
def test_no_messagepack_value_raises(value: object) -> None:
    found = READER.read(msgpack.packb(value, use_bin_type=True))
    assert isinstance(found, Malformed)


NATURALS = st.integers(0, 2**63 - 1)
DIGESTS = st.binary(min_size=32, max_size=32)
VOTES = (
    st.builds(Prepare, NATURALS, NATURALS, DIGESTS)
    | st.builds(Commit, NATURALS, NATURALS, DIGESTS)
    | st.builds(BlockVote, NATURALS, DIGESTS)
)


@given(st.lists(VOTES, min_size=1, max_size=9).map(tuple), st.integers(0, 1023), st.binary(min_size=64, max_size=64))
def test_what_is_encoded_reads_back_and_plain_msgpack_agrees(
    items: tuple[Commit, ...], sender: int, signature: bytes
) -> None:
    bundle = Bundle(0, sender, items, signature)  # type: ignore[arg-type]
    data = encode(bundle)
    assert READER.read(data) == bundle
    plain = msgpack.unpackb(data, use_list=False)
    assert plain[:3] == ("bundle", 0, sender)
    assert msgpack.packb(plain, use_bin_type=True) == data, "the shortest form, by another encoder too"


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes(name: str) -> None:
    """The wire does not change by accident: whoever changes a message sees it here, and says so in CHANGELOG."""
    message, expected = GOLDEN[name]
    assert encode(message).hex() == expected


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes_read_back_by_us_and_by_plain_msgpack(name: str) -> None:
    message, expected = GOLDEN[name]
    data = bytes.fromhex(expected)
    assert Reader(type(message), size_max=1 << 16).read(data) == message
    plain = msgpack.unpackb(data, use_list=False)
    assert plain == flat(message)
    assert msgpack.packb(plain, use_bin_type=True) == data


def flat(value: object) -> object:
    """A message as nested tuples, tag first: what the offline verifier works with."""
    if isinstance(value, msgspec.Struct):
        tag = value.__struct_config__.tag
        fields = tuple(flat(getattr(value, field)) for field in value.__struct_fields__)
        return fields if tag is None else (tag, *fields)
    if isinstance(value, tuple):
        return tuple(map(flat, value))
    return value


def test_every_kind_of_message_has_golden_bytes() -> None:
    kinds = {type(message) for message, _ in GOLDEN.values()}
    assert kinds >= {PrePrepare, Prepare, Commit, BlockVote, Status, SlotStatus, CertifiedBlock, Bundle}


def test_encoding_what_messagepack_cannot_say_is_our_own_mistake() -> None:
    with pytest.raises(TypeError):
        encode(object())
