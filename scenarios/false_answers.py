"""A gateway that lies to its clients: it calls final what nobody ordered, or says that a final one came out otherwise.

It has one key, its own. So it can make a header, and vote for it; the votes of others it can only claim. Its proofs are
as good as any, but for that.
"""

import json
from dataclasses import dataclass, field
from random import Random

import msgspec

from canonical.encoding import Reader, encode
from canonical.hashing import Digest
from canonical.merkle import merkle_root, root_of_hashes
from canonical.signing import Sign
from consensus.bundle import seal
from consensus.messages import BlockHeader, BlockVote, CertifiedBlock, Proposal, header_digest
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber
from ledger.charter import Charter, chain_id, members_digest
from ledger.envelope import Envelope, transaction_ids
from ledger.receipts import Receipt, Status
from node.certificate_file import certificate_file

LIE_TO_CLIENTS = "lie-to-clients"

FALSE_ANSWERS = {LIE_TO_CLIENTS: "Calls final at its gateway what nobody ordered, and false what came out true."}
"""Ways to lie at a gateway, and what they are."""

HEIGHT_AHEAD = 1
"""The block that it makes up is the one above the last that it knows."""

_RECEIPTS = Reader(Receipt, size_max=1 << 20)


@dataclass(slots=True)
class FalseTongue:
    """What one member says to its clients in place of the truth."""

    charter: Charter
    replica: ReplicaId
    sign: Sign
    chance: Random
    _chain: Digest = field(init=False)

    def __post_init__(self) -> None:
        """Name the chain."""
        self._chain = chain_id(self.charter)

    def too_early(self, envelope: Envelope, *, height: int, timestamp_ms: int) -> bytes:
        """The proof, as good as it can be made, that an envelope's first transaction is final above `height`."""
        ids = transaction_ids(envelope, chain=self._chain)
        receipts = tuple(Receipt(each, Status.ACCEPTED, (), ()) for each in ids)
        header = BlockHeader(
            height=SequenceNumber(height + HEIGHT_AHEAD),
            parent=self._nothing(),
            epoch=Epoch(0),
            proposal=self._nothing(),
            timestamp_ms=timestamp_ms,
            transactions_root=root_of_hashes(ids),
            receipts_root=merkle_root([encode(each) for each in receipts]),
            state_root=self._nothing(),
            compliance_root=self._nothing(),
            next_members=members_digest(self.charter.voters()),
        )
        vote = BlockVote(header.height, header_digest(header, chain=self._chain))
        sealed = seal([vote], chain=self._chain, epoch=Epoch(0), sender=self.replica, sign=self.sign)
        own = sealed.signed_items()[0].certificate_vote()
        quorum = range(Committee(len(self.charter.voters())).quorum)
        votes = tuple(msgspec.structs.replace(own, sender=ReplicaId(each)) for each in quorum)
        block = CertifiedBlock(header, Proposal((), timestamp_ms), votes)
        return certificate_file(self.charter, block, envelope, 0, ids, receipts, 0)

    def final(self, content: bytes) -> bytes:
        """What is said of a transaction that is final: its true certificate, or, as often, `otherwise`."""
        return self.otherwise(content) if self.chance.random() < 0.5 else content

    def otherwise(self, content: bytes) -> bytes:
        """A true certificate in which the receipt says the opposite."""
        file = json.loads(content)
        receipt = _RECEIPTS.read(bytes.fromhex(file["receipt"]))
        assert isinstance(receipt, Receipt), "what this member certified itself can be read"
        opposite = Status.REFUSED if receipt.status is Status.ACCEPTED else Status.ACCEPTED
        file["receipt"] = encode(msgspec.structs.replace(receipt, status=opposite)).hex()
        return json.dumps(file, separators=(",", ":")).encode("ascii")

    def _nothing(self) -> Digest:
        return Digest(self.chance.randbytes(32))
