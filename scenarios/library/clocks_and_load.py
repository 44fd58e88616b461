"""Members that are slow, unfair, or wrong about the time, and break no rule that a signature would show."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def slow_primary(c: Vocabulary) -> None:
    """S33: the primary answers just before patience runs out, always. It breaks no rule; it is only slow.

    The attack is called after Aardvark, which was built against it. What holds here: the chain moves at the primary's
    pace, nobody is wrongly accused, and with the delay gone the pace is the old one.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    slow = c.network.delay(source=c.member[0], target=c.all, by="200 ms")
    await c.progress(blocks=5, within="30 s")
    slow.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("state-root", "evidence")


@scenario(members=4)
async def censoring_primary(c: Vocabulary) -> None:
    """S34: the primary orders what its own gateway took in, and nothing of anybody else.

    Blocks come, so a timer that watches for blocks sees nothing. Members watch the oldest thing they know of instead:
    while that waits, there is no progress, whatever else is ordered.
    """
    await c.lie(c.primary, "censor")
    c.load.open(rate_per_s=50)
    await c.until(c.view >= 1, within="10 s")
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "evidence")


@scenario(members=4)
async def clock_jump(c: Vocabulary) -> None:
    """S31: clocks jump by a minute, forward and back, the primary's too. Block time still never runs back.

    A proposal far in the future is refused, so a primary whose clock is fast can order nothing and is replaced; one
    whose clock is slow orders on, with the time of the block before.
    """
    c.load.open(rate_per_s=20)
    await c.until(c.height >= 3)
    fast = await c.set_clock(c.primary, offset="60 s")
    await c.wait("5 s")
    fast.heal()
    slow = await c.set_clock(c.primary, offset=-60_000)
    await c.wait("5 s")
    slow.heal()
    drift = await c.set_clock(c.all, offset=0, drift_ppm=5_000)
    await c.wait("5 s")
    drift.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="10 s")
    c.check("state-root", "time", "view-monotone", "evidence")
