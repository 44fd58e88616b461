"""Members that lie about views: they want others to leave, to enter what was never opened, or to run for ever."""

from scenarios.vocabulary import Vocabulary, scenario


@scenario(members=4)
async def huge_view(c: Vocabulary) -> None:
    """S06: one member claims a view beyond all time. If others followed, no primary would ever be reached.

    A replica that finds itself behind must be able to follow the others into a later view, or it would be left alone.
    If it followed the *highest* view that anybody claims, one liar could send everybody to view 2^62, each after
    another moment's hesitation, and the primaries between would all be passed over; FISCO-BCOS had to fix just that.
    Here a replica goes to the (f+1)-th largest view that others ask for (V5): of f+1 members who want that view or a
    later one, one is honest. The liar's wish counts as one, however large the number in it is, and one VIEW-CHANGE
    for each sender is kept.

    Watch the freeze of the primary in the middle: now the others really want a new view, and the liar's wish is on
    the table too. They go to view 1, where honest members meet, and not one step further.

    What holds: I7, views rise, and I13, they rise by honest members' reasons; I12, a huge number makes nobody store
    more.
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

    A NEW-VIEW decides what comes back from the old view, so it is the most valuable message to forge. The liar really
    is the primary of the view that it opens, and signs with its own key; what is false is V, the VIEW-CHANGEs it says
    it rests on. It names them by sender and digest. A backup enters only when every one that is named is here, whole,
    signed by its sender, and holds by itself (V4, V9); then it computes O from them alone. These do not exist, so
    nobody can ever have them. And since only the view that one is about to enter gets a hearing (V8), an active
    backup does not even wait.

    Watch that nothing happens: no view changes, no pause, no accusation of the members whose names were used. The
    liar names another V each time, and two NEW-VIEWs of one member for one view are a proof against itself. The paper
    sends O inside the message and has backups check it; here it is not sent, so that a wrong one cannot be written
    down.

    What holds: I8, only O that follows from a quorum's VIEW-CHANGEs is ever taken up; I15, the names that it borrowed
    stay clean.
    """
    c.load.open(rate_per_s=50)
    await c.until(c.height >= 3)
    await c.lie(c.backup[0], "bogus-new-view")
    await c.progress(blocks=10, within="20 s")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "view-monotone", "evidence")


@scenario(members=4)
async def restless_member(c: Vocabulary) -> None:
    """S30: a member complains of every view and leaves it at once. Alone it moves nobody.

    In the paper a backup whose timer fires stops taking part in its view. One with a bad link, or bad intent, is then
    lost to a working view, and with f such members and one more crash the rest may be too few. So here complaining
    and leaving are two things: SUSPECT says that one is discontent, and stays. Only when f+1 complain do all leave,
    for one of these is honest and has a reason. The restless one also sends a VIEW-CHANGE for the next view, unasked;
    that is one of the f+1 that it would take (V5).

    Watch twenty blocks pass in view 0 under constant complaints. Its complaints are not evidence: to be discontent is
    no lie. An observer or a new member that is too eager does no more harm than this one.

    What holds: I13, f members alone can not end a view whose primary is honest; E3, two true complaints contradict
    nothing.
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
    """S27: a member says everything twenty times, and bytes without meaning in between cost nobody more than a look.

    A signature check is the most expensive thing that a peer can make one do for nothing. So before it a replica asks
    whether anything in a bundle could still matter (X1): the second copy of a vote cannot, its sender's place is
    taken, and the frame is dropped unverified. A VIEW-CHANGE is long and takes many checks, so four of a sender are
    judged in an interval. Bytes that are no canonical frame end at the decoder, within a bound on their length. Each
    queue has a bound and a counter: what is too much is dropped and counted, the flooder's own first. Fuzzed view
    changes have brought down other systems with a panic; here whatever a peer sends ends in a value with a reason.

    Watch the pace: five blocks, as quick as before. Nothing of this is proof of a lie; a cable could do it.

    What holds: I12, no peer makes a replica keep or do more than its windows allow. The bounds and the tests that
    fill them are a page of their own, docs/BOUNDS.md.
    """
    c.load.open(rate_per_s=20)
    await c.until(c.height >= 3)
    flood = await c.lie(c.backup[0], "flood")
    await c.progress(blocks=5, within="20 s")
    flood.heal()
    await c.lie(c.backup[0], "garbage")
    await c.stabilise()
    await c.progress(blocks=3, within="20 s")
    c.check("state-root", "evidence")
