"""Networks of odd shapes and bad habits: rings, bridges, flapping, loss, and old traffic again."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=5)
async def ring_of_majorities(c: Vocabulary) -> None:
    """S28: each member hears its neighbours only: everybody sees a majority, and no two see the same one.

    In a protocol whose leader counts the votes that it hears itself, everybody here finds somebody else missing, and
    leaders go round in circles. In PBFT a vote proves who said it, so it may come by way of anybody. Five members
    decide with four, and each hears two others only. No number can be decided between neighbours alone, so for ten
    seconds the chain may stand still: a ring is not a kind network, and nobody promises progress in it. What must not
    happen is that two sides of the ring decide otherwise, since any two quorums of four share three members.

    Watch the views: complaints reach neighbours only, so members leave at different moments. When the ring heals,
    those who are in a later view forward their VIEW-CHANGEs and the NEW-VIEW to whoever says in his STATUS that he is
    not there.

    What holds: I1 throughout; I13 from the healing on, within one capped timeout.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    ring = c.network.partition(
        *("+".join(c.member[(number + step) % c.members] for step in range(2)) for number in range(c.members))
    )
    await c.wait("10 s")
    ring.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=5)
async def bridge(c: Vocabulary) -> None:
    """S28: two halves that hear each other only through one member in between.

    The one in the middle hears everybody and is heard by everybody; the others hear their own side and it. Five
    decide with four, so no side is a quorum, not even with the bridge. Protocols that count on everybody's hearing
    the same often break here: the bridge is told two stories by honest people. Here there is nothing to tell twice.
    Each vote is for one digest, in one view, at one number. The bridge adds up what it hears, and may be prepared
    where nobody else is; but to decide it needs COMMITs of a quorum, and those who hear three voices never come to
    say theirs.

    Watch the views: each side complains, and the bridge, which hears both, leaves with the first f+1 and tells the
    others of it. After the healing it is the one who has everything that either side lacks: what it prepared stands
    in its P, and comes back in the next view.

    What holds: I1, agreement, and I16 behind it: nobody is prepared for another digest in the same view and number.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    middle = c.member[c.members // 2]
    parted = c.network.partition(f"half[0]+{middle}", f"half[1]+{middle}")
    await c.wait("10 s")
    parted.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def flapping_link(c: Vocabulary) -> None:
    """S28: the primary's link comes and goes, about as often as patience runs out.

    A bad rhythm: each cut is just longer than the first patience, so it costs whoever leads his view; and just as the
    next one has taken over, the link of the first is well again, and his own goes down. `primary` is whoever leads at
    the moment of the step. Between two cuts a few blocks are executed, so patience is short again each time. Were
    there none, it would double with each view that is left (T6), until a view outlasts the rhythm, which a fixed
    timeout might miss for ever; and it stops at eight times the first, so that nobody sleeps long after the trouble
    is over.

    Watch the views go up by one with each cut, and what is open before and after: proposals that prepared come back
    at their numbers in every next view, and are never proposed a second time elsewhere. Whoever was cut off learns of
    the new view when he is back, from those who forward what opened it.

    What holds: I8, through many view changes in a row; I13, once the link stays up.
    """
    c.load.open(rate_per_s=30)
    await c.until(c.height >= 3)
    for _ in range(10):
        down = c.network.partition("primary", "others")
        await c.wait("700 ms")
        down.heal()
        await c.wait("400 ms")
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def lossy_network(c: Vocabulary) -> None:
    """One message in five is lost, everywhere. Statuses say what is missing; it is sent again, and nothing more.

    The paper leaves loss to the transport and resends on a timer. Here nothing is sent twice for being old: a replica
    says in each STATUS which votes it holds for each open slot, which blocks lack their certificate, and up to which
    number it has everybody's batches. Whoever reads it compares that with what he has and sends his own that are
    missing, to that member's inbox (R3 to R5); who is asked also sends what belongs to others, batches and certified
    blocks. A status may be lost like anything else: the next one comes an interval later and says all of it again.

    Watch how little is repeated: a vote that is missing at one member goes to this one and to nobody else. And a view
    is hardly ever left, since each step that a repaired vote makes possible gives patience another start (T1).

    What holds: I13, progress while enough arrives in the end; I18, a vote that came twice is counted once.
    """
    c.network.drop(source=c.all, target=c.all, chance=0.2)
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 10, within="60 s")
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def old_traffic(c: Vocabulary) -> None:
    """S29: everything comes twice, late and out of order, and a view change in the middle makes the copies stale.

    A message bus that promises delivery at least once promises copies too. Every word in PBFT names what it is about,
    view, number and digest, and is signed; so it means the same whenever it comes. A PREPARE may come before the
    PRE-PREPARE that it belongs to, and is kept for it. A copy finds its sender's place in the tally taken. A vote of
    view 0 says nothing in view 1, a STATUS with an older number is nothing at all, and a batch that was executed is
    never executed again, because its author's number is part of the state.

    Watch the primary die in the middle of this: for a while both views' messages are under way at once. Nobody counts
    votes across views, which is the mistake this story is made for; the proposals carried over are voted on anew.

    What holds: I14, exactly once; I18, a quorum counts members and never messages; I7, no old word leads back.
    """
    c.network.duplicate(source=c.all, target=c.all, chance=0.5)
    c.network.delay(source=c.all, target=c.all, by=0, jitter="100 ms")
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 5, within="30 s")
    death = await c.kill(c.primary)
    await c.until(c.view >= 1, within="10 s")
    death.heal()
    await c.until(c.height >= 15, within="30 s")
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")
