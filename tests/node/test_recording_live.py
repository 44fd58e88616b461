"""Real nodes are recorded through a killed primary and a view change, and replayed here in virtual time."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from node.home.home import RECORDING_FILE
from node.home.keys import verify_signature
from node.recording.frames import FrameReader
from node.recording.records import AnyRecord, Ending, Took
from node.recording.replay import replay
from quorate.commands.replay import replay as replay_command
from tests.node.four_members import four_members, reach, same_chain
from tests.node.one_member import person_account

pytestmark = pytest.mark.slow


def records_in(path: Path) -> list[AnyRecord]:
    frames = [msgspec.msgpack.decode(frame.payload, type=list[AnyRecord]) for frame in FrameReader(path)]
    return [record for records in frames for record in records]


async def test_a_killed_primary_and_those_who_replace_it_replay_to_the_same_effects(tmp_path):
    async with four_members(tmp_path, recorded=True) as consortium:
        primary = consortium.nodes[0]
        wallet = consortium.wallet("ant")
        async with consortium.client(1) as client:
            for number in range(20):
                await client.submit([wallet.seal(person_account(f"a{number}"))])
            primary.kill()
            await primary.ended()
            (final,) = await client.finalise(wallet.seal(person_account("after")))
        assert final.height is not None
        assert await primary.start() is not None
        await reach(primary, final.height)
        await same_chain(consortium.nodes, final.height)
        for node in consortium.nodes:
            node.terminate()
            await node.ended()
        paths = [node.home / RECORDING_FILE for node in consortium.nodes]
    all_replayed = [replay(path, verify=verify_signature) for path in paths]
    assert [each.difference for each in all_replayed] == [None] * 4
    assert [each.damage for each in all_replayed] == [None] * 4
    endings = [[life.ending for life in each.lives] for each in all_replayed]
    assert endings == [[None, Ending.STOPPED], *[[Ending.STOPPED]] * 3]
    assert all_replayed[0].lives[1].born.height > 0

    took = [record for record in records_in(paths[1]) if isinstance(record, Took)]
    assert any(effect.what == "write StoreView" for record in took for effect in record.effects)

    result = CliRunner().invoke(replay_command, [str(path.parent) for path in paths])
    assert result.exit_code == 0, result.output
    assert result.output.count("the same effects to the end") == 4

    content = bytearray(paths[1].read_bytes())
    frames = list(FrameReader(paths[1]))
    middle = frames[len(frames) // 2].offset
    content[middle + 12] ^= 1
    paths[1].write_bytes(content)
    result = CliRunner().invoke(replay_command, [str(paths[1])])
    assert result.exit_code == 14
    assert f"byte {middle}" in result.output
    assert "the same effects up to the damage" in result.output
