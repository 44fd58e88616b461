"""A bus without a broker: it keeps what is published, and delivers what a test puts on it."""

import asyncio

from network.bus import Bus, BusCounters, Channel, Inbound, LinkStatus


class ScriptedBus:
    def __init__(self):
        self._counters = BusCounters()
        self.published: list[tuple[Channel, bytes, str | None]] = []
        self.arriving: list[Inbound] = []
        self.said = asyncio.Event()

    @property
    def counters(self) -> BusCounters:
        return self._counters

    def start(self) -> None:
        pass

    def publish(self, channel: Channel, payload: bytes, *, to: str | None = None) -> None:
        self.published.append((channel, payload, to))
        self.said.set()

    def drain(self, *, count_max: int = 1_024, bytes_max: int = 8 << 20) -> list[Inbound]:
        taken, self.arriving = self.arriving, []
        return taken

    def links(self) -> tuple[LinkStatus, ...]:
        return ()

    async def close(self) -> None:
        pass


CONFORMS: type[Bus] = ScriptedBus
