"""A small chain in memory, signed with real keys: what the verifier's tests take certificates from."""

import json
from dataclasses import dataclass

from nacl.signing import SigningKey

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.merkle import merkle_root, root_of_hashes
from canonical.signing import PublicKey, Sign, Signature
from consensus.bundle import OpenBundle, seal
from consensus.messages import BlockHeader, BlockVote, CertifiedBlock, Commit, Proposal, header_digest
from consensus.quorum import Committee
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from ledger.charter import Charter, Member, Role, chain_id, members_digest
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.operations.series import Mint, SealSeries
from ledger.receipts import Event, Receipt, Refusal, Status
from node.certificate_file import certificate_file

HEIGHT = SequenceNumber(17)


def key(name: str) -> SigningKey:
    """The same key for the same name, always."""
    return SigningKey(name.encode().ljust(32, b"."))


def public(name: str) -> PublicKey:
    return PublicKey(bytes(key(name).verify_key))


def signer(name: str) -> Sign:
    return lambda content: Signature(key(name).sign(content).signature)


def charter_of(voters: int) -> Charter:
    members = tuple(
        Member(
            f"member-{i}", f"Member {i}", f"成员{i}", Role.PLATFORM, True, public(f"node-{i}"), public(f"operator-{i}")
        )
        for i in range(voters)
    )
    notary = Member("notary", "Notary", "公证处", Role.NOTARY, False, public("node-notary"), public("operator-notary"))
    return Charter(1, "Test chain", 1_625_000_000_000, (notary, *members), {"first_hold_days": 180, "a_later_name": 3})


def charter_json(charter: Charter) -> bytes:
    """The charter as its file has it: indented, keys in hexadecimal."""
    members = [
        {
            "id": member.id,
            "name": member.name,
            "name_zh": member.name_zh,
            "role": str(member.role),
            "votes": member.votes,
            "node_key": member.node_key.hex(),
            "operator_key": member.operator_key.hex(),
        }
        for member in charter.members
    ]
    content = {
        "version": charter.version,
        "name": charter.name,
        "founded_ms": charter.founded_ms,
        "members": members,
        "parameters": charter.parameters,
    }
    if charter.policies:
        content["policies"] = charter.policies
    if charter.chains:
        content["chains"] = charter.chains
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


@dataclass(frozen=True)
class Block:
    """A certified block of three envelopes, its parts at hand for tests that put them together wrongly."""

    charter: Charter
    chain: Digest
    envelopes: tuple[Envelope, ...]
    ids: tuple[Digest, ...]
    receipts: tuple[Receipt, ...]
    header: BlockHeader
    bundles: tuple[OpenBundle, ...]
    """Each voter's, its block vote at index 1 of 3."""

    def certified(self, voters: tuple[int, ...] | None = None) -> CertifiedBlock:
        """The block with the votes of `voters`, by default of a bare quorum."""
        chosen = range(Committee(len(self.bundles)).quorum) if voters is None else voters
        votes = tuple(self.bundles[i].signed_items()[1].certificate_vote() for i in chosen)
        return CertifiedBlock(self.header, Proposal((), self.header.timestamp_ms), votes)

    def place(self, envelope: int, index: int) -> int:
        """Where a transaction stands in the block."""
        return sum(len(each.transactions) for each in self.envelopes[:envelope]) + index

    def certificate(self, envelope: int = 1, index: int = 2, voters: tuple[int, ...] | None = None) -> bytes:
        """The certificate file of one transaction."""
        return certificate_file(
            self.charter,
            self.certified(voters),
            self.envelopes[envelope],
            index,
            self.ids,
            self.receipts,
            self.place(envelope, index),
        )


def block_of(*, voters: int = 4, envelopes: tuple[int, ...] = (1, 5, 3), charter: Charter | None = None) -> Block:
    """A block with envelopes of so many transactions each, of a chain with so many voters."""
    charter = charter or charter_of(voters)
    chain = chain_id(charter)
    sealed = tuple(
        seal_envelope(
            f"member-0.person-{i}",
            tuple(
                Transaction(n + 1, 0, Mint(f"series-{n}") if n % 2 else SealSeries(f"series-{n}")) for n in range(count)
            ),
            chain=chain,
            public_key=public(f"person-{i}"),
            sign=signer(f"person-{i}"),
        )
        for i, count in enumerate(envelopes)
    )
    ids = tuple(each for envelope in sealed for each in transaction_ids(envelope, chain=chain))
    receipts = tuple(receipt_of(each, refused=i % 3 == 1) for i, each in enumerate(ids))
    header = BlockHeader(
        height=HEIGHT,
        parent=Digest(b"p" * 32),
        epoch=Epoch(0),
        proposal=Digest(b"d" * 32),
        timestamp_ms=1_625_000_001_234,
        transactions_root=root_of_hashes(ids),
        receipts_root=merkle_root([encode(each) for each in receipts]),
        state_root=Digest(b"s" * 32),
        compliance_root=Digest(b"c" * 32),
        next_members=members_digest(charter.voters()),
    )
    bundles = tuple(bundle_of(header, chain=chain, member=i) for i in range(voters))
    return Block(charter, chain, sealed, ids, receipts, header, bundles)


def bundle_of(header: BlockHeader, *, chain: Digest, member: int) -> OpenBundle:
    """What a voter says in a turn: a COMMIT, its vote for the block, another COMMIT."""
    items = (
        Commit(View(0), SequenceNumber(18), Digest(b"1" * 32)),
        BlockVote(header.height, header_digest(header, chain=chain)),
        Commit(View(0), SequenceNumber(19), Digest(b"2" * 32)),
    )
    return seal(items, chain=chain, epoch=header.epoch, sender=ReplicaId(member), sign=signer(f"node-{member}"))


def receipt_of(transaction: Digest, *, refused: bool) -> Receipt:
    if refused:
        reason = Refusal("E_SEALED", "R5.2", 5, "The series is sealed.", (("series", "s"),), 1_640_000_000_000)
        return Receipt(transaction, Status.REFUSED, (reason,), ())
    return Receipt(transaction, Status.ACCEPTED, (), (Event("minted", (("token", "series-1-0001"),)),))
