"""Works that resemble each other wait until somebody with no part in them has looked (R4.2)."""

from itertools import permutations
from random import Random

import pytest

from ledger import likeness
from ledger.operations.series import MintBatch
from ledger.operations.works import ReviewWork
from ledger.receipts import Status
from ledger.records.works import Review
from ledger.state import State
from tests.ledger.world import World, series_operation, work_operation

PICTURE = bytes.fromhex("a5c3f00f12345678")


def flipped(picture: bytes, *places: int) -> bytes:
    number = int.from_bytes(picture, "big")
    for place in places:
        number ^= 1 << place
    return number.to_bytes(8, "big")


def test_six_bits_are_a_likeness_and_seven_are_none__r4_2():
    random = Random(42)
    for _ in range(300):
        state = State()
        likeness.enter(state, "first", PICTURE)
        places = random.sample(range(64), 7)
        assert likeness.find(state, 6, flipped(PICTURE, *places[:6])) == "first"
        assert likeness.find(state, 6, flipped(PICTURE, *places)) is None


def test_the_nearest_work_is_named__r4_2():
    state = State()
    likeness.enter(state, "far", flipped(PICTURE, 1, 2, 3))
    likeness.enter(state, "near", flipped(PICTURE, 60))
    assert likeness.find(state, 6, PICTURE) == "near"


@pytest.mark.parametrize("order", list(permutations(("a", "b", "c"))))
def test_of_equally_near_works_the_smallest_id_is_named_in_whichever_rows_they_are__r4_2(order):
    """`python -m tests.ledger.naive --seeds 1461..1461`: the lower band of a hash came before its name."""
    places = {"a": 60, "b": 0, "c": 30}
    state = State()
    for work in order:
        likeness.enter(state, work, flipped(PICTURE, places[work]))
    assert likeness.find(state, 6, PICTURE) == "a"


def test_a_work_as_near_as_allowed_is_named_before_the_first_of_a_full_row__r4_2():
    """The full row is in the lowest band; the work that is six bits away agrees in higher ones only."""
    state = State()
    for number in range(likeness.LIKENESS_WORKS_MAX):
        elsewhere = [place for place in range(10, 64) if number >> place % 7 & 1]
        likeness.enter(state, f"crowd{number}", flipped(PICTURE, 10, 11, 12, 13, *elsewhere))
    newcomer = (int.from_bytes(PICTURE, "big") & 0x3FF).to_bytes(8, "big")
    likeness.enter(state, "near", flipped(newcomer, 0, 1, 2, 3, 4, 5))
    assert likeness.find(state, 6, newcomer) == "near"


def test_a_full_row_makes_the_newcomer_wait_rather_than_the_row_grow__r4_2():
    state = State()
    for number in range(likeness.LIKENESS_WORKS_MAX + 5):
        elsewhere = [place for place in range(10, 64) if number >> place % 7 & 1]
        likeness.enter(state, f"work{number}", flipped(PICTURE, *elsewhere))
    assert max(len(record.works) for _, record in state.likenesses.rows()) == likeness.LIKENESS_WORKS_MAX
    assert likeness.find(state, 6, (int.from_bytes(PICTURE, "big") & 0x3FF).to_bytes(8, "big")) == "work0"


def world() -> World:
    here = World()
    here.must("copyright", work_operation("first", perceptual_hash=PICTURE))
    receipt = here.must("copyright", work_operation("second", perceptual_hash=flipped(PICTURE, 0, 63)))
    assert [event.name for event in receipt.events] == ["work_registered", "work_waits_for_review"]
    return here


def test_a_work_that_resembles_another_has_no_series_until_it_is_cleared__r4_2():
    here = world()
    refused = here.do("ant", series_operation("s", work="second"))
    assert [refusal.code for refusal in refused.refusals] == ["E_UNDER_REVIEW"]
    here.must("jd", ReviewWork("second", accepted=True))
    here.must("ant", series_operation("s", work="second"), MintBatch("s", 2))


def test_a_rejected_work_has_no_series_for_good_and_is_reviewed_once__r4_2():
    here = world()
    here.must("jd", ReviewWork("second", accepted=False))
    assert here.do("ant", series_operation("s", work="second")).status is Status.REFUSED
    again = here.do("tencent", ReviewWork("second", accepted=True))
    assert [refusal.code for refusal in again.refusals] == ["E_UNDER_REVIEW"]
    work = here.ledger.work("second")
    assert work is not None
    assert work.review is Review.REJECTED


def test_neither_the_registrar_nor_a_licensee_nor_a_learner_reviews__r4_2():
    here = world()
    for member in ("copyright", "ant", "regulator"):
        refused = here.do(member, ReviewWork("second", accepted=True))
        assert [refusal.code for refusal in refused.refusals] == ["E_AUTHORITY"], member


def test_a_work_without_a_picture_is_like_none__r4_2():
    here = world()
    here.must("copyright", work_operation("third"))
    work = here.ledger.work("third")
    assert work is not None
    assert work.similar_to is None
