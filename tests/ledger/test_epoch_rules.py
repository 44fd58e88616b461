"""What is reported at an epoch's end, and what a hot market brings about."""

from ledger.execute import BlockResult
from ledger.ledger import AuthoredBatch, Ledger
from ledger.operations.series import MintBatch, SealSeries, Tag
from ledger.operations.table import OPERATION_TYPES
from ledger.operations.tokens import TransferFrom
from ledger.records.reports import CultureRecord
from ledger.rules.no_speculation import COOLING_TOKENS_MIN
from tests.ledger.world import FOUNDED_MS, World, issue_operation, series_operation

FREE = {"hold_hours_first": 1, "hold_hours_later": 1, "gifts_per_day": 1_000, "epoch_blocks": 60}


def report(result: BlockResult, rule: str) -> tuple[int, int]:
    """Checked and refused of the epoch's entry, which is the last of its rule."""
    entry = [each for each in result.compliance if each.rule == rule][-1]
    return entry.checked, entry.refused


def to_the_end_of_the_epoch(here: World) -> BlockResult:
    while True:
        result = here.execute([])
        if any(entry.rule == "R11.2" for entry in result.compliance):
            return result


def test_a_platform_whose_series_are_of_no_culture_is_reported__r2_1():
    here = World({"epoch_blocks": 30})
    here.register_work(licensees=("ant", "jd"))
    here.must("ant", series_operation("a"), series_operation("b", tags=(Tag.CULTURE,)))
    here.must("jd", series_operation("c"), series_operation("d"), series_operation("e", tags=(Tag.HERITAGE,)))
    assert report(to_the_end_of_the_epoch(here), "R2.1") == (2, 1)
    assert here.ledger.state.cultures.get("00000001") == CultureRecord(("ant", "jd"), (2, 3), (1, 1))
    assert report(to_the_end_of_the_epoch(here), "R2.1") == (0, 0)


def test_a_member_whose_batches_prevail_is_reported__r3_1():
    here = World({"epoch_blocks": 4})
    for height in range(1, 4):
        here.ledger.execute(height, FOUNDED_MS, [AuthoredBatch(author, height, ()) for author in range(3)])
    result = here.ledger.execute(4, FOUNDED_MS, [AuthoredBatch(2, number, ()) for number in range(4, 11)])
    assert report(result, "R3.1") == (3, 1)
    for height in range(5, 8):
        here.ledger.execute(height, FOUNDED_MS, [AuthoredBatch(author, height + 10, ()) for author in range(3)])
    result = here.ledger.execute(8, FOUNDED_MS, [])
    assert report(result, "R3.1") == (3, 0), "numbers left out count alike for everybody"


def hot(moved: int, editions: int = 20) -> tuple[World, BlockResult]:
    """A series of which `moved` editions were given within an epoch, and its report."""
    here = World(FREE)
    here.register_work()
    here.must("ant", series_operation("s"), MintBatch("s", editions), SealSeries("s"))
    people = [f"jd.p{number:02d}" for number in range(editions)]
    here.open_account("ant.collector")
    for name in people:
        here.open_account(name)
    for name in people:
        here.must("ant", issue_operation("s", name))
    here.wait_days(1 / 24)
    for number in range(moved):
        here.must(people[number], TransferFrom(f"s-{number + 1:04d}", people[number], "ant.collector"))
    return here, to_the_end_of_the_epoch(here)


def test_a_hot_series_is_held_twice_as_long_until_it_has_cooled__r10_5():
    here, result = hot(COOLING_TOKENS_MIN + 1)
    assert report(result, "R10.5") == (1, 1)
    given = "s-0001"
    here.wait_days(1.5 / 24)
    receipt = here.do("ant.collector", TransferFrom(given, "ant.collector", "jd.p00"))
    (refusal,) = receipt.refusals
    assert (refusal.rule, refusal.code) == ("R10.5", "E_COOLING")
    assert refusal.retry_at_ms is not None
    here.now_ms = refusal.retry_at_ms
    here.must("ant.collector", TransferFrom(given, "ant.collector", "jd.p00"))


def test_few_gifts_or_a_small_share_leave_a_series_alone__r10_5():
    for moved, editions in ((COOLING_TOKENS_MIN - 1, 12), (COOLING_TOKENS_MIN, 20)):
        here, result = hot(moved, editions)
        assert report(result, "R10.5") == (1, 0)
        assert len(here.ledger.state.coolings) == 0


def test_no_operation_has_a_field_for_a_fee__r3_3():
    for operation in OPERATION_TYPES:
        assert not {"fee", "gas", "cost", "tip", "priority"} & set(operation.__struct_fields__)


def test_no_row_of_the_state_is_ever_removed__r11_4():
    here, _ = hot(COOLING_TOKENS_MIN + 1)
    seen: set[bytes] = set()
    replayed = Ledger.genesis(here.charter)
    for height, (now_ms, batch, _) in enumerate(here.blocks, start=1):
        result = replayed.execute(height, now_ms, [batch])
        assert all(value is not None for _, value in result.changes)
        rows = {key for key, _ in replayed.entries()}
        assert seen <= rows
        seen = rows
