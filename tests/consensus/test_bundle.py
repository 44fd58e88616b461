"""bundle.py: one signature over many items, and each of them still provable on its own."""

import msgspec
import pytest

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from canonical.signing import Signature
from consensus.bundle import BUNDLE_ITEMS_MAX, Bundle, open_bundle, seal, signed_bytes
from consensus.certificate import is_said_by
from consensus.messages import Commit, Prepare
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from tests.consensus.makers import CHAIN, EPOCH, pre_prepare, prepare, sealed, sign_as, verify

OTHER_CHAIN = Digest(bytes(32))
READER = Reader(Bundle, size_max=1 << 20)


def items(count: int) -> list[Prepare]:
    return [Prepare(View(0), SequenceNumber(n + 1), CHAIN) for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 33, BUNDLE_ITEMS_MAX])
def test_what_is_sealed_opens_and_each_item_is_provable(count: int) -> None:
    bundle = sealed(2, *items(count))
    opened = open_bundle(bundle.bundle, chain=CHAIN, verify=verify)
    assert opened == bundle
    for signed in opened.signed_items()[:: max(1, count // 5)]:
        vote = signed.certificate_vote()
        assert signed.sender == 2
        assert isinstance(signed.item, Prepare)
        assert is_said_by(signed.item, vote, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)


def test_each_altered_field_is_noticed() -> None:
    bundle = sealed(2, *items(3)).bundle
    change = msgspec.structs.replace
    altered = [
        change(bundle, epoch=Epoch(1)),
        change(bundle, sender=ReplicaId(1)),
        change(bundle, items=bundle.items[:2]),
        change(bundle, items=(*bundle.items, bundle.items[0])),
        change(bundle, items=bundle.items[::-1]),
        change(bundle, items=(Prepare(View(1), SequenceNumber(1), CHAIN), *bundle.items[1:])),
        change(bundle, items=(Prepare(View(0), SequenceNumber(2), CHAIN), *bundle.items[1:])),
        change(bundle, items=(Prepare(View(0), SequenceNumber(1), OTHER_CHAIN), *bundle.items[1:])),
        change(bundle, signature=Signature(bytes(64))),
    ]
    assert [open_bundle(each, chain=CHAIN, verify=verify) for each in altered] == [None] * len(altered)


def test_prepare_cannot_be_replayed_as_commit__t_a1() -> None:
    message = prepare(pre_prepare(1))
    bundle = sealed(1, message)
    posing = msgspec.structs.replace(bundle.bundle, items=(Commit(message.view, message.sequence, message.digest),))
    assert open_bundle(posing, chain=CHAIN, verify=verify) is None
    vote = bundle.signed_items()[0].certificate_vote()
    said = Commit(message.view, message.sequence, message.digest)
    assert not is_said_by(said, vote, chain=CHAIN, epoch=EPOCH, committee=Committee(4), verify=verify)


def test_bundle_of_another_chain_or_epoch_does_not_open__t_a2() -> None:
    assert open_bundle(sealed(1, *items(1), chain=OTHER_CHAIN).bundle, chain=CHAIN, verify=verify) is None
    later = sealed(1, *items(1), epoch=Epoch(1)).bundle
    assert open_bundle(msgspec.structs.replace(later, epoch=EPOCH), chain=CHAIN, verify=verify) is None


def test_sender_is_whoever_signed__t_a4() -> None:
    forged = seal(items(1), chain=CHAIN, epoch=EPOCH, sender=ReplicaId(2), sign=sign_as(3)).bundle
    assert open_bundle(forged, chain=CHAIN, verify=verify) is None


def test_count_is_signed() -> None:
    """Without it a subtree's root could be passed off as the root of a smaller bundle."""
    parts = {
        signed_bytes(chain=CHAIN, epoch=EPOCH, sender=ReplicaId(1), count=count, root=CHAIN) for count in range(1, 300)
    }
    assert len(parts) == 299


def test_decoder_bounds_the_items__t_a8() -> None:
    bundle = sealed(1, *items(1)).bundle
    for count in (0, BUNDLE_ITEMS_MAX + 1):
        long = msgspec.structs.replace(bundle, items=tuple(items(count)))
        assert isinstance(READER.read(encode(long)), Malformed)
    full = msgspec.structs.replace(bundle, items=tuple(items(BUNDLE_ITEMS_MAX)))
    assert READER.read(encode(full)) == full


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signatures_of_another_length_are_malformed__t_a5(length: int) -> None:
    bundle = sealed(1, *items(1)).bundle
    assert isinstance(READER.read(encode(msgspec.structs.replace(bundle, signature=bytes(length)))), Malformed)


def test_a_bundle_without_items_is_never_sealed() -> None:
    with pytest.raises(AssertionError, match="1 to"):
        sealed(1)
    with pytest.raises(AssertionError, match="1 to"):
        sealed(1, *items(BUNDLE_ITEMS_MAX + 1))
