"""Where a live story is commanded from: what every member is to be told, and who has heard it.

Each life of a member has a key of its own, made here when its process is started. A command says how everything is from
now on, and is said again until the member acknowledges it. So a broker that is away, a frozen member or one that was
started again unasked costs time and nothing else. Who waits here waits for acknowledgements, not for a clock.
"""

import asyncio
import random
from collections.abc import Iterable, Sequence
from contextlib import suppress

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.charter import Charter, chain_id
from network.bus import BusCounters, BusLimits, Channel
from network.commands import Command, Role, read_acknowledgement, seal
from network.link import Link
from network.policy import LinkPolicy
from network.topics import topic_of
from network.url import parse_bus_url
from node.home.keys import KeyPair, verify_signature
from scenarios.errors import CommandFailed

AGAIN_S = 0.1
"""A command that nobody acknowledged is said again after so long."""

ACKNOWLEDGED_WITHIN_S = 20.0
"""A member that runs, at a broker that runs, answers within milliseconds; a busy machine included."""


class Desk:
    """Commands the members of one consortium."""

    def __init__(self, *, seed: int) -> None:
        """Prepare; `seed` feeds the members' streams of chance."""
        self.policies: tuple[LinkPolicy, ...] = ()
        """Those that hold."""
        self.clocks: dict[str, tuple[int, int]] = {}
        """By member: offset in milliseconds and drift in parts in a million, where its clock is wrong."""
        self.sync_ms: dict[str, int] = {}
        """By member: how much longer each of its writes takes, where its disk is slow."""
        self.full: set[str] = set()
        """Members whose disks are full."""
        self.roles: dict[str, tuple[str, tuple[str, ...]]] = {}
        """By member: the way it lies, and to whom."""
        self._seed = seed
        self._keys: dict[str, KeyPair] = {}
        self._numbers: dict[str, int] = {}
        """By member that runs: number of its latest command."""
        self._heard: dict[str, int] = {}
        """By member: number of the last command that it acknowledged in this life."""
        self._refused: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._links: list[Link] = []
        self._repeating: asyncio.Task[None] | None = None
        self._chain: Digest
        self._node_keys: dict[str, PublicKey] = {}

    def new_life(self, member: str) -> tuple[str, ...]:
        """A member is about to be started: options for its process."""
        self._keys[member] = KeyPair.generate()
        self._numbers[member] = self._numbers.get(member, 0) + 1
        self._heard[member] = 0
        return ("--scenario-key", self._keys[member].public_key.hex())

    def end_life(self, member: str) -> None:
        """It is down: nothing is said to it until its next life."""
        self._keys.pop(member, None)
        self._changed.set()

    def open(self, charter: Charter, urls: Sequence[str]) -> None:
        """Connect to the buses, and begin to command whoever runs."""
        self._chain = chain_id(charter)
        self._node_keys = {each.id: each.node_key for each in charter.voters()}
        topics = tuple(str(topic_of(self._chain, each, Channel.REPORT)) for each in self._node_keys)
        self._links = [
            Link(
                number,
                parse_bus_url(url),
                member="story",
                topics=topics,
                limits=BusLimits(),
                counters=BusCounters(),
                random=random.Random(),
                deliver=self._on_report,
                on_change=lambda _: None,
            )
            for number, url in enumerate(urls)
        ]
        for link in self._links:
            link.start()
        self._repeating = asyncio.create_task(self._repeat(), name="commands")

    async def close(self) -> None:
        """Command nobody any more."""
        if self._repeating is not None:
            self._repeating.cancel()
            with suppress(asyncio.CancelledError):
                await self._repeating
        await asyncio.gather(*(link.close() for link in self._links))

    async def tell(self, *, wait_for: Iterable[str], only: bool = False) -> None:
        """Tell every member that runs how everything is now; return when those of `wait_for` have acknowledged it.

        With `only`, nobody but those of `wait_for` is told yet.

        Raises: CommandFailed where one refuses or says nothing.
        """
        waiting = sorted(wait_for)
        told = [each for each in self._keys if each in waiting] if only else list(self._keys)
        for member in told:
            self._numbers[member] += 1
            if member not in waiting:
                self._say(member)
        await self.heard_by(waiting)

    async def heard_by(self, members: Iterable[str]) -> None:
        """Wait until `members` have acknowledged their latest command, as far as they run.

        Raises: CommandFailed.
        """
        waiting = tuple(members)
        for member in filter(self._is_unheard, waiting):
            self._say(member)
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
                while any(self._is_unheard(each) for each in waiting):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            silent = ", ".join(each for each in waiting if self._is_unheard(each))
            raise CommandFailed(
                f"{silent} did not acknowledge a command within {ACKNOWLEDGED_WITHIN_S:.0f} s. What was commanded"
                " before still holds there. What to do: read node.log in the member's folder; is its bus connected?"
            ) from None
        for each in waiting:
            if self._refused.get(each):
                raise CommandFailed(f"{each} can not do what it was commanded: {self._refused[each]}")

    def _is_unheard(self, member: str) -> bool:
        return member in self._keys and self._heard[member] < self._numbers[member]

    def _command(self, member: str) -> Command:
        offset_ms, drift_ppm = self.clocks.get(member, (0, 0))
        role = None
        if member in self.roles:
            way, to = self.roles[member]
            role = Role(way, to, tuple(sorted(self.roles)))
        return Command(
            chain=self._chain,
            member=member,
            number=self._numbers[member],
            seed=self._seed,
            policies=self.policies,
            offset_ms=offset_ms,
            drift_ppm=drift_ppm,
            role=role,
            sync_ms=self.sync_ms.get(member, 0),
            disk_is_full=member in self.full,
        )

    def _say(self, member: str) -> None:
        topic = str(topic_of(self._chain, member, Channel.CONTROL)).encode()
        payload = seal(self._command(member), sign=self._keys[member].sign)
        for link in self._links:
            link.publish(topic, payload)

    async def _repeat(self) -> None:
        """Say again what was not acknowledged; the first command of a life is said from here too."""
        while True:
            for member in [each for each in self._keys if self._is_unheard(each)]:
                self._say(member)
            await asyncio.sleep(AGAIN_S)

    def _on_report(self, bus: int, topic: bytes, payload: bytes) -> None:
        del bus
        member = topic.decode().split("/")[2]
        key = self._node_keys.get(member)
        if key is None:
            return
        told = read_acknowledgement(payload, chain=self._chain, member=member, key=key, verify=verify_signature)
        # An earlier life may still be speaking: its numbers lie below the first of this one.
        if told is not None and told.number > self._heard.get(member, 0):
            self._heard[member] = told.number
            self._refused[member] = told.refused
            self._changed.set()
