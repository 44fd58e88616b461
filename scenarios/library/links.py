"""Links that fail one way, by halves, or for one member alone."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4, network="wan-china")
async def deaf_primary(c: Vocabulary) -> None:
    """S12: the primary can speak but not hear: the others must move on, and it must come back.

    A broken link is often broken one way. The primary's PRE-PREPAREs still arrive, so it looks alive; but it hears no
    PREPARE, never gets prepared, and its window of open numbers fills. The backups can still agree among themselves
    on what it proposed, until it proposes no more; then the oldest batch waits, each says SUSPECT, and at f+1 they
    leave. The deaf one complains of every view too, since nothing reaches it. In a protocol in which one complaint is
    enough, it would drive everybody from view to view for ever; here it takes f+1, one of them honest, and it is
    alone.

    Watch that its complaints move nobody, before and after, while two others' do. Meanwhile a backup is killed and
    started again: of four only a bare quorum is left, and still the view opens.

    What holds: I13, progress with f members in trouble; I7, the deaf one comes into the new view and never back.
    """
    c.load.open(rate_per_s=200, arrival="poisson")
    await c.until(c.height >= 5)
    cut = c.network.drop(source=c.others, target=c.primary)
    await c.until(c.view >= 1, within="5 s")
    death = await c.kill(c.backup[1])
    await c.start(death.struck)
    cut.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def mute_primary(c: Vocabulary) -> None:
    """S13: the primary hears everything and is heard by nobody; clients reach all members all the same.

    Its gateway takes transactions in, it orders them, and no PRE-PREPARE arrives anywhere. To the others this is a
    dead primary: patience, f+1 complaints, VIEW-CHANGE. The mute one hears all of that. It follows the others'
    VIEW-CHANGEs into the next view and votes there, unheard, as one of the f. What clients handed in at its own
    gateway is a batch on its disk that nobody else has; it was acknowledged, so it must not be lost. When the link
    heals, the others' STATUS shows that they lack the author's next batch, and it sends it.

    Watch two things: that the new view opens without the old primary's vote, and that after the healing the batches
    of its gateway are ordered, late, in the order of their numbers, each once.

    What holds: I14, exactly once for each author; I20, what a gateway acknowledged survives.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    cut = c.network.drop(source=c.primary, target=c.others)
    await c.until(c.view >= 1, within="5 s")
    await c.wait("2 s")
    cut.heal()
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def two_halves(c: Vocabulary) -> None:
    """S28: the network breaks in the middle. Neither half is a quorum, so neither may decide anything.

    Two quorums of four members share at least two, of whom one at least is honest: that is why nothing can be decided
    twice, and it is also why two members alone can decide nothing at all. Each half hears f+1 complaints and leaves
    its view; each asks for the next one, and no primary gets a quorum of VIEW-CHANGEs. So both halves wait, in the
    same view or in two, with everything that was prepared kept on disk. That is the price of never having two chains:
    better none for a while. Clients are told `pending`, which is the truth.

    Watch the heights on both sides of the cut: they stand still, within one block of each other. When it heals, the
    VIEW-CHANGEs that were lost are forwarded by whoever has them, and both halves go on as one.

    What holds: I1, agreement, through ten seconds in which liveness is given up for it; then I13 again.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    broken = c.network.partition(c.half[0], c.half[1])
    await c.wait("10 s")
    broken.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def isolated_member(c: Vocabulary) -> None:
    """S11: one backup is cut off again and again, lags behind, and catches up each time without stopping the others.

    Three of four are a quorum, so the chain goes on at its pace and does not wait for the fourth. When it hears
    again, the votes it missed are of little use: their slots are certified, and below the others' checkpoint
    forgotten. It needs none. A block with its certificate is final whoever sends it, in whatever view the reader is,
    so it takes blocks over one by one (C5) and needs to believe nobody. There is no mode of catching up that one
    could be stuck in: while it takes over old blocks it already votes on new numbers, as soon as they lie in its
    window.

    Watch its line in the picture: a gap, then certified blocks in a row, then votes again. Soon it is cut off again;
    each time it goes on from its own last block.

    What holds: I3, in order, without a gap, each once; and the other three never change their view for its sake.
    """
    c.load.open(rate_per_s=30)
    await c.until(c.height >= 3)
    for _ in range(4):
        alone = c.network.partition(c.member[c.members - 1], f"not member[{c.members - 1}]")
        await c.wait("3 s")
        alone.heal()
        await c.wait("500 ms")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence")
