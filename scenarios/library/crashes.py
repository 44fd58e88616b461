"""Members that stop: killed, frozen, without power, without their disk. PBFT bears f of them; all, for a while."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def happy_path(c: Vocabulary) -> None:
    """Nothing goes wrong: blocks follow each other, and everybody has the same ones.

    Look at the picture: one PRE-PREPARE from the primary, then everybody to everybody twice. That is all of PBFT on a
    good day; everything else in this library is about the other days.
    """
    c.load.open(rate_per_s=100, arrival="even")
    await c.until(c.height_of(c.all) >= 20, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "time", "one-owner", "evidence", "read-your-commit")


@scenario(members=4)
async def primary_killed(c: Vocabulary) -> None:
    """The primary dies under load: the others complain, leave its view, and go on under the next one.

    Nobody announces a death. Members notice that the oldest thing they know of is not executed, complain, and leave
    when f+1 complain. What was prepared in the old view comes back in the new one, at the same number.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    death = await c.kill(c.primary)
    await c.until(c.view >= 1, within="5 s")
    await c.progress(blocks=3, within="5 s")
    death.heal()
    await c.until(c.height_of(c.all) >= 10)
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def frozen_primary(c: Vocabulary) -> None:
    """S32: the primary is frozen for longer than anybody's patience, and wakes up as if nothing had happened.

    It still believes that it leads, and says so. Nobody listens: its view is over. It learns of the new one from the
    first status that reaches it, and becomes a backup.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 5)
    freeze = await c.pause(c.primary)
    await c.until(c.view >= 1, within="5 s")
    await c.progress(blocks=3, within="5 s")
    freeze.heal()
    await c.until(c.height_of(c.all) >= 10)
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def power_cut(c: Vocabulary) -> None:
    """S20: the power goes everywhere at once, in the middle of votes, and comes back.

    Whoever voted must know it still. A vote is on disk before it leaves, so nobody can contradict himself afterwards;
    an answer that a client got is still true.
    """
    c.load.open(rate_per_s=200)
    await c.until(c.height >= 5)
    for _ in range(3):
        cut = await c.kill(c.all)
        await c.wait("1 s")
        cut.heal()
        await c.progress(blocks=3, within="15 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def torn_write(c: Vocabulary) -> None:
    """S21: each member in turn dies in the middle of a write to its disk.

    A turn is one transaction: it is on disk whole or not at all, and nothing that it said left before it was.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    for number in range(c.members):
        await c.tear_next_write(c.member[number])
        await c.wait("500 ms")
        death = await c.kill(c.member[number])
        death.heal()
        await c.progress(blocks=3, within="15 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=7)
async def late_fifth(c: Vocabulary) -> None:
    """S24: four of seven are up, one too few, for half a minute; then the fifth comes.

    Nobody's patience may have grown beyond eight times the first: the chain moves as soon as it can, not minutes later.
    """
    c.load.open(rate_per_s=20)
    below = c.quorum - 1
    gone = [await c.kill(c.member[number]) for number in range(below, c.members)]
    await c.wait("30 s")
    gone[0].heal()
    await c.progress(blocks=3, within="10 s")
    await c.stabilise()
    for each in gone[1:]:
        each.heal()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def rolling_restart(c: Vocabulary) -> None:
    """S37: one member after the other is restarted, as in an upgrade; clients notice little.

    At most one is away at a time, so there is always a quorum. Each restart of a primary costs one view change.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    for number in range(c.members):
        away = await c.kill(c.member[number])
        await c.progress(blocks=2, within="10 s")
        away.heal()
        await c.progress(blocks=2, within="10 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def wiped_member(c: Vocabulary) -> None:
    """S22: a member loses its whole disk, and is started again with an empty one.

    A mark beside its keys says that it has voted, so it knows what it lost. It asks the others how far they are, and is
    mute until it is past everything it may have signed; meanwhile it takes the chain over block by block, each with its
    certificate. Then it counts again: the primary dies, and of the three that are left nobody can be missed.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 10)
    death = await c.kill(c.backup[1])
    await c.progress(blocks=3)
    c.load.stop()
    await c.wipe(death.struck)
    death.heal()
    c.load.open(rate_per_s=100)
    await c.until(c.height_of(c.all) >= 300, within="120 s")
    loss = await c.kill(c.primary)
    await c.progress(blocks=3, within="15 s")
    loss.heal()
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "evidence", "read-your-commit")


@scenario(members=4)
async def far_behind(c: Vocabulary) -> None:
    """S17: a member comes back after hundreds of blocks, and the primary dies while it takes the ledger over.

    So many blocks would take too long one by one. It fetches the ledger itself, in parts from several others, and
    checks each part against a header that a quorum signed. A view change meanwhile is nothing to it: what is final is
    final.
    """
    c.load.open(rate_per_s=200, arrival="even")
    await c.until(c.height >= 3)
    death = await c.kill(c.backup[2])
    await c.until(c.height >= 580, within="120 s")
    death.heal()
    other = await c.kill(c.primary)
    await c.wait("1 s")
    other.heal()
    await c.until(c.height_of(c.all) >= 590, within="30 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def broker_away(c: Vocabulary) -> None:
    """S40: the message broker dies and comes back: members wait for it, and nothing is lost but time.

    Messages that were under way are gone. Statuses say what is held and what is missing, and the rest is sent again.
    """
    c.load.open(rate_per_s=20)
    await c.until(c.height >= 3, within="30 s")
    away = await c.stop_broker()
    await c.wait("3 s")
    away.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="30 s")
    c.check("state-root", "read-your-commit")
