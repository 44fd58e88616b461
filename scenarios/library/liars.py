"""Members that lie: up to f of them change nothing that an honest member decides; more are caught."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def equivocating_primary(c: Vocabulary) -> None:
    """S01: the primary tells one half one proposal, and the other half another, for the same number.

    Two quorums share an honest member, and that one prepares one of the two only. So at most one can be decided, in
    most cases none is, and the view is left. The two signed PRE-PREPAREs together prove the lie to anybody.
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

    The second vote changes nothing: a tally has one place for each member. Both together are a proof, and the member
    is named for good.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[0], "double-vote")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "evidence", "liars-named")


@scenario(members=7)
async def amnesia_of_one(c: Vocabulary) -> None:
    """S04: a member loses its disk in the middle of votes and comes back at once, as if it had said nothing.

    Whoever forgot could contradict himself as a liar does. So it is mute until it is past everything it may have said;
    meanwhile, with another member away besides, the chain of seven must neither fork nor stop.
    """
    c.load.open(rate_per_s=100)
    await c.until(c.height >= 5)
    await c.kill(c.backup[2])
    death = await c.kill(c.backup[0])
    await c.wipe(death.struck)
    death.heal()
    await c.progress(blocks=5, within="30 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "evidence", "read-your-commit")


@scenario(members=4)
async def huge_view(c: Vocabulary) -> None:
    """S06: one member claims a view beyond all time. If others followed, no primary would ever be reached.

    A member goes to a later view only where f+1 claim it at least, so that an honest one is among them.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[0], "huge-view")
    await c.progress(blocks=10, within="20 s")
    death = await c.pause(c.primary)
    await c.wait("3 s")
    death.heal()
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def forged_opening(c: Vocabulary) -> None:
    """S07: a member opens views of its own with a NEW-VIEW that names complaints nobody made.

    A NEW-VIEW names the VIEW-CHANGEs it rests on by hash; everybody looks for these, and enters nothing without them.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[0], "bogus-new-view")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def mutated_fields(c: Vocabulary) -> None:
    """S09: one number in each of a member's messages is off by one: view, sequence, count, whatever stands there."""
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[1], "mutate")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def restless_member(c: Vocabulary) -> None:
    """S30: a member complains of every view and leaves it at once. Alone it moves nobody.

    That is why members complain before they leave, and leave when f+1 complain: one of these is honest.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[1], "early-view-change")
    await c.progress(blocks=20, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3)
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def flooding_member(c: Vocabulary) -> None:
    """S27: a member says everything twenty times, and bytes without meaning in between cost nobody more than a look."""
    c.load.open(rate_per_s=20)
    await c.until(c.height >= 3)
    flood = await c.lie(c.backup[0], "flood")
    await c.progress(blocks=5, within="20 s")
    flood.heal()
    await c.lie(c.backup[0], "garbage")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "evidence")


@scenario(members=4)
async def too_many_liars(c: Vocabulary) -> None:
    """S05: two of four lie together, one more than four members bear: there must be two chains, and we must see it.

    This story holds when agreement breaks. It shows that the checker has eyes, and why n is more than three times f.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.primary + "+" + c.backup[0], "equivocate")
    await c.wait("5 s")
    c.expect_broken("agreement")
