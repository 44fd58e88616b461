"""A real member whose database was deleted: mute until it is past everything it may have signed (T-F7)."""

import sqlite3

import httpx
import pytest

from node.client import Client, Unavailable
from tests.node.four_members import Consortium, NodeProcess, four_members, reach, same_chain
from tests.node.one_member import person_account

pytestmark = pytest.mark.slow

BEFORE = 3
"""Blocks when the database is deleted: the bound is L, which no former vote can exceed."""

BOUND = 128


async def explain(node: NodeProcess) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False) as http:
        stands: dict[str, object] = (await http.get(f"{node.gateway}/v1/explain")).raise_for_status().json()
        return stands


def votes_of(node: NodeProcess) -> list[int]:
    """The sequence numbers of its votes on disk."""
    with sqlite3.connect(f"{(node.home / 'quorate.db').as_uri()}?mode=ro", uri=True) as database:
        return [sequence for (sequence,) in database.execute("SELECT sequence FROM votes ORDER BY lsn")]


async def grow(consortium: Consortium, client: Client, names: range) -> int:
    wallet = consortium.wallet("ant")
    height = 0
    for index in names:
        (reply,) = await client.finalise(wallet.seal(person_account(f"p{index}")))
        assert reply.height is not None
        height = reply.height
    return height


async def test_a_member_whose_database_was_deleted_votes_on_nothing_it_may_have_voted_on__t_f7(tmp_path):
    async with four_members(tmp_path) as consortium:
        wiped = consortium.nodes[3]
        name = consortium.charter.voters()[3].id
        first_three = Client([node.gateway for node in consortium.nodes[:3]])
        async with first_three as client:
            assert await grow(consortium, client, range(BEFORE)) == BEFORE
            await reach(wiped, BEFORE)
            wiped.kill()
            await wiped.ended()
            for path in wiped.home.glob("quorate.db*"):
                path.unlink()
            assert await wiped.start() is not None
            await reach(wiped, BEFORE)
            height = await grow(consortium, client, range(BEFORE, 30))
            await reach(wiped, height)
            assert (await explain(wiped))["mute"] == f"mute until block {BOUND}: disk was lost"
            async with Client([wiped.gateway]) as alone:
                with pytest.raises(Unavailable, match="mute until block"):
                    await alone.submit([consortium.wallet("jd").seal(person_account("refused"))])
            # A second kill in between makes it forget nothing.
            wiped.kill()
            await wiped.ended()
            assert await wiped.start() is not None
            height = await grow(consortium, client, range(30, BOUND - 1))
            assert height < BOUND
            await reach(wiped, height)
            assert votes_of(wiped) == []
            height = await grow(consortium, client, range(BOUND - 1, BOUND + 2))
            await reach(wiped, height)
            assert (await explain(wiped))["mute"] == ""
            # The others can now lose a member: the one that was mute votes again.
            consortium.nodes[2].kill()
            height = await grow(consortium, client, range(BOUND + 2, BOUND + 6))
            votes = votes_of(wiped)
            assert votes
            assert min(votes) > BOUND
            for below in range(BEFORE + 1, BOUND + 1):
                assert name not in (await client.block(below)).certified_by
            await same_chain([consortium.nodes[0], wiped], height)
