"""Members that are slow, unfair, or wrong about the time, and break no rule that a signature would show."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def slow_primary(c: Vocabulary) -> None:
    """S33: the primary answers just before patience runs out, always. It breaks no rule; it is only slow.

    The attack is called after Aardvark, which was built against it: a faulty primary need not stop, it only needs to
    be slow enough to ruin everybody and quick enough not to be replaced. Here all it says takes 200 ms longer. Each
    block is a step, so no patience ends, and the view stays: a primary that works slowly is worth more than a view
    change. What it cannot do is dawdle while it has nothing to wait for. Intervals in which a batch waits and no
    number is open count against it (T8), and an honest primary, however slow its link, has a proposal open whenever
    anything waits (N2).

    Watch the pace: that of the primary's link. Several numbers are in flight at once, so throughput suffers less than
    latency does. With the delay gone the pace is the old one, in the same view.

    What holds: I13, progress at the pace that the network allows; and nobody is accused, since being slow is no lie.
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

    Blocks come, so a timer that watches for blocks sees nothing wrong. That is how censorship passes in many chains:
    the leader is alive, quick, and unfair. But payload does not go through the primary here; every batch is sent to
    everybody by whoever took it in. So each backup knows the oldest batch that could be ordered and is not executed,
    and of its two timers (T1) one starts anew only when the *oldest* thing is another. While that waits there is no
    progress, whatever else is ordered. f+1 complain, and the view is left.

    Watch the heights rise in view 0 although three gateways' clients wait: progress for the wrong people. Then the
    view changes, and the next primary takes one batch of each author in turn (N1), so nobody's is passed over.

    What holds: I13 for every client and not only for some; I15, no proof names the censor, since what one left out
    can always have been lost. PBFT takes its power, not its name.
    """
    await c.lie(c.primary, "censor")
    c.load.open(rate_per_s=50)
    await c.until(c.view >= 1, within="10 s")
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "evidence")


@scenario(members=4)
async def censored_client(c: Vocabulary) -> None:
    """S34: the primary orders everything but what one client sent; hardly anybody would notice.

    A subtler censor than one that serves its own gateway only. It chooses one client, and behaves as if the batches
    with this client's transactions had never reached it. All others are served as ever, so blocks come and most
    people are content. But a proposal takes each author's batches by rising number, without gaps (Q4): whoever does
    not take number 5 may not take number 6. So with one client's batch everything stops that its gateway took in
    afterwards, the oldest known thing waits at every backup, and f+1 complaints end the view. To leave out one, a
    primary must leave out many.

    Watch whom it hurts before the view changes: all clients of that client's gateway. Under the next primary they are
    served, the one who was meant among them. The censor itself cannot go on: it lacks what the others executed.

    What holds: I14, each author's batches in the order of their numbers, which is what makes an omission visible;
    I15, and no proof names anybody, for an omission signs nothing.
    """
    await c.lie(c.primary, "censor-client")
    c.load.open(rate_per_s=50, gateways=c.others)
    await c.until(c.view >= 1, within="20 s")
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "evidence", "read-your-commit")


@scenario(members=4)
async def clock_jump(c: Vocabulary) -> None:
    """S31: clocks jump by a minute, forward and back, the primary's too. Block time still never runs back.

    Safety asks no clock anything: votes are counted, not timed. But rules of the ledger do, holding periods and
    expiries, so blocks have a time, and one faulty clock must not make it jump. A backup refuses a proposal whose
    time lies below that of the one before, or more than the permitted drift ahead of its own clock (N5). So a primary
    whose clock is a minute fast can order nothing, is complained of, and replaced. One whose clock is slow proposes
    the earliest time that is permitted, the last block's, and orders on. Timers run by durations, so no jump rings or
    silences them.

    Watch the first fault cost a view, and the second none. Then all clocks drift together, and nobody can tell, which
    is as it should be: time here is what a quorum agrees on.

    What holds: I17, time never runs back; and honest members with wrong clocks are replaced, never accused.
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
