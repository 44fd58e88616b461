"""Faults at the worst moment: what happens is told by what somebody says, not by a clock."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def two_chosen_steps(c: Vocabulary) -> None:
    """S10: two partitions, at the first COMMIT and at the NEW-VIEW, and nobody lies. Others never recovered.

    The first leaves one half with prepared slots that the other has not; the second comes as the halves are about to
    agree again on what was. Two cuts at the right steps find more than an hour of random loss.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.until(c.said("commit"))
    first = c.network.partition(c.half[0], c.half[1])
    await c.wait("1 s")
    first.heal()
    await c.until(c.said("new-view"), within="20 s")
    second = c.network.partition("member[0]+member[2]", "member[1]+member[3]")
    await c.wait("1 s")
    second.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def diverging_locks(c: Vocabulary) -> None:
    """S14: one member is prepared where nobody knows it, then cut off; the others must go on, and so must it.

    An IBFT was stuck here for ever: one locked A, the others locked B, and one crash left no quorum for either. Here a
    VIEW-CHANGE shows what its sender prepared, and whoever learns of a final block takes it over.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    apart = c.network.drop(source="member[1]", target=c.all)
    await c.until(c.said("commit", source="member[1]"))
    death = await c.kill(c.primary)
    apart.heal()
    deaf = c.network.partition("member[1]", "member[2]+member[3]")
    await c.wait("2 s")
    deaf.heal()
    await c.until(c.view >= 1, within="20 s")
    await c.progress(blocks=3, within="20 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def decided_at_one(c: Vocabulary) -> None:
    """S15: one member decides and tells nobody, the view ends, and it is gone when the next one begins.

    A dBFT had committed in one view at one replica and could commit in no later one anywhere. What was decided was
    prepared at a quorum, any quorum of VIEW-CHANGEs shows it, and the new view carries it on at its number.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    mute = c.network.drop(source="member[3]", target=c.all)
    await c.until(c.said("block-vote", source="member[3]"))
    gone = await c.kill("member[3]")
    mute.heal()
    death = await c.kill(c.primary)
    await c.wait("1 s")
    gone.heal()
    await c.until(c.view >= 1, within="20 s")
    await c.progress(blocks=3, within="20 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def killed_while_catching_up(c: Vocabulary) -> None:
    """S19: a member that was away is sent the blocks it lacks, and dies three times while they arrive.

    Another chain applied a block twice here. A block, and all that it changes, is on disk in one write or not at all,
    so whoever is born again goes on exactly above its last one.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    away = await c.kill("member[3]")
    await c.progress(blocks=60, within="30 s")
    for _ in range(3):
        away.heal()
        await c.until(c.said("certified-block", target="member[3]"), within="10 s")
        away = await c.kill("member[3]")
        await c.wait("200 ms")
    away.heal()
    await c.until(c.height_of(c.all) >= 60, within="30 s")
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("state-root", "one-owner", "evidence", "read-your-commit")


@scenario(members=4)
async def final_while_leaving(c: Vocabulary) -> None:
    """S16, S18: a member leaves its view, and just then is sent final blocks. It takes them over, and still enters.

    Others waited for a view change that a caught-up commit had made pointless, or for a commit that the change forbade.
    A final block is final in every view; taking one over is neither a vote nor a reason to go back.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    cut = c.network.partition("not member[2]")
    await c.wait("2 s")
    freeze = await c.pause(c.primary)
    cut.heal()
    await c.until(c.said("view-change", source="member[2]"), within="20 s")
    freeze.heal()
    await c.until(c.height_of(c.all) >= 10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence")
