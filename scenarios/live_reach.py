"""Whom a live world can reach: a member that is down or frozen hears nothing; while the broker is away nobody does."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scenarios.desk import Desk


@dataclass(slots=True)
class Reach:
    """Who can be asked and told now, and the desk that tells them."""

    ids: tuple[str, ...]
    """Members' ids by their numbers."""
    desk: Desk
    down: set[int] = field(default_factory=set)
    """Members without a process."""
    frozen: set[int] = field(default_factory=set)
    """Members whose process was stopped, and not ended."""
    broker_is_up: bool = True

    def end(self, member: int) -> None:
        """Its process ends, and with it all that it was told."""
        self.down.add(member)
        self.desk.end_life(self.ids[member])

    def answers(self, member: int) -> bool:
        """Whether a member answers at its gateway."""
        return member not in self.down | self.frozen

    async def command(self) -> None:
        """Tell everybody how their world is now; go on when all who can hear have acknowledged it.

        Raises: CommandFailed.
        """
        await self.desk.tell(wait_for=self.listeners(range(len(self.ids))))

    async def heard_by(self, members: Iterable[int]) -> None:
        """Go on when those of `members` who can hear have acknowledged how their world is.

        Raises: CommandFailed.
        """
        await self.desk.heard_by(self.listeners(members))

    def listeners(self, members: Iterable[int]) -> list[str]:
        """Those of `members` that a command can reach now; the others are told when they are back."""
        return [self.ids[each] for each in members if self.answers(each)] if self.broker_is_up else []
