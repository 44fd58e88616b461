"""Links that fail: one way or both, for good or by turns, for one member or for half of them."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4, network="wan-china")
async def deaf_primary(c: Vocabulary) -> None:
    """S12: the primary can speak but not hear: the others must move on, and it must come back.

    A member that is deaf keeps asking for view changes that nobody else wants. One complaint is not enough to leave a
    view, so it can not hold up the rest; but a deaf primary orders nothing, and that f+1 others notice.
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
    """S13: the primary hears everything and is heard by nobody; clients reach all members all the same."""
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    cut = c.network.drop(source=c.primary, target=c.others)
    await c.until(c.view >= 1, within="5 s")
    await c.wait("2 s")
    cut.heal()
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def two_halves(c: Vocabulary) -> None:
    """S28: the network breaks in the middle. Neither half is a quorum, so neither may decide anything.

    That is the price of never having two chains: better none for a while. When it heals, both go on as one.
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
    """S11: one backup is cut off again and again, lags behind, and catches up each time without stopping the others."""
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


@scenario(members=5)
async def ring_of_majorities(c: Vocabulary) -> None:
    """S28: each member hears its neighbours only: everybody sees a majority, and no two see the same one.

    Most protocols go in circles here. In PBFT votes are signed and anybody passes them on, so that a ring is enough to
    agree once the missing is asked for.
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
    """S28: two halves that hear each other only through one member in between."""
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

    The worst rhythm there is: whenever a view has just been left, its primary would work again. Patience doubles with
    each view that fails, so that one of them lasts long enough.
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
    """One message in five is lost, everywhere. Statuses say what is missing; it is sent again, and nothing more."""
    c.network.drop(source=c.all, target=c.all, chance=0.2)
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 10, within="60 s")
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def old_traffic(c: Vocabulary) -> None:
    """S29: everything comes twice, late and out of order, and a view change in the middle makes the copies stale."""
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
