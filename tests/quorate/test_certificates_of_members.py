"""Certificates made by real members, from their disks, checked by the verifier that shares nothing with them."""

from pathlib import Path

import pytest

from canonical.hashing import Digest
from ledger.charter import Charter, Member, Role, chain_id
from ledger.envelope import Envelope, Transaction, seal_envelope, transaction_ids
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.operations.table import Operation
from ledger.operations.works import RegisterWork
from node.admission import Admitted
from node.certificate_file import certificate_file
from node.home.charter_file import charter_to_json
from node.home.home import new_consortium
from node.home.keys import KeyPair
from quorate.verifier.checks import Contents, verify
from quorate.verifier.format import read_charter
from quorate.verifier.hashing import chain_id as chain_id_of_file
from tests.node.core_cluster import CoreCluster, CoreMember

OPERATORS = [KeyPair.from_seed(bytes([100 + index]) * 32) for index in range(7)]


@pytest.fixture
def cluster(tmp_path):
    nodes = [KeyPair.from_seed(bytes([index + 1]) * 32) for index in range(4)]
    members = tuple(
        Member(f"m{index}", f"Member {index}", "成员", Role.PLATFORM, True, key.public_key, OPERATORS[index].public_key)
        for index, key in enumerate(nodes)
    )
    made = CoreCluster(Charter(1, "test", 1_600_000_000_000, members, {"gifts_per_day": 5}), nodes, tmp_path, seed=7)
    yield made
    made.close()


def envelope_of(charter: Charter, platform: int, *names: int) -> Envelope:
    """A platform opens accounts, and asks for something that it may not."""
    keys = OPERATORS[platform]
    operations: list[Operation] = [
        RegisterAccount(f"m{platform}.p{name}", Digest(name.to_bytes(32, "big")), keys.public_key, (Claim.REAL_NAME,))
        for name in names
    ]
    refused = RegisterWork("scroll", "卷", "unknown", "m0", "catalogue", Digest(b"h" * 32), "C-1", ("m0",))
    transactions = tuple(Transaction(names[0] + n, 0, each) for n, each in enumerate((*operations, refused)))
    chain = chain_id(charter)
    return seal_envelope(f"m{platform}", transactions, chain=chain, public_key=keys.public_key, sign=keys.sign)


def certificate_from(member: CoreMember, envelope: Envelope, index: int) -> bytes:
    transaction = transaction_ids(envelope, chain=chain_id(member.charter))[index]
    with member.storage.reader() as reader:
        stored = reader.receipt(transaction)
        assert stored is not None
        certified = stored.block.certified()
        assert certified is not None
        ids = [receipt.transaction for receipt in stored.receipts]
        return certificate_file(
            member.charter, certified, envelope, index, ids, stored.receipts, position=stored.position
        )


def test_every_member_certifies_every_transaction_of_a_mixed_load(cluster):
    charter = cluster.members[0].charter
    charter_file = charter_to_json(charter)
    envelopes = [envelope_of(charter, n % 4, *range(10 * n + 1, 10 * n + 2 + n)) for n in range(8)]
    for n, envelope in enumerate(envelopes):
        assert isinstance(cluster.submit(cluster.members[n % 4], envelope), Admitted)
    cluster.settle()
    cluster.pass_time(2_000)
    statuses: set[str] = set()
    for member in cluster.members:
        for envelope in envelopes:
            for index in range(len(envelope.transactions)):
                report = verify(certificate_from(member, envelope, index), charter_file)
                assert report.holds, report.failed()
                assert isinstance(report.contents, Contents)
                statuses.add(report.contents.receipt.status)
    assert statuses == {"accepted", "refused"}


@pytest.mark.parametrize("members", [1, 4, 7, 9])
def test_charter_of_a_new_consortium_is_read_alike_by_nodes_and_verifier(tmp_path: Path, members):
    charter = new_consortium(
        tmp_path / "consortium",
        members=members,
        passphrase=None,
        founded_ms=1_625_000_000_000,
        parameters={"hold_hours_first": 90, "gifts_per_day": 1},
        policies={"set_policy": "ALL", "pause": "ANY"} if members > 1 else {},
        chains=("wenchang", "aa" * 32) if members > 4 else (),
    )
    read = read_charter((tmp_path / "consortium" / "charter.json").read_bytes())
    assert chain_id_of_file(read) == chain_id(charter)
    assert [member.node_key for member in read.voters()] == [member.node_key for member in charter.voters()]
