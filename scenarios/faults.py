"""What each fault of a plan does to whom it strikes, and how it ends."""

import asyncio
from dataclasses import dataclass, field

from network.policy import LinkPolicy
from scenarios import plan as values
from scenarios.roster import Roster
from scenarios.world import Undo, World


@dataclass(slots=True)
class Faults:
    """The faults of a plan under way."""

    world: World
    roster: Roster
    undo: dict[str, Undo] = field(default_factory=dict)
    """Ends each fault that is not healed yet, in the order of their beginning."""

    async def begin(self, step: values.Fault) -> None:
        """Let a fault strike those whom it selects now."""
        self.undo[step.handle] = await self._strike(step)

    async def heal(self, handle: str) -> None:
        """End a fault; the second time is nothing."""
        undo = self.undo.pop(handle, None)
        if undo is not None:
            await undo()

    async def start(self, who: str) -> None:
        """Start those selected who are down, or else those whom the same words struck."""
        chosen = [each for each in await self.roster.resolve(who) if each in self.roster.down]
        await self._start_all(tuple(chosen) or self.roster.struck.get(who, ()))

    async def stabilise(self, kept: set[str]) -> None:
        """Heal all but the faults named in `kept`, then start members until a quorum of honest ones is up."""
        for handle in [each for each in self.undo if each not in kept]:
            await self.heal(handle)
        await self._start_all(self.roster.to_start())

    async def _strike(self, step: values.Fault) -> Undo:
        match step:
            case values.Kill() | values.HandOver():
                return await self._stop(step)
            case values.Pause():
                return await self._pause(step)
            case values.SetClock():
                return await self._set_clock(step)
            case values.SlowDisk():
                return await self._slow_disk(step)
            case values.FillDisk():
                return await self._fill_disk(step)
            case values.Lie():
                to = await self.roster.resolve(step.to)
                liars = await self.roster.resolve(step.who, strike=step.handle)
                self.roster.liars.update(liars)
                return await self.world.lie(liars, step.way, to=to)
            case values.Links():
                return await self.world.links([await self._policy(step)])
            case values.Partition():
                return await self.world.links(await self._cuts(step))
            case values.StopBroker():
                return await self.world.stop_broker()

    # Members

    async def _stop(self, step: values.Kill | values.HandOver) -> Undo:
        stopped = await self.roster.resolve(step.who, strike=step.handle)
        self.roster.fallen.difference_update(stopped)
        for member in stopped:
            if member not in self.roster.down:
                self.roster.down.add(member)
                await (self.world.kill if isinstance(step, values.Kill) else self.world.hand_over)(member)
        return lambda: self._start_all(stopped)

    async def _pause(self, step: values.Pause) -> Undo:
        paused = await self.roster.resolve(step.who, strike=step.handle)
        for member in paused:
            self.roster.frozen.add(member)
            await self.world.pause(member)

        async def resume() -> None:
            for member in paused:
                if member in self.roster.frozen:
                    self.roster.frozen.discard(member)
                    await self.world.resume(member)

        return resume

    async def _set_clock(self, step: values.SetClock) -> Undo:
        wrong = await self.roster.resolve(step.who, strike=step.handle)
        for member in wrong:
            await self.world.set_clock(member, offset_ms=step.offset_ms, drift_ppm=step.drift_ppm)

        async def set_right() -> None:
            for member in wrong:
                await self.world.set_clock(member, offset_ms=0, drift_ppm=0)

        return set_right

    # Disks

    async def _slow_disk(self, step: values.SlowDisk) -> Undo:
        slowed = await self.roster.resolve(step.who, strike=step.handle)
        for member in slowed:
            await self.world.slow_disk(member, by_ms=step.by_ms)

        async def quicken() -> None:
            for member in slowed:
                await self.world.slow_disk(member, by_ms=0)

        return quicken

    async def _fill_disk(self, step: values.FillDisk) -> Undo:
        filled = await self.roster.resolve(step.who, strike=step.handle)
        self.roster.full.update(filled)
        for member in filled:
            await self.world.fill_disk(member)

        async def make_room() -> None:
            for member in filled:
                await self.world.make_room(member)
            # Some may have died since the step began, and of this alone.
            self.roster.note_fallen(await self.world.look())
            self.roster.full.difference_update(filled)
            await self._start_all(tuple(each for each in filled if each in self.roster.fallen))

        return make_room

    async def _start_all(self, members: tuple[int, ...]) -> None:
        # Together: after a power cut nobody waits for the one before.
        await asyncio.gather(*map(self.world.start, self.roster.starting(members)))

    # Links

    async def _policy(self, step: values.Links) -> LinkPolicy:
        source, target = [
            tuple(map(self.world.id_of, await self.roster.resolve(who))) for who in (step.source, step.target)
        ]
        return LinkPolicy(
            source=source,
            target=target,
            drop=step.drop,
            tags=step.types,
            duplicate=step.duplicate,
            corrupt=step.corrupt,
            reorder=step.reorder,
            delay_ms=step.delay_ms,
            delay_ms_spread=step.jitter_ms,
        )

    async def _cuts(self, step: values.Partition) -> list[LinkPolicy]:
        groups = [set(await self.roster.resolve(group)) for group in step.groups]
        everybody = range(self.roster.members)
        cuts: list[LinkPolicy] = []
        for member in everybody:
            heard = set().union(*(group for group in groups if member in group), {member})
            deaf = tuple(self.world.id_of(each) for each in everybody if each not in heard)
            if deaf:
                cuts.append(LinkPolicy(source=(self.world.id_of(member),), target=deaf, drop=1.0))
        return cuts
