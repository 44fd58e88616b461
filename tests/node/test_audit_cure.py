"""The cure that a refusal to start names: a member whose database was moved away comes back by itself."""

from pathlib import Path

import pytest

from node.admission import Unavailable
from node.audit.database import audit
from node.core import RETRY_AFTER_MS
from node.home.keys import KeyPair
from tests.node.audited_chain import envelope
from tests.node.core_cluster import CoreCluster
from tests.node.test_core import founded


@pytest.mark.slow
def test_a_member_whose_database_was_moved_away_catches_up_and_is_mute_until_it_knows_what_it_signed(
    tmp_path: Path,
) -> None:
    charter, keys = founded(4)
    operator = KeyPair.from_seed(bytes([100]) * 32)
    cluster = CoreCluster(charter, keys, tmp_path)
    for name in range(40):
        cluster.submit(cluster.members[name % 2 * 3], envelope(charter, operator, 0, name))
        cluster.settle()
    patient = cluster.members[3]
    cluster.crash(patient)
    for suffix in ("", "-wal", "-shm"):
        path = patient.path.with_name(patient.path.name + suffix)
        if path.exists():
            path.rename(path.with_name(path.name + ".away"))
    cluster.restart(patient)
    cluster.pass_time(5_000)
    assert patient.core.explain().certified == 40
    refused = cluster.submit(patient, envelope(charter, operator, 0, 41))
    assert refused == Unavailable("this member is mute until block 160: disk was lost", RETRY_AFTER_MS)
    cluster.submit(cluster.members[0], envelope(charter, operator, 0, 41))
    cluster.settle()
    cluster.pass_time(2_000)
    assert [member.core.explain().certified for member in cluster.members] == [41] * 4
    cluster.close()
    assert [str(each) for each in audit(patient.path, charter=charter, member=patient.core._self).findings] == []
