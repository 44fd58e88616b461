"""Members that stop: killed, frozen, without power. PBFT bears f of them; all of them, for a while."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def happy_path(c: Vocabulary) -> None:
    """Nothing goes wrong: blocks follow each other, and everybody has the same ones.

    A client hands its transaction to any member, whose gateway packs it into a batch and sends that to all. The
    primary gives batches a sequence number with one PRE-PREPARE. Each backup that holds the batch says PREPARE to
    everybody: with those of a quorum a replica is *prepared*, which means that in this view nobody else can be
    prepared for anything else at this number. Then it says COMMIT, and with a quorum of these the slot is
    *committed-local*: whatever happens, every later view will carry this very proposal at this number. It is
    executed, and everybody signs the block.

    Watch in the picture: one arrow from the primary to each, then everybody to everybody twice, then the block votes.
    That is all of PBFT on a good day; everything else in this library is about the other days. Count the messages:
    they grow with the square of the members, which is the price of trusting none of them.

    What holds: I1, one digest for a sequence number, and I9, one header for a height, byte for byte.
    """
    c.load.open(rate_per_s=100, arrival="even")
    await c.until(c.height_of(c.all) >= 20, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "time", "one-owner", "evidence", "read-your-commit")


@scenario(members=4)
async def primary_killed(c: Vocabulary) -> None:
    """The primary dies under load: the others complain, leave its view, and go on under the next one.

    Nobody announces a death, and a dead member looks exactly like a slow one. So each backup watches the oldest thing
    it knows of that is not executed. When its patience ends it says SUSPECT, and stays: one complaint may be its own
    bad link. When f+1 complain one of them is honest, and all leave: each says VIEW-CHANGE with C, its last stable
    checkpoint, and P, the certificates of what it had prepared. The primary of the next view, replica v mod n, needs
    a quorum of these and says NEW-VIEW, naming them. Everybody computes O from them by himself: what was prepared
    comes back at its old number, holes become null requests, and the numbers are agreed on anew.

    Watch the gap in the blocks: it is about one patience long. Then VIEW-CHANGE from all, one NEW-VIEW, and the first
    numbers after it are those that were open when the primary died. What it had decided itself is not lost either.

    What holds: I8, what committed in a view is in O of every later one; and what a client was told is still true.
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

    A process that the machine stops for some seconds cannot know it: its clock jumps, and the world went on. While it
    slept the others complained, left view 0 and opened view 1. It wakes believing that it leads, and may still say
    PRE-PREPARE in its old view. Nobody is in that view any more, so nobody prepares it: in PBFT a leader has no lease
    that could be misjudged, it has a view that others must share. Then it reads what waited for it, the complaints,
    the VIEW-CHANGEs and the NEW-VIEW, and becomes a backup; had these been lost, the first STATUS would show that it
    lacks them, and they would be forwarded.

    Watch the moment after the freeze: its old proposals lead nowhere, and it is in view 1 almost at once. Then the
    blocks it missed come, each with its certificate, and it takes them over without asking who may be trusted.

    What holds: I7, its view rises and never falls; and E3, though it said things that were out of date it
    contradicted nothing that it had signed, so no proof names it.
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

    The paper's replicas never lose power together; members of a consortium may share a city. A replica that forgot
    its vote could vote otherwise after the restart, and would then be a liar without meaning to. So a vote leaves
    only when its record is on disk, in the same transaction as the prepared certificate that a COMMIT rests on. A
    turn that the cut surprised is there whole or not at all, and of what is not there nobody ever heard. Born again,
    a member says its votes of the view once more, byte for byte, and counts them like anybody's.

    Watch the numbers that were open at the cut: they are decided with the very proposals that were prepared before
    it. Nothing elects a leader again; the view is the one that stands on the disks.

    What holds: I5, no vote without its record; I2, one thing is said for one phase, view and number in all lives of a
    replica; I20, what a gateway acknowledged survives any crash of it.
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
