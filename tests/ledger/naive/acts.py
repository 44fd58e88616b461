"""What takes many transactions of one kind: bounds that are far away, and series that change hands too quickly."""

from collections.abc import Callable, Iterator

from ledger.operations.accounts import RegisterAccount
from ledger.operations.freezes import EmergencyFreeze
from ledger.operations.governance import Ballot, Propose, Vote
from ledger.operations.series import CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.statements import ReportSuspicious
from ledger.operations.subjects import TokenSubject
from ledger.operations.tokens import SafeBatchTransferFrom, SetApprovalForAll, TransferFrom
from ledger.operations.works import GrantLicence, RegisterWork
from tests.ledger.naive.acts_of_cases import CASES, Step
from tests.ledger.naive.drawing import ANCHORS, CLAIMS, digest_of
from tests.ledger.naive.drawing_cases import CaseDrawing
from tests.ledger.naive.figures import DAY_MS, HOUR_MS
from tests.ledger.naive.founding import SMALL_PLATFORMS, key_of


def many_operators(draw: CaseDrawing) -> Iterator[Step]:
    """An account names one operator too many."""
    names = [f"jd.crowd{number:02d}" for number in range(33)]
    yield 0, "jd", [RegisterAccount(each, digest_of(each), key_of(each), CLAIMS[0]) for each in names], ""
    by = draw.adult(*names)
    yield 0, by, [SetApprovalForAll(each, True) for each in names], ""


def many_keys(draw: CaseDrawing) -> Iterator[Step]:
    """An account uses one idempotency key too many."""
    stem = f"many-{draw.known.height}"
    reports = [ReportSuspicious("notary", digest_of(f"{stem} {number}")) for number in range(258)]
    yield 0, draw.one(("tencent", "hunan")), list(reports), stem


def many_licensees(draw: CaseDrawing) -> Iterator[Step]:
    """A work gets one licensee too many."""
    work = f"w{len(draw.known.works)}"
    content = digest_of(f"licensed {work}")
    entry = RegisterWork(work, "Vase", "unknown", "Museum", "Catalogue", content, "C", SMALL_PLATFORMS, None)
    yield 0, "copyright", [entry, GrantLicence(work, "ant")], ""


def _sold_out(draw: CaseDrawing, buyer: str, count: int) -> Iterator[Step]:
    number, work = len(draw.known.series), f"w{len(draw.known.works)}"
    content = digest_of(f"quick {work}")
    yield (
        0,
        "copyright",
        [RegisterWork(work, "Vase", "unknown", "Museum", "Catalogue", content, "C", ("ant",), None)],
        "",
    )
    told = Disclosure("An edition.", "Viewing.", "No promise.")
    series = f"s{number}"
    opened = CreateSeries(series, work, "Vases", count, 10, ("ant",), ANCHORS, told, None, ())
    yield 0, "ant", [opened, MintBatch(series, count), SealSeries(series)], ""
    yield 0, "ant", [Issue(series, buyer, 10, digest_of("paid"), "CNY") for _ in range(count)], ""


def quick_gifts(draw: CaseDrawing) -> Iterator[Step]:
    """A dozen editions of one series are bought and given on at once, and tried to be given on again."""
    buyer = draw.adult()
    other = draw.adult(buyer)
    series = f"s{len(draw.known.series)}"
    yield from _sold_out(draw, buyer, 12)
    tokens = tuple(f"{series}-{edition:04d}" for edition in range(1, 13))
    held_ms = draw.known.hours_ms("hold_hours_first")
    yield held_ms, buyer, [SafeBatchTransferFrom(tokens[: draw.one((9, 10, 12))], buyer, other)], ""
    for _ in range(draw.known.figure("epoch_blocks") if draw.known.figure("epoch_blocks") < 10 else 0):
        yield 0, "notary", [], ""
    held_ms = draw.known.hours_ms("hold_hours_later")
    for wait_ms in (held_ms - 1, 1, max(held_ms - 1, 0), 1):
        yield max(wait_ms, 0), other, [SafeBatchTransferFrom(tokens[:2], other, buyer)], ""


def many_emergencies(draw: CaseDrawing) -> Iterator[Step]:
    """A party freezes one token of an owner too many, and then his account."""
    buyer = draw.adult()
    series = f"s{len(draw.known.series)}"
    yield from _sold_out(draw, buyer, 17)
    end_ms = draw.known.now_ms + DAY_MS
    tokens = [TokenSubject(f"{series}-{edition:04d}") for edition in range(1, 18)]
    yield 0, "jd", [EmergencyFreeze(each, "stolen", "jd.many", end_ms) for each in tokens], ""
    yield HOUR_MS, "regulator", [], ""


def carried(draw: CaseDrawing) -> Iterator[Step]:
    """Proposed, voted for by all in the same block, and waited for until it is in force."""
    voting = sorted(draw.known.voting())
    name, action = f"{voting[0]}.p{len(draw.known.proposals)}", draw.action()
    end_ms = draw.known.now_ms + DAY_MS
    yield 0, voting[0], [Propose(name, action, "For the reasons given.", end_ms)], ""
    for member in voting[1:]:
        yield 0, member, [Vote(name, Ballot.FOR)], ""
    for _ in range(min(draw.known.figure("change_delay_blocks"), 3)):
        yield 0, "notary", [], ""


def gifts_of_a_day(draw: CaseDrawing) -> Iterator[Step]:
    """Somebody gives one thing after the other."""
    buyer = draw.adult()
    series = f"s{len(draw.known.series)}"
    yield from _sold_out(draw, buyer, 4)
    yield draw.known.hours_ms("hold_hours_first"), "notary", [], ""
    for edition in range(1, 5):
        yield 0, buyer, [TransferFrom(f"{series}-{edition:04d}", buyer, draw.adult(buyer))], ""


ACTS: tuple[Callable[[CaseDrawing], Iterator[Step]], ...] = (
    many_operators,
    many_keys,
    *(many_licensees,) * 2,
    *(quick_gifts,) * 4,
    many_emergencies,
    gifts_of_a_day,
    gifts_of_a_day,
    *(carried,) * 8,
    *CASES * 3,
)
