"""Cases from beginning to end: each step follows the last one soon, and some are left out."""

from collections.abc import Iterator

from msgspec.structs import replace

from ledger.operations.accounts import AccountState, SuspensionTerms, UpdateAccountState
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.governance import Ballot, Propose, RemoveMember, Vote
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute
from ledger.operations.statements import ReportSuspicious, SubmitEvidence
from ledger.operations.subjects import AccountSubject, SeriesSubject, TokenSubject
from ledger.operations.table import Operation
from ledger.operations.tokens import Approve, Refund, TransferFrom
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.operations.works import RegisterWork, ReviewWork
from tests.ledger.naive.drawing import PICTURE, PLATFORMS, digest_of
from tests.ledger.naive.drawing_cases import CaseDrawing
from tests.ledger.naive.figures import DAY_MS, HOUR_MS

Step = tuple[int, str, list[Operation], str]
"""So much time later, who asks in one envelope for what, and the stem of its idempotency keys, or nothing."""

SOON_MS = (0, 0, 0, 0, 1, HOUR_MS, DAY_MS)


def one_by_one(draw: CaseDrawing, steps: list[tuple[str, Operation]]) -> Iterator[Step]:
    """Each a little later than the last; one in ten is forgotten, one in ten said twice."""
    for by, operation in steps:
        for _ in range(draw.one((0, 1, 1, 1, 1, 1, 1, 1, 1, 2))):
            yield draw.one(SOON_MS), by, [operation], ""


def freeze_case(draw: CaseDrawing) -> Iterator[Step]:
    """Frozen by two, perhaps after one did so alone; appealed, upheld, ended."""
    thing = draw.account() if draw.rarely(3) else draw.token("issued", "minted")
    is_account = thing in draw.known.accounts
    token = draw.known.tokens.get(thing)
    platform = (thing if token is None else token.owner).partition(".")[0]
    is_alone = draw.rarely(2)
    case = f"{'jd' if is_alone else 'copyright'}.case-{draw.known.height}"
    terms = ("a court said so", case, draw.known.now_ms + 25 * DAY_MS)
    subject = AccountSubject(thing) if is_account else TokenSubject(thing)
    freeze = FreezeAccount(thing, *terms) if is_account else FreezeToken(thing, *terms)
    unfreeze = UnfreezeAccount(thing, case) if is_account else UnfreezeToken(thing, case)
    if is_alone:
        yield from one_by_one(draw, [("jd", EmergencyFreeze(subject, *terms))])
    yield from one_by_one(draw, [("copyright", freeze), ("regulator", freeze)])
    upheld_by = draw.one((("copyright", "regulator"), ("tencent", "regulator"), ("hunan", "regulator")))
    review: list[tuple[str, Operation]] = [(platform, Appeal(subject, case, "it is not so"))]
    yield from one_by_one(draw, review + [(each, Uphold(subject, case)) for each in upheld_by])
    sender, to = (thing if token is None else token.owner), draw.account()
    if token is not None:
        first, *others = sorted(draw.known.voting())
        past = draw.one((case, case, None))
        force = ForcedTransfer(thing, sender, to, "a court said so", f"{first}.f{draw.known.height}", past)
        otherwise = replace(force, reason="it was stolen")
        yield from one_by_one(draw, [(first, force), (first, otherwise), *((each, force) for each in others)])
    else:
        moved = draw.token("issued")
        mover = min(draw.known.voting())
        to_the_frozen = ForcedTransfer(moved, draw.owner(moved), thing, "a court said so", f"{mover}.other")
        yield from one_by_one(draw, [(mover, to_the_frozen)])
    yield from one_by_one(draw, [("ant", unfreeze), ("regulator", unfreeze)])


def dispute_case(draw: CaseDrawing) -> Iterator[Step]:
    """A dispute is opened and decided, and then disputed again."""
    work, known = draw.work(), draw.known
    for case in ("first", "second"):
        parties = ("copyright", "ant") if case == "first" else sorted(known.voting())
        name = f"{parties[0]}.{case}-{known.height}"
        terms = (work, "an heir claims it", name, known.now_ms + DAY_MS + HOUR_MS)
        yield from one_by_one(draw, [(each, OpenDispute(*terms)) for each in parties])
        outcome = draw.one((Outcome.RESTORE, Outcome.RESTORE, Outcome.TAKE_DOWN))
        yield from one_by_one(
            draw, [(each, ResolveDispute(work, terms[2], outcome)) for each in sorted(known.voting())]
        )


def given_back(draw: CaseDrawing) -> Iterator[Step]:
    """A buyer lets a seller have his edition back, or a series ends and its holders choose."""
    token, known = draw.token("issued"), draw.known
    edition = known.tokens.get(token)
    if edition is None:
        return
    series = known.series[edition.series]
    seller, refund = series.terms.sellers[0], Refund(token, digest_of("paid back"))
    if draw.rarely(2):
        yield from one_by_one(draw, [(edition.owner, Approve(token, seller)), (seller, refund)])
        return
    end = WindDown(SeriesSubject(edition.series), "it closes")
    choices = draw.one(((Choice.REFUND,), (Choice.REFUND, Choice.HOLD), (Choice.REFUND, Choice.HOLD, Choice.REFUND)))
    chosen: list[tuple[str, Operation]] = [(edition.owner, ChooseHoldOrRefund(token, each)) for each in choices]
    if draw.rarely(4):
        chosen.append((edition.owner, TransferFrom(token, edition.owner, draw.account())))
    yield from one_by_one(draw, [(series.issuer, end), *chosen, (seller, refund)])


def lookalike(draw: CaseDrawing) -> Iterator[Step]:
    """A picture much like another one is entered, and reviewed by outsiders."""
    number = len(draw.known.works)
    steps: list[tuple[str, Operation]] = []
    for place, picture in enumerate((PICTURE, PICTURE ^ (1 << draw.random.randrange(64)))):
        name, content = f"w{number + place}", digest_of(f"picture {number + place}")
        picture_hash = picture.to_bytes(8, "big")
        entry = RegisterWork(name, "Scroll", "unknown", "Museum", "Catalogue", content, "C", ("ant",), picture_hash)
        steps.append(("copyright", entry))
    reviewer = draw.one(("hunan", "jd", "ant", "copyright"))
    steps += [(reviewer, ReviewWork(f"w{number + place}", not draw.rarely(3))) for place in (0, 1)]
    yield from one_by_one(draw, steps)


def twice_said(draw: CaseDrawing) -> Iterator[Step]:
    """What may be said once is said twice: a report, a proof."""
    report = ReportSuspicious(draw.account(), digest_of(f"twice {draw.known.height}"))
    proof = SubmitEvidence(bytes([2 * draw.random.randrange(30) + 1]))
    restored = UpdateAccountState("ant", None, AccountState.ACTIVE)
    yield from one_by_one(
        draw, [("jd", report), ("jd", report), ("jd", proof), ("tencent", proof), ("regulator", restored)]
    )


def shut_out(draw: CaseDrawing) -> Iterator[Step]:
    """A member is removed by vote, and the regulator would take it back alone."""
    member, known = draw.one((*known_members(draw), "tencent", min(draw.known.voting()))), draw.known
    voting = sorted(known.voting())
    name, end_ms = f"{voting[0]}.p{len(known.proposals)}", known.now_ms + DAY_MS
    yield 0, voting[0], [Propose(name, RemoveMember(member), "It left.", end_ms)], ""
    for each in voting[1:]:
        yield 0, each, [Vote(name, Ballot.FOR)], ""
    for _ in range(min(known.figure("change_delay_blocks"), 3)):
        yield 0, "notary", [], ""
    yield 0, "regulator", [UpdateAccountState(member, None, AccountState.ACTIVE)], ""


def resting(draw: CaseDrawing) -> Iterator[Step]:
    """What an owner approved rests while he is suspended."""
    token = draw.token("issued")
    owner, seller = draw.owner(token), draw.one(PLATFORMS)
    end_ms = draw.known.now_ms + DAY_MS + HOUR_MS
    terms = SuspensionTerms("it was asked for", "regulator.rest", end_ms)
    suspended = UpdateAccountState(owner, None, AccountState.SUSPENDED, terms)
    steps: list[tuple[str, Operation]] = [(owner, Approve(token, seller)), ("regulator", suspended)]
    given = TransferFrom(token, owner, draw.adult(owner))
    yield from one_by_one(draw, [*steps, (seller, Refund(token, digest_of("paid back"))), (seller, given)])


def suspended_again(draw: CaseDrawing) -> Iterator[Step]:
    """The regulator suspends somebody, lets him go, and would suspend him again."""
    account, axes = draw.account(), (None, AccountState.SUSPENDED)
    terms = SuspensionTerms("it was asked for", "regulator.again", draw.known.now_ms + DAY_MS + HOUR_MS)
    suspended = UpdateAccountState(account, *axes, terms)
    restored = UpdateAccountState(account, None, AccountState.ACTIVE)
    yield from one_by_one(draw, [("regulator", each) for each in (suspended, restored, suspended)])


def known_members(draw: CaseDrawing) -> list[str]:
    return [name for name in ("caa", "cctv", "notary") if name in draw.known.members]


CASES = (
    freeze_case,
    freeze_case,
    freeze_case,
    dispute_case,
    given_back,
    given_back,
    lookalike,
    twice_said,
    shut_out,
    suspended_again,
    resting,
)
"""Each as often as it stands here."""
