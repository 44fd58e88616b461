"""Faults at the worst moment: what happens is told by what somebody says, not by a clock."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def two_chosen_steps(c: Vocabulary) -> None:
    """S10: two partitions, at the first COMMIT and at the NEW-VIEW, and nobody lies. Others never recovered.

    Two cuts at the right steps find more than an hour of random loss. The first comes as somebody has just said
    COMMIT: one half may be prepared at numbers at which the other is not. The second comes as the NEW-VIEW is sent,
    before it arrives, and it runs the other way: those who were apart are together now, and who was together is
    apart. So the members hold different VIEW-CHANGEs, are active in different views, and each has part of what the
    others need. ByzzFuzz left a Tendermint locked for ever like this, without any liar.

    Watch the second healing: whoever is in a later view forwards what opened it (R7), those who wait for a view are
    shown its NEW-VIEW again, and the VIEW-CHANGEs that it names are fetched by digest. Nobody waits for a message
    that its sender believes to have sent: a STATUS says what is lacking.

    What holds: I8, whatever committed at either side is carried; I13, then progress within a stated time.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.until(c.said("commit"))
    first = c.network.partition(c.half[0], c.half[1])
    await c.wait("1 s")
    first.heal()
    await c.until(c.said("new-view"), within="20 s")
    second = c.network.partition("member[0]+member[2]", "member[1]+member[3]")
    await c.wait("1 s")
    second.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def diverging_locks(c: Vocabulary) -> None:
    """S14: one member is prepared where nobody knows it, then cut off; the others must go on, and so must it.

    An IBFT was stuck here for ever: one validator had locked proposal A, the others locked B, one more crashed, and
    no quorum was left for either, since a lock would not let go. PBFT has no locks. Being prepared is a certificate,
    and it is *shown*: in P of a VIEW-CHANGE, where it binds the next primary if it is among the quorum that V names.
    If it is not, then no quorum can have committed it, and another proposal may take the number. A certificate of a
    later view weighs more than one of an earlier view, so nobody need keep to what he once prepared.

    Watch member 1: it says COMMIT, heard by nobody, and is then shut out while the others open a view without it.
    What it prepared loses or wins by what V holds, and it accepts either; when it learns of a final block it takes it
    over.

    What holds: I8, and its converse: what did *not* commit need not be kept, which is what gives liveness (I13).
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    apart = c.network.drop(source="member[1]", target=c.all)
    await c.until(c.said("commit", source="member[1]"))
    death = await c.kill(c.primary)
    apart.heal()
    deaf = c.network.partition("member[1]", "member[2]+member[3]")
    await c.wait("2 s")
    deaf.heal()
    await c.until(c.view >= 1, within="20 s")
    await c.progress(blocks=3, within="20 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def decided_at_one(c: Vocabulary) -> None:
    """S15: one member decides and tells nobody, the view ends, and it is gone when the next one begins.

    A dBFT had committed in one view at one replica and could commit in no later one anywhere. It is the hardest case
    of agreement: a decision that only one knows of, and that one is away. The argument of §4.4 covers it. To decide,
    member 3 had COMMITs of a quorum; each of these senders was prepared and has the certificate on disk. Any quorum
    of VIEW-CHANGEs for the next view shares an honest member with that quorum. So the certificate stands in some P, O
    has this very proposal at its number, and the others come to decide the same, though nobody remembers that it was
    decided before.

    Watch the number at which member 3 said BLOCK-VOTE before it went: when it is back, everybody has the same block
    there. It re-prepares what it executed and does not execute it twice (V10).

    What holds: I8, and through it I1 across views; I3, each block once.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    mute = c.network.drop(source="member[3]", target=c.all)
    await c.until(c.said("block-vote", source="member[3]"))
    gone = await c.kill("member[3]")
    mute.heal()
    death = await c.kill(c.primary)
    await c.wait("1 s")
    gone.heal()
    await c.until(c.view >= 1, within="20 s")
    await c.progress(blocks=3, within="20 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def killed_while_catching_up(c: Vocabulary) -> None:
    """S19: a member that was away is sent the blocks it lacks, and dies three times while they arrive.

    Another chain applied a block twice here: the ledger was written before the height was, a crash fell between the
    two, and after the restart the block came again. A block and all that it changes, its receipts, the entries of the
    state and the new height, go to disk in one transaction, or none of it does. So what the member finds when it is
    born again is exactly the ledger after its last block, and the next one to be applied is the one above. If the
    others send it blocks that it has, since its STATUS was old, these are nothing.

    Watch its height at each start: never lower than before, never with a gap. The moment is chosen by what is said:
    it dies just as a certified block is on its way to it.

    What holds: I3, decisions are executed in order, each once, in all its lives; and the ledgers' roots are equal at
    equal height, which a block applied twice would break.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    away = await c.kill("member[3]")
    await c.progress(blocks=60, within="30 s")
    for _ in range(3):
        away.heal()
        await c.until(c.said("certified-block", target="member[3]"), within="10 s")
        away = await c.kill("member[3]")
        await c.wait("200 ms")
    away.heal()
    await c.until(c.height_of(c.all) >= 60, within="30 s")
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("state-root", "one-owner", "evidence", "read-your-commit")


@scenario(members=4)
async def final_while_leaving(c: Vocabulary) -> None:
    """S16, S18: a member leaves its view, and just then is sent final blocks. It takes them over, and still enters.

    Others waited for a view change that a caught-up commit had made pointless, or for a commit that the view change
    forbade, and never came out. The way out is that the two have nothing to do with each other. A member that has
    left its view says no PRE-PREPARE, PREPARE or COMMIT; but it still takes over certified blocks, executes what is
    decided, and votes for blocks (V1). A final block is final in every view: to take one over is neither a vote in
    the old view nor a reason to go back to it. And the view that it asked for it enters all the same, by its
    NEW-VIEW, or the others' next.

    Watch member 2: cut off from the rest it falls behind; then the primary freezes, all complain, and just as member
    2 has said VIEW-CHANGE the primary is back, with votes and blocks that finish what was open. It takes these in
    while it belongs to no view.

    What holds: I7, no way back; I6, executed, certified and stable keep their order; I13.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    cut = c.network.partition("not member[2]")
    await c.wait("2 s")
    freeze = await c.pause(c.primary)
    cut.heal()
    await c.until(c.said("view-change", source="member[2]"), within="20 s")
    freeze.heal()
    await c.until(c.height_of(c.all) >= 10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=5, within="20 s")
    c.check("state-root", "view-monotone", "evidence")
