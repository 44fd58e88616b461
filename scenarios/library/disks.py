"""Disks: torn in the middle of a write, slow, full, lost. What a member may forget decides what it may still say."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def torn_write(c: Vocabulary) -> None:
    """S21: each member in turn dies in the middle of a write to its disk.

    A turn of a node is one transaction: what arrived, what follows from it, the votes, the executed block and all
    that it changed in the ledger, with one sync at the end. The power may go at any byte of it. The log of the
    database says by checksums how far it is whole; a torn end is cut off, and the turn has not happened. Since votes
    leave only after the sync, nobody heard of it either, so the member may decide otherwise the second time without
    contradicting itself. Damage *before* the end is another matter: that was synced, somebody may have heard of it,
    and the node refuses to start rather than forget it.

    Watch each member come back: it goes on exactly above its last whole block, and never applies one twice.

    What holds: I3, blocks are executed in order, each once, over restarts too; I4, whoever said COMMIT still has the
    prepared certificate that it spoke of.
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


@scenario(members=4)
async def slow_disks(c: Vocabulary) -> None:
    """S33: the disks of f+1 members are slow, the primary's among them: no quorum is without one of them.

    Each vote waits for its sync, so the chain can be no faster than the quorum's slowest disk. It is slow; it is not
    stuck. The timers measure steps, not speed: whenever a replica accepts the next proposal, says PREPARE, says
    COMMIT or executes, its patience begins anew (T1). A protocol that gave a whole request one fixed timeout would
    leave the view here, find the next primary as slow, and go round for ever, each needless view change costing more
    than a block.

    Watch the distance between blocks: some syncs long, many votes in each, since whatever arrives while the disk
    works goes into the next turn. With the disks healed the old pace is back at once; nothing had piled up but the
    batches.

    What holds: I13, progress within a stated time while messages arrive; and I5, for however slow the disk is, no
    vote overtakes its record.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    slow = await c.slow_disk(c.half[0], by="100 ms")
    await c.progress(blocks=5, within="30 s")
    slow.heal()
    await c.progress(blocks=5, within="10 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def full_disk(c: Vocabulary) -> None:
    """S21: the primary's disk is full. It stops rather than speak of what it cannot write, and the others go on.

    The write fails, so the turn is undone, and none of its votes has left (I5). The node has no honest way to take
    part any more: it could not keep what it says. It ends with the reason and the cure, make room and start it again.
    To the others this is a primary that died: patience, f+1 complaints, VIEW-CHANGE, NEW-VIEW. An operator who only
    starts it again sees it stop again at its next write. With room it restores what stands on its disk and is sent
    the rest.

    Watch that it never comes halfway: no vote of the turn that failed is seen at anybody, and after it is back its
    chain has no gap. A member that went on in memory would be the more dangerous one: after the next restart it would
    have forgotten what it promised.

    What holds: I2, one thing said in all its lives, and I3, it resumes at its tip.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 5)
    full = await c.fill_disk(c.primary)
    await c.until(c.view >= 1, within="10 s")
    await c.progress(blocks=5, within="10 s")
    full.heal()
    await c.until(c.height_of(c.all) >= 15, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def wiped_member(c: Vocabulary) -> None:
    """S22: a member loses its whole disk, and is started again with an empty one.

    An empty disk remembers no vote, so whoever votes on from it might contradict what it once said: amnesia makes a
    liar of an honest member. A mark beside its keys says that this key has already bound itself. So it knows what it
    lost, and is *mute*: it asks the others under a fresh nonce how far they are (QUERY-STABLE), computes from enough
    replies the number H_M above which it can have signed nothing, and says no word that binds until its checkpoint is
    there. Meanwhile it takes the chain over block by block, each with the certificate that makes it final for
    anybody.

    Watch how long it is silent while its height already grows. Then the primary dies, and of the three that are left
    nobody can be missed: that the chain moves shows that the wiped one counts again.

    What holds: I23, it binds itself to nothing up to H_M; and I15, for had it voted too early, the others would now
    hold proof against an honest member.
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


@scenario(members=7)
async def amnesia_of_one(c: Vocabulary) -> None:
    """S04: a member loses its disk in the middle of votes and comes back at once, as if it had said nothing.

    Twins and other testers broke real systems with this: a validator that forgot its lock voted for another block in
    the same round. Here seven members bear two faults. One is away for good; the other forgot, and is counted as
    faulty too until it is past everything that it may have signed. Five are left, exactly a quorum: each of them is
    needed for every number, and the mute one may help nobody. It replies to no vote, complains of nothing and opens
    no view.

    Watch that the chain goes on without a pause: availability rests on the five, not on the member that is in a hurry
    to be useful. Its STATUS says what it lacks, it is served blocks like anybody, and after H_M it votes.

    What holds: I23 and I2: between its two lives no slot has two votes of its, which the check for evidence would
    show.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    await c.kill(c.backup[2])
    death = await c.kill(c.backup[0])
    await c.wipe(death.struck)
    death.heal()
    await c.progress(blocks=5, within="30 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "evidence", "read-your-commit")
