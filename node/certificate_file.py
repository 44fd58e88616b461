"""Writes the certificate that a client takes away: everything a third party needs besides the charter.

The form is defined in docs/CERTIFICATE.md; quorate/verifier/checks.py reads it and shares no code with this file.
"""

import json
from collections.abc import Sequence

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import leaf_hash, merkle_path
from consensus.messages import CertificateVote, CertifiedBlock
from ledger.charter import Charter, chain_id
from ledger.envelope import Envelope, transaction_ids
from ledger.receipts import Receipt

CERTIFICATE_FORMAT = "quorate-certificate/1"
"""The first field of the file; a change of form changes it."""


def certificate_file(
    charter: Charter,
    certified: CertifiedBlock,
    envelope: Envelope,
    index: int,
    block_ids: Sequence[Digest],
    receipts: Sequence[Receipt],
    position: int,
) -> bytes:
    """Return the file for transaction `index` of `envelope`, which is transaction `position` of the certified block.

    `block_ids` and `receipts` are those of the whole block, in order. The file is compact JSON without a byte to spare.
    """
    chain = chain_id(charter)
    ids = transaction_ids(envelope, chain=chain)
    assert block_ids[position] == ids[index], "the envelope's transaction stands at this position of the block"
    assert len(receipts) == len(block_ids), "a block has one receipt for each transaction"
    content = {
        "format": CERTIFICATE_FORMAT,
        "chain": chain.hex(),
        "header": encode(certified.header).hex(),
        "votes": [_vote(vote) for vote in certified.votes],
        "envelope": {
            "account": envelope.account,
            "public_key": envelope.public_key.hex(),
            "count": len(ids),
            "index": index,
            "path": _hexadecimal(merkle_path(ids, index)),
            "signature": envelope.signature.hex(),
        },
        "transaction": encode(envelope.transactions[index]).hex(),
        "block": {
            "sides": path_sides(position, len(block_ids)),
            "transaction_path": _hexadecimal(merkle_path(block_ids, position)),
            "receipt_path": _hexadecimal(merkle_path([leaf_hash(encode(each)) for each in receipts], position)),
        },
        "receipt": encode(receipts[position]).hex(),
    }
    return json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def path_sides(index: int, count: int) -> str:
    """Return on which side each sibling of leaf `index` of `count` stands, lowest first: `l` or `r`."""
    sides, last = "", count - 1
    while last:
        if index & 1:
            sides += "l"
        elif index < last:
            sides += "r"
        index >>= 1
        last >>= 1
    return sides


def _vote(vote: CertificateVote) -> dict[str, object]:
    return {
        "sender": vote.sender,
        "index": vote.index,
        "count": vote.count,
        "path": _hexadecimal(vote.path),
        "signature": vote.signature.hex(),
    }


def _hexadecimal(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]
