"""A checkpoint that becomes stable in the very turn in which its votes are cast."""

from pathlib import Path

from node.home.keys import KeyPair
from tests.node.audited_chain import envelope
from tests.node.core_cluster import CoreCluster
from tests.node.test_core import founded


def test_a_member_that_hears_of_everything_in_one_turn_reaches_the_checkpoint(tmp_path: Path) -> None:
    """Member 3 gets 33 blocks' frames at once: it votes for block 32 and sees it certified before its disk has both."""
    charter, keys = founded(4)
    cluster = CoreCluster(charter, keys, tmp_path)
    operator = KeyPair.from_seed(bytes([100]) * 32)
    late: list[tuple[str, object, str, bytes]] = []
    slow = cluster.members[3]
    for name in range(33):
        cluster.submit(cluster.members[0], envelope(charter, operator, 0, name))
        while cluster.wire:
            late += [frame for frame in cluster.wire if frame[0] == slow.id]
            cluster.wire = [frame for frame in cluster.wire if frame[0] != slow.id]
            cluster.deliver_one()
    for _, channel, topic, payload in late:
        slow.core.receive(channel, topic, payload, cluster.now_ms)  # type: ignore[arg-type]
    cluster.perform(slow)
    assert slow.core.explain().stable == 32
    cluster.pass_time(2_000)
    assert [member.core.explain().certified for member in cluster.members] == [33] * 4
    cluster.close()
