"""Members that come back, late or often: upgrades, long outages, a ledger that has grown far away meanwhile."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=7)
async def late_fifth(c: Vocabulary) -> None:
    """S24: four of seven are up, one too few, for half a minute; then the fifth comes.

    Seven members decide with five. Four can prepare nothing, so they complain, ask for view 1, and wait for a
    NEW-VIEW that nobody may say: its primary needs VIEW-CHANGEs of a quorum. The paper doubles the patience with each
    view that fails, so after a long outage everybody would sleep for a long time, each until another moment: whoever
    came last could wait for hours in a network that is well (S23). Here patience has a cap, eight times the first,
    and the timer of a new view starts only when a quorum asked for it or for a later one: four alone do not run ahead
    at all.

    Watch the half minute: statuses, and no storm of view changes. Then the fifth starts, is shown the VIEW-CHANGEs
    that it lacks, adds its own, and the view opens.

    What holds: I13, with a quorum up there is progress within one capped timeout, however long the outage was.
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

    At most one is away at a time, so the others are always a quorum. Nobody announces anything here: each is killed,
    as if its operator pulled the plug. Whenever that was the primary, the others miss it first, for one patience, and
    then leave its view; a backup is not missed at all. Whoever comes back restores its votes, is shown what it lacks
    by those who read its STATUS, and must be of use again before the next one goes, since three of four are needed.

    Watch how many views it costs: one for each primary that was killed while it led. The story `handed-over` does the
    same with the primary's own word, and the pauses are gone.

    What holds: I7, views only rise, in every life; I3, nobody executes a block twice or leaves one out.
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
async def handed_over(c: Vocabulary) -> None:
    """S37: an upgrade in order: each member is told to stop, and whoever leads says so before it goes.

    A primary that is about to stop says SUSPECT of its own view, with hand-over as the reason (T5). For anybody
    else's complaint f+1 are needed, lest one member with a bad link drive the others out of a working view; the
    primary's word about itself is enough, since a faulty primary could end its view anyway, by silence. So the others
    say VIEW-CHANGE at once, and no patience has to pass. What was prepared comes back in the new view's O as after
    any view change: a stop in good order needs no other protocol than a death, only less time. A backup has nothing
    to hand over.

    Watch the moment: SUSPECT from one, VIEW-CHANGE from all, NEW-VIEW, in a few round trips. Compare the gap between
    two blocks with that in `rolling-restart`, where the same member is killed.

    What holds: I8, nothing that committed is lost between the views; what was acknowledged is executed.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    for number in range(c.members):
        away = await c.hand_over(c.member[number])
        await c.progress(blocks=2, within="10 s")
        away.heal()
        await c.until(c.height_of(c.all) >= 3, within="20 s")
        await c.progress(blocks=2, within="10 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def far_behind(c: Vocabulary) -> None:
    """S17: a member comes back after hundreds of blocks, and the primary dies while it takes the ledger over.

    More than 512 blocks behind, one by one would take too long. So it takes the ledger itself: META-DATA from a
    member that is ahead, which is a header that a quorum certified and the roots of 4,096 parts that must fold up to
    the header's state root; then FETCH and DATA, other parts from each of the others at once. A part that does not
    hash to its root bans its sender. Nothing here is a mode: blocks are taken over all the while, and if they get
    there first the transfer is dropped. An older protocol computed its view change from the checkpoint being fetched,
    and both waited for each other for ever; here the transfer changes nothing in a replica until it is whole.

    Watch the member's height: it stands still, jumps to a checkpoint, and climbs from there. The view changes
    meanwhile, and that is nothing to it, for what is final is final in every view.

    What holds: I24, a ledger taken over whole is the one after a certified block; I9, one header for a height.
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

    A bus is nobody's witness: it carries bytes, and may lose, repeat, delay or forge them. So no safety rests on it,
    and members need not agree on whether it is up. What was under way when it died is gone. Nobody resends blindly:
    in each interval a replica's STATUS says which votes, batches and blocks it holds, and whoever reads it sends
    exactly its own that are missing there (R1 to R6). The connection is tried again for as long as it takes.

    Watch the time after the broker is back: a round of statuses, the missing votes, and the open numbers are decided
    with the proposals that they had. Perhaps the view is left meanwhile, perhaps not; it makes no difference to what
    is decided, only to when.

    What holds: I13, progress once messages arrive again; and an answer that a client got is as true as before.
    """
    c.load.open(rate_per_s=20)
    await c.until(c.height >= 3, within="30 s")
    away = await c.stop_broker()
    await c.wait("3 s")
    away.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="30 s")
    c.check("state-root", "read-your-commit")
