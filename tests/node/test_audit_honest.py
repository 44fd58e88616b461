"""An honest member's database passes its audit, wherever loss, reordering and kills left it."""

from pathlib import Path
from random import Random

import pytest

from node.home.keys import KeyPair
from tests.node.audited_chain import AuditedChain, envelope
from tests.node.core_cluster import CoreCluster
from tests.node.test_core import founded


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [1, 4])
def test_a_killed_members_database_has_no_findings(tmp_path: Path, seed: int, size: int) -> None:
    charter, keys = founded(size)
    operators = [KeyPair.from_seed(bytes([100 + index]) * 32) for index in range(size)]
    random = Random(seed)
    cluster = CoreCluster(charter, keys, tmp_path, seed=seed)
    cluster.loses = lambda source, target, payload: random.random() < 0.05
    chain = AuditedChain(charter, [member.path for member in cluster.members])
    for name in range(60):
        gateway = random.randrange(size)
        cluster.submit(cluster.members[gateway], envelope(charter, operators[gateway], gateway, name))
        for _ in range(random.randrange(60)):
            cluster.deliver_one()
        if random.random() < 0.5:
            cluster.pass_time(random.choice([10, 100, 500]))
        if name % 4 == 3:
            victim = cluster.members[random.randrange(size)]
            cluster.crash(victim)
            audited = chain.audit(victim.path, victim.index)
            assert [str(finding) for finding in audited.findings] == []
            assert audited.ledger is not None
            cluster.restart(victim)
    cluster.loses = lambda source, target, payload: False
    cluster.pass_time(5_000)
    assert min(member.core.explain().certified for member in cluster.members) > 20
    cluster.close()
    for member in cluster.members:
        assert [str(each) for each in chain.audit(member.path, member.index).findings] == []
