"""What somebody tries who wants `quorate verify` to say what is not so: with no key at all, with one, with f."""

import json

from nacl.signing import SigningKey

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.envelope import signed_bytes
from quorate.verifier.checks import verify
from tests.quorate.certificates import block_of, charter_json

BLOCK = block_of()
CHARTER = charter_json(BLOCK.charter)


def compact(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def test_a_stranger_cannot_put_his_key_in_the_place_of_the_one_that_signed():
    """He has a genuine certificate and a key of his own: the id binds the key, or the file would name his."""
    content = json.loads(BLOCK.certificate(1, 2))
    key = SigningKey(b"stranger".ljust(32, b"."))
    public_key = PublicKey(bytes(key.verify_key))
    identifier = BLOCK.ids[BLOCK.place(1, 2)]
    signed = signed_bytes(BLOCK.envelopes[1].account, public_key, (Digest(identifier),), chain=BLOCK.chain)
    content["envelope"] |= {
        "public_key": public_key.hex(),
        "count": 1,
        "index": 0,
        "path": [],
        "signature": key.sign(signed).signature.hex(),
    }
    assert not verify(compact(content), CHARTER).holds
