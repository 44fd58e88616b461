"""A real member that was away for more than 512 blocks takes the ledger over in parts, over a real bus (T-E11).

Blocks are withheld from it, or they might be quicker on a busy machine: then it needs no parts.
"""

import httpx
import pytest

from network.policy import LinkPolicy
from node.transfer import SNAPSHOT_BEHIND
from scenarios.live import LiveWorld
from scenarios.plan import Load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE_MS = 200_000
"""Processes on a busy machine; usually a tenth of it."""

QUICK = Load(rate_per_s=80.0, arrival="even")
"""Small blocks, one upon the other."""


async def reach(world: LiveWorld, height: int, *members: int) -> None:
    """Let clients send until these members have a final block of that height; then let all be still."""
    await world.load(QUICK, (0, 2))
    reached = await world.wait(
        lambda look: all(look.members[each].certified >= height for each in members), within_ms=PATIENCE_MS
    )
    await world.load(None, ())
    assert reached, await world.look()


async def test_a_member_that_was_away_for_long_takes_the_ledger_over_and_votes_again(tmp_path):
    world = LiveWorld(4, tmp_path / "members", seed=1)
    await world.open()
    try:
        await world.kill(3)
        await reach(world, SNAPSHOT_BEHIND + 40, 0, 1, 2)
        late = world.id_of(3)
        heal = await world.links((LinkPolicy(target=(late,), tags=("certified-block",), drop=1.0),))
        await world.start(3)
        assert await world.wait(lambda look: look.members[3].certified > SNAPSHOT_BEHIND, within_ms=PATIENCE_MS)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            status = (await http.get(f"{world._consortium.members[late].url}/v1/status")).json()
        assert status["base"] > SNAPSHOT_BEHIND, "it has no block of those that it missed"
        await heal()
        # Another member can be spared now.
        await world.kill(1)
        height = max(each.certified for each in (await world.look()).members)
        await reach(world, height + 2, 0, 2, 3)
    finally:
        await world.close()
