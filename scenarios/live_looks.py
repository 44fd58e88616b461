"""What is seen of members that run as processes: each is asked at its gateway where it stands."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import httpx
import msgspec

from consensus.explain import Explanation
from node.uncut import uncut
from scenarios.world import MemberLook

ANSWER_TIMEOUT_S = 1.0
"""A member that does not say where it is within this time is not seen as up."""

BLOCKS_TOLD_MAX = 20
"""Of blocks executed since the last look, so many are told of."""

Tell = Callable[[int, str, str], None]
"""tell(member, what, text): notes for the trace and the picture."""


class Standing(msgspec.Struct, frozen=True):
    """What is read of a member's `/v1/explain`; other fields are not looked at."""

    view: int
    active: bool
    executed: int
    certified: int
    accused: tuple[int, ...]
    halted: bool


class LiveLooks:
    """Looks at all members, and remembers what they said."""

    def __init__(self, members: int, *, tell: Tell) -> None:
        """Nobody was seen yet."""
        self.last = [MemberLook(False, 0, True, 0, 0)] * members
        """Each member as it was seen last."""
        self.views: list[list[int]] = [[] for _ in range(members)]
        """Of each, the views it was seen in, in order of time."""
        self.accused: set[int] = set()
        """Members of whom somebody who is believed holds proof that they lied."""
        self.halted: set[int] = set()
        """Members that computed another block than a quorum."""
        self._tell = tell
        self._http = httpx.AsyncClient(timeout=ANSWER_TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        """Look no more."""
        await self._http.aclose()

    async def look(self, urls: Sequence[str | None], *, liars: set[int]) -> tuple[MemberLook, ...]:
        """Ask all members at once; None stands for one that cannot answer. Liars' accusations are not believed."""
        return tuple(
            await asyncio.gather(*(self._look_at(member, url, member in liars) for member, url in enumerate(urls)))
        )

    async def explain(self, urls: Sequence[str | None]) -> dict[int, Explanation]:
        """Ask all members why they do not move; who cannot answer, or does not, is left out."""
        asked = {member: url for member, url in enumerate(urls) if url is not None}
        answers = await asyncio.gather(*map(self._explanation, asked.values()))
        return {member: answer for member, answer in zip(asked, answers, strict=True) if answer is not None}

    async def _explanation(self, url: str) -> Explanation | None:
        with suppress(httpx.HTTPError, msgspec.MsgspecError):
            answer = await uncut(self._http.get(f"{url}/v1/explain"))
            return msgspec.json.decode(answer.content, type=Explanation)
        return None

    def forget(self, member: int) -> None:
        """Its disk was lost: it begins anew."""
        self.last[member] = MemberLook(False, 0, True, 0, 0)

    async def _look_at(self, member: int, url: str | None, lies: bool) -> MemberLook:
        standing: Standing | None = None
        if url is not None:
            with suppress(httpx.HTTPError, msgspec.MsgspecError):
                answer = await uncut(self._http.get(f"{url}/v1/explain"))
                standing = msgspec.json.decode(answer.content, type=Standing)
        last = self.last[member]
        if standing is None:
            return MemberLook(False, last.view, last.active, last.executed, last.certified)
        if not self.views[member] or standing.view != self.views[member][-1]:
            self.views[member].append(standing.view)
            self._tell(member, "view", str(standing.view))
        for height in range(max(last.executed, standing.executed - BLOCKS_TOLD_MAX) + 1, standing.executed + 1):
            self._tell(member, "block", str(height))
        if standing.halted:
            self.halted.add(member)
        for liar in set(standing.accused) - self.accused if not lies else ():
            self.accused.add(liar)
            self._tell(member, "accused", f"has proof against {liar}")
        self.last[member] = MemberLook(True, standing.view, standing.active, standing.executed, standing.certified)
        return self.last[member]
