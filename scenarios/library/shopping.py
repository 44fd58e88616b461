"""People who want what there is little of. What they were told must make sense in one order, whatever fails."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def limited_drop(c: Vocabulary) -> None:
    """S35: eight editions go on sale, everybody wants one at several gateways, and the primary dies in the rush.

    People press the button twice, and at two gateways; platforms resend what was not answered. The same transaction
    then stands in several batches and is ordered several times. It is named by its bytes, so it takes effect the
    first time, and every later one is refused by its number: exactly once is a rule of the ledger, not a hope about
    the network. Each edition is sold once, because purchases of one series are executed in one order everywhere; the
    ninth buyer is told that none is left. In the middle the primary dies, and what it had ordered comes back in the
    new view at the same numbers.

    Watch the answers, not the blocks: a checker looks for one order of all purchases and reads that explains every
    answer that anybody got, and in which what was answered before another was asked comes first (Herlihy and Wing).

    What holds: I14, exactly once; *never oversold* in the ledger; linearizability through the view change.
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

    Orders are agreed on, reads are not: a gateway answers from its own ledger and asks no peer. One that is cut off
    does not know it, and its answer of three seconds ago may be somebody's token that was given away since. Radix and
    others were convicted of such reads by Jepsen. So here one member's answer is worth what one member is worth. A
    reader who must be sure asks all, and takes what a quorum of them says alike: that quorum shares an honest member
    with the one that made the last gift final, so the answer is never older than what was final when he asked.

    Watch that readers wait when answers differ: with a lagging member and one more that is between two blocks there
    may be no quorum of equal answers for a moment. Then nobody is told anything, which is better than something old.

    What holds: linearizability of quorum reads beside gifts; I9, equal height means equal ledger, so honest answers
    that differ are of different heights.
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

    A client has three kinds of answers: final, refused, or none. *Final* means that BLOCK-VOTEs of a quorum lie on
    disks, each written before it left, so a cut of all power takes nothing of it back. *None* means that nobody
    knows: the gift may lie in a batch on one disk, in a proposal that f+1 have prepared, or nowhere. After the
    restart it may still happen, once; the client may ask by the transaction's id, or send the same bytes again, but
    must not make up another one. Two gifts of one token may be under way at the same time; the ledger's order says
    which came first, and the other is refused.

    Watch what was pending at each cut: some of it is final a moment after the power is back, in the same proposals,
    since those who were prepared say their votes again.

    What holds: I20, what was acknowledged survives; I5 and I2, so that no two lives contradict each other; *one
    owner*.
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
