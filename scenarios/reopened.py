"""Members that were founded before, each its process again, for as long as somebody wants to ask them.

`quorate demo` stops its members when the day is over, and leaves their homes. Here they and a broker go on from there.
Nobody is started again: who ends is told of, once, and the others go on.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from network.embedded import EmbeddedBroker
from node.home.home import SETTINGS_FILE
from scenarios.errors import FolderUnusable
from scenarios.first_day.stage import together
from scenarios.member_process import MemberProcess

MEMBERS_MAX = 64
"""Homes that are started; a process each."""


def homes_in(folder: Path) -> tuple[Path, ...]:
    """The homes in a folder whose members run a node, by name; a home itself is the only one in it.

    Raises: FolderUnusable.
    """
    homes = tuple(each for each in (folder, *sorted(folder.iterdir())) if (each / SETTINGS_FILE).is_file())
    if not 1 <= len(homes) <= MEMBERS_MAX:
        raise FolderUnusable(
            f"{folder}: holds {len(homes)} homes of members who run a node; 1 to {MEMBERS_MAX} can be started. Nothing"
            " was started. What to do: name the folder in which `quorate demo` or `quorate charter new` made them."
        )
    return homes


async def run_again(
    homes: Sequence[Path], *, buses: Sequence[str], report: Callable[[str], None], enough: asyncio.Event
) -> None:
    """Run the members at these homes until `enough` is set or none is left; `report` is told who serves where.

    Without `buses` a broker is started for them, whatever their homes name.

    Raises: MemberFailed, BrokerPortTaken, BrokerFailed; nothing runs then.
    """
    async with AsyncExitStack() as running:
        if not buses:
            broker = await running.enter_async_context(EmbeddedBroker())
            buses = (broker.url,)
        options = tuple(word for bus in buses for word in ("--bus", bus))
        members = [MemberProcess(home.name, home, arguments=options) for home in homes]
        for member in members:
            running.push_async_callback(member.stop)
        await together(*(member.start() for member in members))
        for member in members:
            report(f"{member.member} serves at {member.url}; its home is {member.home}")
        await _until(enough, members, report)


async def _until(enough: asyncio.Event, members: Sequence[MemberProcess], report: Callable[[str], None]) -> None:
    ends = {asyncio.create_task(member.ended()): member for member in members}
    asked = asyncio.create_task(enough.wait())
    try:
        while ends and not asked.done():
            done, _ = await asyncio.wait({asked, *ends}, return_when=asyncio.FIRST_COMPLETED)
            for each in done - {asked}:
                member = ends.pop(each)
                report(f"{member.member} ended with exit code {each.result()}; its log is {member.log}")
    finally:
        for task in (asked, *ends):
            task.cancel()
        await asyncio.gather(asked, *ends, return_exceptions=True)
