"""The ledger's judge: real keys, real votes; whom two signatures convict, and nobody else (R8.3)."""

import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.bundle import seal
from consensus.messages import (
    BlockVote,
    Commit,
    Equivocation,
    Item,
    NamedViewChange,
    NewView,
    Prepare,
    ViewChange,
)
from consensus.types import Epoch, ReplicaId, SequenceNumber, View
from ledger.charter import Charter
from ledger.judge import Guilt
from ledger.operations.accounts import AccountState
from ledger.operations.statements import EVIDENCE_BYTES_MAX, ReportSuspicious, SubmitEvidence
from node.audit.database import audit
from node.client import Refused as ClientRefused
from node.home.keys import KeyPair, verify_signature
from node.judge import judge_of
from node.register import Register
from tests.ledger.world import charter as unsigned_charter
from tests.node.audited_chain import editing
from tests.node.one_member import one_member

KEYS = [KeyPair.from_seed(bytes([index]) * 32) for index in range(8)]
D1, D2 = Digest(b"1" * 32), Digest(b"2" * 32)


def charter(name: str = "judged") -> Charter:
    """The world's, with node keys that can sign."""
    found = unsigned_charter()
    members = tuple(
        msgspec.structs.replace(member, node_key=KEYS[index].public_key) for index, member in enumerate(found.members)
    )
    return msgspec.structs.replace(found, name=name, members=members)


REGISTER = Register.of(charter())
JUDGE = judge_of(REGISTER, verify_signature)


def proof(
    first: Item, second: Item, *, sender: int = 2, key: int | None = None, chain: Digest | None = None, epoch: int = 0
) -> Equivocation:
    """Two statements of one replica, each in a bundle with another item."""
    votes = []
    for said in (first, second):
        bundle = seal(
            [Commit(View(9), SequenceNumber(9), D1), said],
            chain=chain or REGISTER.chain,
            epoch=Epoch(epoch),
            sender=ReplicaId(sender),
            sign=KEYS[sender if key is None else key].sign,
        )
        votes.append(bundle.signed_items()[1].certificate_vote())
    return Equivocation(first, votes[0], second, votes[1])  # type: ignore[arg-type]


def prepare(digest: Digest, *, view: int = 3, sequence: int = 17) -> Prepare:
    """A PREPARE."""
    return Prepare(View(view), SequenceNumber(sequence), digest)


def new_view(digest: Digest) -> NewView:
    """A NEW-VIEW that names one VIEW-CHANGE."""
    return NewView(View(2), (NamedViewChange(ReplicaId(0), digest),))


LIE = proof(prepare(D1), prepare(D2))


@pytest.mark.parametrize(
    ("shown", "offence"),
    [
        (LIE, "prepare-3-17"),
        (Equivocation(LIE.second, LIE.second_vote, LIE.first, LIE.first_vote), "prepare-3-17"),
        (proof(Commit(View(0), SequenceNumber(1), D1), Commit(View(0), SequenceNumber(1), D2)), "commit-0-1"),
        (proof(BlockVote(SequenceNumber(5), D1), BlockVote(SequenceNumber(5), D2)), "block-vote-0-5"),
        (proof(new_view(D1), new_view(D2)), "new-view-2"),
    ],
)
def test_the_judge_convicts_whom_two_signatures_convict_and_nobody_else__r8_3(shown, offence):
    assert JUDGE(encode(shown)) == Guilt("jd", offence)


@pytest.mark.parametrize(
    "shown",
    [
        proof(prepare(D1), prepare(D1)),
        proof(prepare(D1), prepare(D2, view=4)),
        proof(prepare(D1), prepare(D2, sequence=18)),
        proof(prepare(D1), Commit(View(3), SequenceNumber(17), D2)),
        proof(prepare(D1), prepare(D2), key=1),
        proof(prepare(D1), prepare(D2), sender=6),
        proof(prepare(D1), prepare(D2), chain=D1),
        proof(prepare(D1), prepare(D2), epoch=1),
        Equivocation(LIE.first, LIE.first_vote, LIE.second, LIE.first_vote),
        proof(ViewChange(View(1), None, ()), ViewChange(View(1), None, ())),
    ],
)
def test_what_proves_nothing_convicts_nobody__r8_3(shown):
    assert JUDGE(encode(shown)) is None


def test_garbage_convicts_nobody_and_raises_nothing__r8_3():
    good = encode(LIE)
    for shown in (b"\0", b"", good[:-1], good + b"\0", bytes(EVIDENCE_BYTES_MAX), b"\xc1" * 100):
        assert JUDGE(shown) is None
    for place in range(len(good)):
        assert JUDGE(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]) is None


def test_offences_are_names_that_can_stand_in_a_key_of_the_state():
    huge = proof(prepare(D1, view=2**53, sequence=2**53), prepare(D2, view=2**53, sequence=2**53))
    guilt = JUDGE(encode(huge))
    assert guilt is not None
    assert guilt.offence == f"prepare-{2**53}-{2**53}"


async def test_a_member_that_contradicted_itself_is_suspended_by_every_node_that_runs_the_block__r8_3(tmp_path):
    async with one_member(tmp_path) as member:
        sign = member.keys["ant"].node.sign
        votes = []
        for digest in (D1, D2):
            said: list[Item] = [prepare(digest)]
            bundle = seal(said, chain=member.chain, epoch=Epoch(0), sender=ReplicaId(0), sign=sign)
            votes.append(bundle.signed_items()[0].certificate_vote())
        lie = Equivocation(prepare(D1), votes[0], prepare(D2), votes[1])
        tencent = member.operator("tencent")
        (reply,) = await member.client.finalise(tencent.seal(SubmitEvidence(encode(lie))))
        assert reply.receipt is not None
        assert reply.receipt.refusals == ()
        assert reply.receipt.events[0].params["member"] == "ant"
        accused = await member.client.account("ant")
        assert accused.operator_state is AccountState.SUSPENDED
        with pytest.raises(ClientRefused, match="suspended"):
            await member.client.finalise(member.operator("ant").seal(ReportSuspicious("jd", D1)))
        with pytest.raises(ClientRefused, match="was proved before"):
            await member.client.finalise(tencent.seal(SubmitEvidence(encode(lie))))
        path, charter_here = member.storage.path, member.charter
    with editing(path) as connection:
        connection.execute("UPDATE state SET value = x'00' WHERE key = CAST('account/jd' AS BLOB)")
    # A row that was edited makes the audit run every block again, and with it the evidence.
    audited = audit(path, charter=charter_here, member=ReplicaId(0))
    assert [(each.table, each.row) for each in audited.findings] == [("state", "key=account/jd")]
