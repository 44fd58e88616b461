"""One member's gateway on a port of this machine, and the command line in a thread beside it."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from click.testing import CliRunner, Result

from node.gateway.server import GatewayServer
from node.home.running import tell_gateway
from quorate.__main__ import main
from tests.node.one_member import OneMember, one_member


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[OneMember, Path]]:
    """`ant`'s node, which votes alone, and its home: commands find the gateway by it."""
    async with one_member(folder) as member:
        server = GatewayServer(member.application, host="127.0.0.1", port=0)
        home = folder / "consortium" / "ant"
        tell_gateway(home, server.url, pid=1)
        for other in member.charter.members[1:]:
            # Where `ant` alone votes, that is another charter than the one that was founded.
            shutil.copy(home / "charter.json", folder / "consortium" / other.id / "charter.json")
        server.start()
        try:
            yield member, home
        finally:
            await server.stop()


async def command(*arguments: object, written: str = "") -> Result:
    """Run `quorate` with these arguments, and this on its standard input."""
    words = [str(each) for each in arguments]
    return await asyncio.to_thread(CliRunner().invoke, main, words, input=written)
