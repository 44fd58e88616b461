"""All brokers of one member: everything is published on every bus, and the first copy to arrive wins."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from random import Random

from canonical.hashing import Digest
from network.bus import BusCounters, BusLimits, Channel, DropReason, Inbound, LinkState, LinkStatus
from network.first_copy import FirstCopy
from network.inbox import Inbox
from network.link import Link
from network.topics import subscriptions, topic_of
from network.url import BusUrl


class Buses:
    """A member's end of one or several buses; implements `Bus`. Made and used inside a running loop."""

    def __init__(
        self,
        urls: Sequence[BusUrl],
        *,
        chain: Digest,
        member: str,
        members: Iterable[str],
        wake: Callable[[], None],
        random: Random,
        limits: BusLimits | None = None,
        on_change: Callable[[LinkStatus], None] | None = None,
        commanded: bool = False,
    ) -> None:
        """Prepare `member`'s end of the buses at `urls`; `members` are all whose topics matter, in any order.

        `wake` is called when something waits to be drained; `on_change` whenever a link's state changes. Who is
        `commanded` hears its control topic too.
        Raises: BadBusUrl where a file of certificates can not be read.
        """
        assert urls, "a member has at least one bus"
        others = sorted(set(members) - {member})
        limits = limits or BusLimits()
        topics = subscriptions(chain, member, others, commanded=commanded)
        self._counters = BusCounters()
        self._inbox = Inbox(topics, limits=limits, counters=self._counters, wake=wake)
        self._first_copy = FirstCopy(buses=len(urls), window=limits.duplicates_window) if len(urls) > 1 else None
        self._own = {
            channel: str(topic_of(chain, member, channel)).encode()
            for channel in (Channel.VOTES, Channel.BATCHES, Channel.REPORT)
        }
        self._inboxes = {other: str(topic_of(chain, other, Channel.INBOX)).encode() for other in others}
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._links = [
            Link(
                bus,
                url,
                member=member,
                topics=tuple(str(topic) for topic in topics),
                limits=limits,
                counters=self._counters,
                random=random,
                deliver=self._on_message,
                on_change=self._on_link_change,
            )
            for bus, url in enumerate(urls)
        ]

    @property
    def counters(self) -> BusCounters:
        """Running totals over all buses."""
        return self._counters

    def start(self) -> None:
        """Begin to connect to every broker; returns at once."""
        for link in self._links:
            link.start()

    def publish(self, channel: Channel, payload: bytes, *, to: str | None = None) -> None:
        """Queue `payload` on every bus: for everybody, or on the inbox channel for member `to`."""
        assert (channel is Channel.INBOX) == (to is not None), "the inbox channel has an addressee, no other has"
        assert to is None or to in self._inboxes, f"{to!r} is none of the other members"
        topic = self._own[channel] if to is None else self._inboxes[to]
        for link in self._links:
            link.publish(topic, payload)

    def drain(self, *, count_max: int = 1_024, bytes_max: int = 8 << 20) -> list[Inbound]:
        """Take what waits, a message from each topic in turn; `wake` is called again where something remains."""
        return self._inbox.drain(count_max=count_max, bytes_max=bytes_max)

    def links(self) -> tuple[LinkStatus, ...]:
        """How each broker's link is doing."""
        return tuple(link.status for link in self._links)

    async def connected(self) -> None:
        """Wait until every link is connected; the caller bounds the wait."""
        while any(link.status.state is not LinkState.CONNECTED for link in self._links):
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Send what is queued within half a second, disconnect, leave no task behind."""
        await asyncio.gather(*(link.close() for link in self._links))

    def _on_message(self, bus: int, topic: bytes, payload: bytes) -> None:
        if self._first_copy is None:
            self._inbox.accept(topic, payload, bus=bus)
            return
        record = self._first_copy.arrive(bus, topic, payload)
        if record is None:
            self._counters.dropped[DropReason.DUPLICATE] += 1
        elif self._inbox.accept(topic, payload, bus=bus):
            self._first_copy.deliver(record)

    def _on_link_change(self, status: LinkStatus) -> None:
        self._changed.set()
        if self._on_change is not None:
            self._on_change(status)
