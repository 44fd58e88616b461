"""A real member that was away for more than 512 blocks takes the ledger over in parts, over a real bus (T-E11)."""

import asyncio

import pytest

from node.client import Client
from node.transfer import SNAPSHOT_BEHIND
from tests.node.four_members import Consortium, four_members, reach, same_chain
from tests.node.one_member import person_account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WISHES = 4
"""Clients that ask one thing after the other: small blocks, one upon the other."""


async def grow(consortium: Consortium, until: int, *, name: str) -> int:
    """Open accounts until blocks up to a height are final; return the height of the last."""
    wallet = consortium.wallet("ant")

    async def ask(who: int) -> int:
        height = number = 0
        async with consortium.client(who % 3) as client:
            while height < until:
                number += 1
                (reply,) = await client.finalise(wallet.seal(person_account(f"{name}-{who}-{number}")))
                assert reply.height is not None
                height = reply.height
        return height

    return max(await asyncio.gather(*map(ask, range(WISHES))))


async def test_a_member_that_was_away_for_long_takes_the_ledger_over_and_votes_again(tmp_path):
    async with four_members(tmp_path) as consortium:
        late = consortium.nodes[3]
        await grow(consortium, 2, name="early")
        await reach(late, 2)
        late.kill()
        await late.ended()
        height = await grow(consortium, SNAPSHOT_BEHIND + 40, name="away")
        assert await late.start() is not None, late.log.read_text()
        await reach(late, height)
        async with Client([late.gateway]) as client:
            assert (await client.status()).base > SNAPSHOT_BEHIND, "it has no block of those it missed"
        # Another member can be spared now.
        consortium.nodes[1].kill()
        height = await grow(consortium, height + 2, name="after")
        await same_chain([consortium.nodes[0], consortium.nodes[2], late], height)
