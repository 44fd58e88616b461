"""Members that lie about what they decide: up to f of them change nothing for the honest; more are seen, and named."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def equivocating_primary(c: Vocabulary) -> None:
    """S01: the primary tells one half one proposal, and the other half another, for the same number.

    This is the lie that Byzantine agreement was invented for. The liar signs two PRE-PREPAREs for one view and
    number, and votes along with each half. To be prepared for one of them takes matching PREPAREs of a quorum; two
    quorums share f+1 members, one of them honest, and an honest backup accepts one proposal for a number and no
    second. So in this view at most one of the two can be prepared by anybody honest. Where neither is, the number
    stands still, patience ends, and the view with it. Of the three honest ones here two are told the same, and with
    the liar's votes they are a quorum: the chain goes on, and the third, who was told otherwise, takes each block
    over with its certificate.

    Watch the arrows from the primary at one number: to two members the same, to the third another. Nobody passes
    PRE-PREPAREs on, so it may be that nobody ever holds both. Whoever does holds a proof that convicts the primary
    before anybody, and leaves at once (T7).

    What holds: I1 and, behind it, I16, nobody is prepared for another digest in the same view and number; the cheated
    member is late, and never wrong.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.primary, "equivocate")
    await c.wait("5 s")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def double_votes(c: Vocabulary) -> None:
    """S02: a backup votes for what is right and, under the same signature, for something else too.

    A voter in two camps is worth a liar to each. If tallies counted messages, his one key could make up for two
    members; so they count senders: a bit for each, set by the first vote, and the second finds the place taken. That
    alone keeps the decision right. But the second vote is worth keeping, with its signature and its path in the
    bundle that it came in: two votes of one member for one phase, view and number that differ are *evidence* (E1).
    They are shown to everybody once, whoever checks them believes nobody but the two signatures, and the member is
    named for good.

    Watch that the chain does not even slow down: no view is left, since the liar does not lead. What it loses is its
    name, and, when its turn to lead comes, everybody's patience: a proven liar's view is skipped.

    What holds: I18, a quorum counts distinct members; I15 and E3, no honest member can ever be named like this,
    because its votes were on disk before they left.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[0], "double-vote")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "evidence", "liars-named")


@scenario(members=4)
async def mutated_fields(c: Vocabulary) -> None:
    """S09: one number in each of a member's messages is off by one: view, sequence, count, whatever stands there.

    ByzzFuzz found bugs in real PBFT implementations by such small lies, where random bytes had found none: a message
    that is almost right passes the first checks and reaches the code behind. Each of these is well signed, for the
    liar holds its key. So every handler judges the content by itself: is the view mine, is the number between the
    watermarks, is this the first for its slot, does the digest follow from the content. What can be computed is never
    read: a NEW-VIEW's O, a certificate's digest, the sender of an item. A field that is not sent cannot be changed.

    Watch the refusals, by reason, in the status of the others: nothing that a peer says may raise an error in a
    member, or cost it more than a look. And before long two of the liar's votes meet in one slot and contradict each
    other; then there is proof of it too.

    What holds: I12, whatever peers send, a replica keeps no more than its windows allow; I15, and only the liar is
    named.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[1], "mutate")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def too_many_liars(c: Vocabulary) -> None:
    """S05: two of four lie together, one more than four members bear: there must be two chains, and we must see it.

    Three is the quorum of four, and f is one: any two quorums share two members, one of whom is honest. With two
    liars the two that are shared may both be liars. The primary shows each of the honest ones another proposal; its
    companion votes for both; each half has its quorum of three, executes, and has a certificate for its block. Nobody
    honest did anything wrong, and nobody could have prevented it. Now the two certificates for one height lie side by
    side, each signed by three of four. Whoever signed both is a liar, and by the arithmetic of quorums these are at
    least f+1 (E5).

    Watch the blocks after the lie: same height, different digests. This story *holds* when agreement breaks; it shows
    that the checker has eyes. `quorate campaign --liars 2` goes on until both certificates exist, and prints the
    names.

    What holds, even here: I15, proof names liars only. Safety is lost with f+1 liars, accountability is not.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.primary + "+" + c.backup[0], "equivocate")
    await c.wait("5 s")
    c.expect_broken("agreement")


@scenario(members=4)
async def poisoned_snapshot(c: Vocabulary) -> None:
    """A member far behind asks for the ledger, and the first to answer serves it a false one.

    Whoever takes a whole ledger over cannot check it by executing: that is what it wants to be spared. So it believes
    nothing but a header that a quorum certified. The META-DATA names the root of each part, and these must fold up to
    the header's state root; each part of the DATA must hash to its root. The liar may alter a root, and the fold
    comes out otherwise; or an entry, a token's owner, say, and the hash does. Either way it is caught by arithmetic
    and not by asking the others, at the first false byte that is looked at, and is asked no more for 400 status
    intervals (S5).

    Watch the FETCHes: first to all, then to all but one. The others are slowed down here, so that the liar really is
    the first. A ban proves nothing to third parties, since a hash that does not fit is signed as part of a longer
    bundle but could be an accident; so nobody is accused.

    What holds: I24, a ledger taken over whole is the one after a certified block.
    """
    c.load.open(rate_per_s=200, arrival="even")
    await c.until(c.height >= 3)
    late = await c.kill(c.member[3])
    await c.until(c.height >= 580, within="120 s")
    await c.lie(c.member[1], "poisoned-snapshot")
    slow = c.network.delay(source="member[0]+member[2]", target=c.member[3], by="60 ms")
    late.heal()
    await c.until(c.height_of(c.member[3]) >= 580, within="60 s")
    slow.heal()
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence", "read-your-commit")


@scenario(members=4)
async def lying_gateway(c: Vocabulary) -> None:
    """S36: a member lies to its clients: it calls final what nobody ordered, and refused what was accepted.

    In the paper a client believes a result when f+1 replicas sent it the same: one of them is honest. Here a client
    talks to one gateway, and asks it for the proof instead: the block's header, BLOCK-VOTEs of a quorum for it, and
    the Merkle paths of its transaction and of the receipt. The liar has one key. It can make up a header and vote for
    it, and it can write others' names beside its own signature; none of them verifies. It can take a true certificate
    and alter the receipt; then the path does not lead to the header's root any more. What it can prove is what is so.

    Watch the clients: they doubt, go to the next gateway with the same bytes, and are served there; the transaction
    takes effect once, wherever it was handed in. Readers ask everybody and believe what a quorum says alike.

    What holds: C3, nothing is final without the votes of a quorum. So what clients believed is in the chain
    (`believed`), the liar was found out (`liars-exposed`), and one order explains every answer (`linearizable`). No
    member had to notice anything.
    """
    c.load.gifts(rate_per_s=60)
    await c.until(c.height >= 5)
    false = await c.lie(c.backup[0], "lie-to-clients")
    await c.wait("4 s")
    false.heal()
    await c.stabilise()
    await c.progress(blocks=5, within="10 s")
    c.check("believed", "liars-exposed", "linearizable", "one-owner", "state-root", "read-your-commit", "evidence")
