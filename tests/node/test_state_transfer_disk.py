"""A ledger that was taken over whole, in a real database: restart, audit, and what an edit of it leads to."""

import sqlite3
from pathlib import Path

import pytest

from node import transfer
from node.admission import Admitted
from node.audit.database import audit
from node.storage.writer import Storage
from tests.node.core_cluster import CoreCluster, CoreMember
from tests.node.test_core import founded, registration

BLOCKS = 45

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CoreCluster:
    """Four members, the last of which just took a ledger over."""
    monkeypatch.setattr(transfer, "SNAPSHOT_BEHIND", 20)
    cluster = CoreCluster(*founded(4), tmp_path)
    cluster.crash(late(cluster))
    for name in range(BLOCKS):
        cluster.submit(cluster.members[0], registration(cluster, 0, name))
        cluster.settle()
    cluster.restart(late(cluster))
    cluster.pass_time(3_000)
    assert late(cluster).core.explain().certified == BLOCKS
    return cluster


def late(cluster: CoreCluster) -> CoreMember:
    return cluster.members[3]


def findings(member: CoreMember) -> list[str]:
    return [str(each) for each in audit(member.path, charter=member.charter, member=member.core._self).findings]


def test_it_has_no_block_below_and_everything_above(cluster: CoreCluster) -> None:
    with late(cluster).storage.reader() as reader:
        base = reader.base()
        assert base is not None
        assert base.header.height == 32
        assert reader.block(32) is None
        assert [each.header.height for each in reader.blocks(1, BLOCKS)] == list(range(33, BLOCKS + 1))
        assert list(reader.blocks_to_push(base.header.height, base.header.height, bytes_max=1)) == []
    cluster.close()


def test_it_passes_the_audit_and_is_born_again(cluster: CoreCluster) -> None:
    member = late(cluster)
    cluster.crash(member)
    assert findings(member) == []
    cluster.restart(member)
    assert member.core.ledger.state_root == cluster.members[0].core.ledger.state_root
    assert member.core.explain().stable == 32
    assert isinstance(cluster.submit(member, registration(cluster, 3, 1)), Admitted)
    cluster.settle()
    cluster.pass_time(1_000)
    assert [each.core.explain().certified for each in cluster.members] == [BLOCKS + 1] * 4
    cluster.close()
    assert findings(member) == []


@pytest.mark.parametrize("column", ["height", "header", "votes", "executed", "seal"])
def test_an_edit_of_where_it_begins_is_found(cluster: CoreCluster, column: str) -> None:
    cluster.close()
    with sqlite3.connect(late(cluster).path) as session:
        (value,) = session.execute(f"SELECT {column} FROM base").fetchone()
        other = value + 1 if isinstance(value, int) else value[:-1] + bytes([value[-1] ^ 1])
        session.execute(f"UPDATE base SET {column} = ?", (other,))
    found = findings(late(cluster))
    assert found
    assert all(each.startswith("base") for each in found)


def test_its_removal_is_found_and_so_is_an_edited_entry_of_the_ledger(cluster: CoreCluster) -> None:
    cluster.close()
    with sqlite3.connect(late(cluster).path) as session:
        session.execute("UPDATE state SET value = X'00' WHERE key = (SELECT min(key) FROM state)")
    assert any("state" in each for each in findings(late(cluster)))
    with sqlite3.connect(late(cluster).path) as session:
        session.execute("DELETE FROM base")
    assert any("was taken over at this height" in each for each in findings(late(cluster)))


def test_a_database_that_took_nothing_over_has_no_such_row(cluster: CoreCluster) -> None:
    member = cluster.members[0]
    cluster.close()
    assert isinstance(member.storage, Storage)
    assert findings(member) == []
    with sqlite3.connect(member.path) as session:
        assert session.execute("SELECT count(*) FROM base").fetchone() == (0,)
