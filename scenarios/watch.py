"""Looks at every member a few times a second: what it says of itself, and what its process uses.

It asks the members' gateways as any client could. A member that does not answer keeps its last figures and is shown as
what its process is.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from node.client import Client, ClientFault
from node.gateway.types import StatusReply
from scenarios.consortium import LiveConsortium
from scenarios.errors import NotAnswered
from scenarios.member_process import MemberProcess, Phase

INTERVAL_S = 0.2
"""Between two looks: smooth to the eye, and some hundredths of one core."""

ANSWER_TIMEOUT_S = 2.0
"""A gateway that takes longer is looked at next time."""

BEHIND_MIN = 4
"""Blocks behind the most advanced member from which one is called catching up; fewer are the ordinary difference."""


@dataclass(frozen=True, slots=True)
class View:
    """One member at one look."""

    member: str
    state: str
    """`up`, `catching up`, `killed`, `starting`, `stopped` or `halted`."""
    role: str
    """`primary`, `backup`, or empty before the first answer and while its process is down."""
    height: int = 0
    """Last block executed."""
    certified: int = 0
    """Height up to which every block is final there."""
    view: int = 0
    phase: str = ""
    """What the oldest open sequence number waits for; empty when none is open."""
    transactions_per_second: int = 0
    """Made final since the look before."""
    memory_bytes: int = 0
    cpu_ms: int = 0
    """Since its last start."""
    state_root: str = ""
    pid: int | None = None
    """Its process, while it runs."""


class Watch:
    """An async context manager: while it is open, `views` is kept fresh."""

    def __init__(self, consortium: LiveConsortium, *, changed: Callable[[], None] = lambda: None) -> None:
        """Prepare; `changed` is called after each look."""
        self.views: dict[str, View] = {name: View(name, "starting", "") for name in consortium.members}
        """By member, in the order of replicas."""
        self.memory_bytes_max: dict[str, int] = dict.fromkeys(consortium.members, 0)
        """The most each was seen to use."""
        self._consortium = consortium
        self._changed = changed
        self._clients: dict[str, Client] = {}
        self._counted: dict[str, tuple[float, int]] = {}
        self._looked = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to look."""
        await self._look()
        self._task = asyncio.create_task(self._run(), name="watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look no more."""
        assert self._task is not None, "it was entered"
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        for client in self._clients.values():
            await client.close()

    @property
    def height(self) -> int:
        """The height up to which blocks are final at the most advanced member."""
        return max(view.certified for view in self.views.values())

    @property
    def view(self) -> int:
        """The highest view that a member is in."""
        return max(view.view for view in self.views.values())

    @property
    def primary(self) -> str | None:
        """Who is up and calls itself primary of that view."""
        leading = (each for each in self.views.values() if each.view == self.view and each.role == "primary")
        return next((each.member for each in leading), None)

    async def until(self, condition: Callable[[], bool], *, what: str, timeout_s: float) -> None:
        """Return when `condition` holds after a look.

        Raises: NotAnswered saying `what` did not happen within `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s), self._looked:
                await self._looked.wait_for(condition)
        except TimeoutError:
            stood = ", ".join(f"{view.member} {view.state} at {view.height}" for view in self.views.values())
            raise NotAnswered(f"{what} did not happen within {timeout_s:.0f} s ({stood}).") from None

    def is_level(self) -> bool:
        """Whether all members are up, at one height with all of it final, and have the same state."""
        views = tuple(self.views.values())
        first = views[0]
        return all(
            each.state == "up" and each.height == each.certified == first.height and each.state_root == first.state_root
            for each in views
        )

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self._look()

    async def _look(self) -> None:
        members = self._consortium.members.values()
        answers = await asyncio.gather(*map(self._ask, members))
        heights = [answer.certified for answer in answers if answer is not None]
        best = max(heights, default=0)
        for process, answer in zip(members, answers, strict=True):
            self.views[process.member] = self._seen(process, answer, best)
        async with self._looked:
            self._looked.notify_all()
        self._changed()

    async def _ask(self, process: MemberProcess) -> StatusReply | None:
        if process.phase is not Phase.UP:
            return None
        if process.member not in self._clients:
            self._clients[process.member] = Client((process.url,))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await self._clients[process.member].status()
        except (ClientFault, TimeoutError):
            return None

    def _seen(self, process: MemberProcess, answer: StatusReply | None, best: int) -> View:
        before = self.views[process.member]
        usage = process.usage()
        memory_bytes, cpu_ms = (0, 0) if usage is None else (usage.memory_bytes, usage.cpu_ms)
        self.memory_bytes_max[process.member] = max(self.memory_bytes_max[process.member], memory_bytes)
        if answer is None:
            state = before.state if process.phase is Phase.UP else process.phase.value
            return replace(
                before,
                state=state,
                # What it did before its death, it does no more.
                role=before.role if process.phase is Phase.UP else "",
                phase=before.phase if process.phase is Phase.UP else "",
                transactions_per_second=0,
                memory_bytes=memory_bytes,
                cpu_ms=cpu_ms,
                pid=process.pid,
            )
        state = "halted" if answer.halted else "catching up" if answer.executed + BEHIND_MIN <= best else "up"
        return View(
            member=process.member,
            state=state,
            role="primary" if answer.primary == process.member else "backup",
            height=answer.executed,
            certified=answer.certified,
            view=answer.view,
            phase=answer.phase,
            transactions_per_second=self._rate(process.member, answer.transactions),
            memory_bytes=memory_bytes,
            cpu_ms=cpu_ms,
            state_root=answer.state_root,
            pid=process.pid,
        )

    def _rate(self, member: str, transactions: int) -> int:
        now = time.monotonic()
        then, counted = self._counted.get(member, (now, transactions))
        self._counted[member] = (now, transactions)
        # A member that was started again counts from zero.
        fresh = transactions - counted if transactions >= counted else transactions
        return round(fresh / (now - then)) if now > then else 0
