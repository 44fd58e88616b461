"""A member's end of the bus with faults in it: the LinkPolicies of a story, in the live world.

The same policies as in virtual time (network/policy.py), applied where both ends of a link are known:

* what is published for everybody is judged by each receiver: from the owner of the topic it came on, to this member;
* what goes to one member's inbox is judged by its sender, since an inbox does not say who wrote.

Unlike in virtual time the moment that counts for a broadcast is its arrival, not its departure, and a link's own delay
is whatever the real bus takes. A member may be given another `Voice`: what it says is then said to each other member by
itself, through the inboxes, and may differ.
"""

import asyncio
from collections.abc import Callable, Iterable
from random import Random
from typing import Protocol, TypeVar

import msgspec

from network.bus import Bus, BusCounters, Channel, DropReason, Inbound, LinkStatus
from network.held import Held
from network.policy import LinkPolicy, concerned, passages

T = TypeVar("T")

Spoken = tuple[str, Channel, bytes]
"""To whom, as what, and the frame."""

LEAVE_COUNT_MAX = 1_024
"""Late frames that leave in one piece; the next follow after the loop has looked at its sockets."""


class Voice(Protocol):
    """Stands between a member and the bus, and may say something else in its place."""

    def say(self, channel: Channel, payload: bytes, to: str) -> Iterable[Spoken]:
        """What is said in place of a frame to one member: nothing, another, or several."""

    def hear(self, payload: bytes) -> bool:
        """A frame reached the member; whether the member is to have it."""


class FaultyBus:
    """A `Bus` around another one. It is deaf, and writes to no inbox, until `open`."""

    def __init__(
        self,
        bus: Bus,
        *,
        member: str,
        members: Iterable[str],
        wake: Callable[[], None],
        on_command: Callable[[bytes], None],
    ) -> None:
        """Stand between `member` and `bus`; what comes on its control topic goes to `on_command` and no further."""
        self.policies: tuple[LinkPolicy, ...] = ()
        """Those that hold; others' links in them are not looked at."""
        self.voice: Voice | None = None
        """Who speaks in its place; None for itself."""
        self._bus = bus
        self._member = member
        self._others = tuple(sorted(set(members) - {member}))
        self._wake = wake
        self._on_command = on_command
        self._chance: Random | None = None
        self._inward: Held[Inbound] = Held()
        self._outward: Held[Spoken] = Held()
        self._inward_timer: asyncio.TimerHandle | None = None
        self._outward_timer: asyncio.TimerHandle | None = None

    def open(self, chance: Random) -> None:
        """Begin to hear, with a stream of chance of its own. The second time is nothing."""
        if self._chance is None:
            self._chance = chance

    @property
    def counters(self) -> BusCounters:
        """Running totals; what a policy lost is among what was dropped."""
        return self._bus.counters

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._bus.start()

    def links(self) -> tuple[LinkStatus, ...]:
        """How each broker's link is doing."""
        return self._bus.links()

    async def close(self) -> None:
        """Forget what is late, and close the bus."""
        for timer in (self._inward_timer, self._outward_timer):
            if timer is not None:
                timer.cancel()
        await self._bus.close()

    # Inward

    def drain(self, *, count_max: int = 1_024, bytes_max: int = 8 << 20) -> list[Inbound]:
        """Take what waits and came through, and what was late and is due."""
        arrived = self._bus.drain(count_max=count_max, bytes_max=bytes_max)
        frames = [each for each in arrived if each.channel is not Channel.CONTROL]
        if len(frames) != len(arrived):
            # Commands first: what is in one turn with one may as well have come after it.
            for each in arrived:
                if each.channel is Channel.CONTROL:
                    self._on_command(each.payload)
        if self._chance is None:
            self.counters.dropped[DropReason.NOT_COMMANDED] += len(frames)
            return []
        if self.policies or self._inward:
            frames = self._judge(frames, self._chance, count_max)
        if self.voice is not None:
            frames = [each for each in frames if self.voice.hear(each.payload)]
        return frames

    def _judge(self, frames: list[Inbound], chance: Random, count_max: int) -> list[Inbound]:
        now = asyncio.get_running_loop().time()
        for each in frames:
            if each.channel is Channel.INBOX:
                # Its sender has judged it; it keeps no order with what others send.
                self._keep(self._inward, "", each, len(each.payload), due=now, in_order=False)
                continue
            found = concerned(
                self.policies, each.payload, source=each.member, target=self._member, channel=each.channel
            )
            arrivals = passages(each.payload, found, chance)
            self.counters.dropped[DropReason.POLICY] += not arrivals
            for arrival in arrivals:
                self._keep(
                    self._inward,
                    each.member,
                    msgspec.structs.replace(each, payload=arrival.payload),
                    len(arrival.payload),
                    due=now + arrival.delay_ms / 1_000,
                    in_order=arrival.in_order,
                )
        taken = self._inward.take(now, count_max=count_max + len(frames))
        self._inward_timer = self._again(self._inward_timer, self._inward.next_due(), self._wake)
        return taken

    # Outward

    def publish(self, channel: Channel, payload: bytes, *, to: str | None = None) -> None:
        """Say a frame to everybody or to one; what a voice makes of it goes to each by itself."""
        voice, targets = self.voice, self._others if to is None else (to,)
        if voice is None:
            if to is None:
                self._bus.publish(channel, payload)
            else:
                self._write(to, channel, payload)
            return
        for target in targets:
            for spoken in voice.say(channel, payload, target):
                self._write(*spoken)

    def _write(self, to: str, channel: Channel, payload: bytes) -> None:
        """Write to an inbox, as far as the link lets it through."""
        if self._chance is None:
            self.counters.dropped[DropReason.NOT_COMMANDED] += 1
            return
        if not self.policies and not self._outward:
            self._bus.publish(Channel.INBOX, payload, to=to)
            return
        found = concerned(self.policies, payload, source=self._member, target=to, channel=channel)
        arrivals = passages(payload, found, self._chance)
        self.counters.dropped[DropReason.POLICY] += not arrivals
        now = asyncio.get_running_loop().time()
        for arrival in arrivals:
            spoken = (to, channel, arrival.payload)
            due = now + arrival.delay_ms / 1_000
            self._keep(self._outward, to, spoken, len(payload), due=due, in_order=arrival.in_order)
        self._leave()

    def _leave(self) -> None:
        """Publish what is late no longer."""
        now = asyncio.get_running_loop().time()
        for to, _, payload in self._outward.take(now, count_max=LEAVE_COUNT_MAX):
            self._bus.publish(Channel.INBOX, payload, to=to)
        self._outward_timer = self._again(self._outward_timer, self._outward.next_due(), self._leave)

    # Both

    def _keep(self, held: Held[T], link: str, frame: T, size_bytes: int, *, due: float, in_order: bool) -> None:
        if not held.put(link, frame, due=due, in_order=in_order, size_bytes=size_bytes):
            self.counters.dropped[DropReason.HELD_FULL] += 1

    def _again(
        self, timer: asyncio.TimerHandle | None, due: float | None, then: Callable[[], None]
    ) -> asyncio.TimerHandle | None:
        if timer is not None:
            timer.cancel()
        return None if due is None else asyncio.get_running_loop().call_at(due, then)
