"""delta.py: of many parts the few that matter together, in few questions."""

import pytest

from scenarios.campaign.delta import fewest

MANY = tuple(range(100))


@pytest.mark.parametrize("needed", [{17}, {0, 99}, {3, 50, 51}, {1, 2, 3, 4, 5}, set(MANY)])
def test_just_the_parts_that_are_needed_remain_in_their_order(needed):
    assert fewest(MANY, lambda parts: needed <= set(parts)) == tuple(sorted(needed))


def test_where_it_fails_without_anything_nothing_remains():
    assert fewest(MANY, lambda _: True) == ()
    assert fewest((), lambda _: False) == ()


def test_either_of_two_is_enough_and_one_remains():
    assert len(fewest(MANY, lambda parts: bool({20, 80} & set(parts)))) == 1


def test_one_part_of_a_hundred_is_found_in_few_questions():
    asked = []

    def still_fails(parts):
        asked.append(parts)
        return 42 in parts

    assert fewest(MANY, still_fails) == (42,)
    assert len(asked) <= 2 * 7 + 1


def test_each_question_is_about_some_of_the_last_that_failed():
    needed, failed = {3, 60, 61}, [set(MANY)]

    def still_fails(parts):
        assert set(parts) <= failed[-1]
        if needed <= set(parts):
            failed.append(set(parts))
        return needed <= set(parts)

    assert set(fewest(MANY, still_fails)) == failed[-1] == needed


def test_whoever_stops_answering_gets_what_was_found_by_then():
    answers = iter([False, False, True])
    found = fewest(MANY, lambda parts: next(answers, False) and 60 in parts)
    assert 60 in found
    assert len(found) < len(MANY)
