"""People who want what there is little of. What they were told must make sense in one order, whatever fails."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def limited_drop(c: Vocabulary) -> None:
    """S35: eight editions go on sale, everybody wants one at several gateways, and the primary dies in the rush.

    Each edition is sold once, the ninth buyer is told that none is left, and no answer contradicts another: there is
    one order of all purchases and reads that explains them all, and that order respects time.
    """
    c.load.drop(rate_per_s=100)
    await c.until(c.height >= 5)
    death = await c.kill(c.primary)
    await c.until(c.view >= 1, within="5 s")
    await c.progress(blocks=10, within="10 s")
    await c.wait("2 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("linearizable", "never-oversold", "one-owner", "state-root", "read-your-commit")


@scenario(members=4)
async def stale_reader(c: Vocabulary) -> None:
    """S36: tokens change hands while a member lags far behind; it answers readers from a past that it takes for now.

    One member alone must not be believed: it may lag, or lie. A reader asks all and takes what a quorum says, and any
    quorum shares an honest member with the one that made the last gift final.
    """
    c.load.gifts(rate_per_s=100)
    await c.until(c.height >= 5)
    cut = c.network.partition("not member[3]")
    await c.wait("3 s")
    cut.heal()
    await c.until(c.height_of(c.all) >= 10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("linearizable", "one-owner", "state-root", "evidence")


@scenario(members=4)
async def gifts_and_power_cuts(c: Vocabulary) -> None:
    """S36: whoever was told that a token is his keeps it, though the power goes everywhere, in the middle of gifts.

    What a client was told is on the disks of a quorum. What it was not told may have happened or not; it must not
    happen twice, nor be taken back once anybody saw it.
    """
    c.load.gifts(rate_per_s=100)
    await c.until(c.height >= 10)
    for _ in range(2):
        cut = await c.kill(c.all)
        await c.wait("1 s")
        cut.heal()
        await c.progress(blocks=5, within="15 s")
        await c.wait("1 s")
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("linearizable", "one-owner", "never-oversold", "state-root", "read-your-commit", "view-monotone")
