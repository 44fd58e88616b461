"""A ledger with a small life, certified with real keys: what statements, and the test vectors, are made of."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from consensus.messages import BlockHeader, CertifiedBlock, CheckpointProof, Proposal
from consensus.quorum import Committee
from consensus.types import Epoch, SequenceNumber
from ledger.charter import Charter, Role, chain_id, members_digest
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.execute import AuthoredBatch, BlockResult
from ledger.ledger import Ledger
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.freezes import FreezeAccount
from ledger.operations.measures import OpenDispute
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.subjects import SeriesSubject
from ledger.operations.table import Operation
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.operations.works import RegisterWork
from ledger.parameters import DAY_MS
from ledger.receipts import Status
from node.certificate_file import certificate_file
from node.gateway.queries.proofs import proof_reply
from node.statement_file import Kind, read_rows, statement_file
from tests.quorate.certificates import bundle_of, charter_of, public, signer

CONTENT = b"the picture itself"
NOW_MS = 1_625_000_100_000
TOKEN, UNSOLD, NEVER, WORK, HOLDER, POOR = (
    "scroll-a-0001", "scroll-a-0003", "scroll-a-0004", "scroll", "member-0.li", "member-0.wang",
)  # fmt: skip


def founded(voters: int = 4) -> Charter:
    """Platforms, and a registrar that votes last; any three of those who vote can freeze."""
    charter = charter_of(voters)
    *others, last = charter.members
    members = (*others, msgspec.structs.replace(last, role=Role.REGISTRAR))
    return msgspec.structs.replace(charter, members=members, parameters={"freeze_governors": 3})


class Life:
    """A work, a series of three, one sold; each block certified by a quorum."""

    def __init__(self, voters: int = 4) -> None:
        self.charter = founded(voters)
        self.chain = chain_id(self.charter)
        self.voters = voters
        self.ledger = Ledger.genesis(self.charter)
        self.results: dict[int, BlockResult] = {}
        self.envelopes: dict[int, Envelope] = {}
        self._nonces: dict[str, int] = {}
        self.times: dict[int, int] = {}
        self._later_ms = 0
        registrar = f"member-{voters - 1}"
        content = Digest(sha256(CONTENT).digest())
        self.block(
            registrar,
            RegisterWork(WORK, "Scroll", "unknown", "Hunan Museum", "Catalogue 1", content, "C-1", ("member-0",)),
        )
        claims = (Claim.OVER_18, Claim.REAL_NAME)
        disclosure = Disclosure("A digital edition of the scroll.", "Private viewing.")
        self.block(
            "member-0",
            *(
                RegisterAccount(name, Digest(sha256(name.encode()).digest()), public(name), claims)
                for name in (HOLDER, POOR)
            ),
            CreateSeries(
                "scroll-a", WORK, "Scroll, first series", 3, 1_990, ("member-0",),
                (Anchor(AnchorKind.EXHIBIT, "Hall 3"),), disclosure,
            ),
            MintBatch("scroll-a", 3),
            SealSeries("scroll-a"),
        )  # fmt: skip
        self.block("member-0", Issue("scroll-a", HOLDER, 1_990, Digest(bytes(32)), "CNY"))

    def block(self, account: str, *operations: Operation, accepted: bool = True) -> BlockResult:
        """One block with one envelope."""
        first = self._nonces.get(account, 0) + 1
        self._nonces[account] = first + len(operations) - 1
        transactions = tuple(Transaction(first + place, 0, each) for place, each in enumerate(operations))
        name = account.replace("member-", "operator-") if "." not in account else account
        envelope = seal_envelope(
            account, transactions, chain=self.chain, public_key=PublicKey(public(name)), sign=signer(name)
        )
        height = self.ledger.height + 1
        self.times[height] = NOW_MS + height + self._later_ms
        result = self.ledger.execute(height, self.times[height], [AuthoredBatch(0, height, (envelope,))])
        assert not accepted or all(each.status is Status.ACCEPTED for each in result.receipts), result.receipts
        self.results[height], self.envelopes[height] = result, envelope
        return result

    @classmethod
    def held(cls) -> "Life":
        """One in which everything holds the token that was sold, or ends it, save a takedown."""
        life, until_ms = cls(), NOW_MS + 5 * DAY_MS
        life.block("member-0", WindDown(SeriesSubject("scroll-a"), "the series is sold out"))
        life.block(HOLDER, ChooseHoldOrRefund(TOKEN, Choice.REFUND))
        for member in ("member-0", "member-1", "member-2"):
            life.block(member, FreezeAccount(HOLDER, "a report of fraud", "member-0.case-2", until_ms))
            life.block(member, OpenDispute(WORK, "another says he made it", "member-0.case-4", until_ms))
        return life

    def later(self, time_ms: int) -> None:
        """Let time pass before the next block."""
        self._later_ms += time_ms

    def certified(self, height: int) -> CheckpointProof:
        """The header of a block with the votes of a bare quorum."""
        result = self.results[height]
        header = BlockHeader(
            height=SequenceNumber(height),
            parent=Digest(b"p" * 32),
            epoch=Epoch(0),
            proposal=Digest(b"d" * 32),
            timestamp_ms=self.times[height],
            transactions_root=result.transactions_root,
            receipts_root=result.receipts_root,
            state_root=result.state_root,
            compliance_root=result.compliance_root,
            next_members=members_digest(self.charter.voters()),
        )
        bundles = (bundle_of(header, chain=self.chain, member=i) for i in range(Committee(self.voters).quorum))
        return CheckpointProof(header, tuple(each.signed_items()[1].certificate_vote() for each in bundles))

    def certificate(self, height: int, index: int) -> bytes:
        """The file of one transaction of a block."""
        result, certified = self.results[height], self.certified(height)
        block = CertifiedBlock(certified.header, Proposal((), certified.header.timestamp_ms), certified.votes)
        ids, receipts = result.transaction_ids, result.receipts
        return certificate_file(self.charter, block, self.envelopes[height], index, ids, receipts, index)

    def statement(self, kind: Kind, subject: str) -> bytes:
        """The file, as of the last block; its rows are proved whether or not they say what the kind wants."""
        height = self.ledger.height
        certified = self.certified(int(subject) if kind is Kind.COMPLIANCE else height)
        if kind is Kind.COMPLIANCE:
            report = self.results[int(subject)].compliance
            return statement_file(self.chain, kind, subject, proof_reply(certified, {}, ()), report)
        view = self.ledger.at(height)
        assert view is not None
        read_rows(view, kind, subject)
        return self.stated(kind, subject, view.state.reads)

    def stated(self, kind: Kind, subject: str, rows: Iterable[str]) -> bytes:
        """A file with any rows of the last block's state, whatever is stated of whatever."""
        height, values = self.ledger.height, {key.decode(): value for key, value in self.ledger.entries()}
        keys = list(rows)
        proofs = self.ledger.prove_at(height, [key.encode() for key in keys])
        assert proofs is not None
        proof = proof_reply(self.certified(height), {key: values.get(key) for key in keys}, proofs)
        return statement_file(self.chain, kind, subject, proof, None)


GOOD: tuple[tuple[Kind, str], ...] = (
    (Kind.OWNERSHIP, TOKEN),
    (Kind.OWNERSHIP, UNSOLD),
    (Kind.COPYRIGHT, WORK),
    (Kind.ABSENCE, NEVER),
    (Kind.ABSENCE, "vase-0001"),
    (Kind.HOLDINGS, HOLDER),
    (Kind.HOLDINGS, POOR),
    (Kind.HOLDINGS, "member-0.nobody"),
    (Kind.COMPLIANCE, "2"),
)
"""Every kind, with a subject of which it can be said."""
