"""What a member sends to one who lacks something, off its disk: blocks with their payloads, or batches alone."""

from collections.abc import Iterable, Iterator

from consensus.effects import PushBatches, PushBlocks
from network.bus import Channel
from node.core import Core
from node.effects import Outbound
from node.simulation.disk import Disk

PUSH_BYTES_MAX = 4 << 20
"""As in node/driver.py."""


def frames_of(push: PushBlocks | PushBatches, *, core: Core, disk: Disk) -> Iterator[Outbound]:
    """The frames of a push, in the order in which they leave."""
    to = core.member_of(push.to)
    if isinstance(push, PushBatches):
        yield from _payloads(to, [payload for each in push.digests if (payload := disk.batch(each)) is not None])
        return
    pushed = disk.blocks_to_push(push.first, push.last, bytes_max=PUSH_BYTES_MAX)
    for block in pushed:
        yield from _payloads(to, block.payloads)
    yield from core.seal_blocks(push.to, [each.certified for each in pushed])


def _payloads(to: str, payloads: Iterable[bytes]) -> Iterator[Outbound]:
    sent_bytes = 0
    for payload in payloads:
        sent_bytes += len(payload)
        if sent_bytes > PUSH_BYTES_MAX and sent_bytes > len(payload):
            return
        yield Outbound(Channel.INBOX, to, payload)
