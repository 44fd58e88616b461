"""Percentiles, spreads and the search for saturation, by tables."""

import pytest

from benchmarks.statistics import Spread, find_saturation, is_carried, median, percentile


@pytest.mark.parametrize(
    ("samples", "share", "expected"),
    [
        ([7], 0.5, 7),
        ([7], 0.0, 7),
        ([7], 1.0, 7),
        ([1, 2], 0.5, 1),
        ([1, 2], 0.51, 2),
        (range(1, 101), 0.5, 50),
        (range(1, 101), 0.9, 90),
        (range(1, 101), 0.99, 99),
        (range(1, 101), 1.0, 100),
        (range(1, 11), 0.99, 10),
        ([15, 20, 35, 40, 50], 0.3, 20),
        ([15, 20, 35, 40, 50], 0.4, 20),
    ],
)
def test_percentile_is_a_sample_by_nearest_rank(samples, share, expected):
    assert percentile(list(samples), share) == expected


@pytest.mark.parametrize(("samples", "expected"), [([3], 3), ([3, 1], 2), ([9, 1, 5], 5), ([1, 2, 3, 10], 2.5)])
def test_median_is_the_middle(samples, expected):
    assert median(samples) == expected


@pytest.mark.parametrize("function", [median, lambda samples: percentile(samples, 0.5)])
def test_nothing_has_no_middle(function):
    with pytest.raises(AssertionError):
        function([])


def test_spread_holds_the_median_between_lowest_and_highest():
    assert Spread.of([3.14159, 1, 2]) == Spread(2, 1, 3.14)
    assert Spread.of([1234.5], digits=0) == Spread(1234, 1234, 1234)


@pytest.mark.parametrize(
    ("offered", "finalised", "p99_ms", "carried"),
    [
        (1000, 1000, 999.9, True),
        (1000, 990, 10, True),
        (1000, 989, 10, False),
        (1000, 1000, 1000, False),
        (0, 0, 10, False),
    ],
)
def test_a_load_is_carried_when_99_of_100_are_final_within_a_second(offered, finalised, p99_ms, carried):
    assert is_carried(offered=offered, finalised=finalised, p99_ms=p99_ms) is carried


@pytest.mark.parametrize("limit", [1, 37, 399, 400, 401, 1_000, 5_321, 9_999])
async def test_saturation_is_found_within_the_resolution(limit):
    asked = []

    async def carried(rate):
        asked.append(rate)
        return rate <= limit

    found = await find_saturation(carried, first=400, resolution=0.05, highest=20_000)
    assert found <= limit
    assert limit - found <= max(0.05 * limit, 400 // 100) + 1
    assert len(asked) <= 16
    assert len(set(asked)) == len(asked)


async def test_saturation_never_asks_for_more_than_the_highest():
    asked = []

    async def carried(rate):
        asked.append(rate)
        return True

    assert await find_saturation(carried, first=400, resolution=0.05, highest=1_000) == 1_000
    assert asked == [400, 800, 1_000]


async def test_what_carries_nothing_has_saturation_0():
    async def carried(rate):
        return False

    assert await find_saturation(carried, first=400, resolution=0.05, highest=1_000) == 0
