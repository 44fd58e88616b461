"""Campaigns find wrong protocols in whole nodes; docs/MUTANTS.md says which, and says no more than was seen."""

import pytest

from scenarios.campaign.swarm import Mode
from tests.consensus.mutants import MUTANTS
from tests.scenarios.mutant_campaign import PAGE, Searched, page, read_results, search


def test_the_page_is_written_from_the_results_and_names_every_mutant():
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(read_results())
    assert [each.name for each in MUTANTS if f"| {each.name} |" not in written] == []


def test_a_short_campaign_found_a_score_of_mutants():
    assert sum(each.found is not None for each in read_results().values()) >= 20


def test_a_search_that_is_out_of_time_says_how_far_it_came():
    """`time is not judged` harms nobody in its first seeds."""
    assert search("time is not judged", seeds=25, seconds_max=-1) == Searched("time is not judged", 0)
    one = search("time is not judged", seeds=25, modes=[Mode.SWARM], seconds_max=1e-3)
    assert one.found is None
    assert one.seeds <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "name", "seeds"),
    [
        (Mode.SWARM, "every certificate is stable", 3),
        (Mode.SWARM, "early drop is too early", 3),
        (Mode.TWINS, "a quorum is one too small", 3),
        (Mode.TWINS, "digests are not compared", 3),
        (Mode.BYZZFUZZ, "p is left empty", 8),
    ],
)
def test_each_mode_finds_wrong_protocols_by_itself(mode, name, seeds):
    assert search(name, seeds=seeds, modes=[mode]).found is not None
