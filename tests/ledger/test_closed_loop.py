"""D4 against networkx: every simple cycle in order of time, searched for by brute force."""

from itertools import pairwise, product

import networkx as nx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.detectors.closed_loop import HOPS_MAX, HOPS_MIN, find
from ledger.detectors.view import Gift, View
from tests.ledger.planted_gifts import walk


def cycles_in_order_of_time(gifts: list[Gift]) -> set[Gift]:
    """The gifts that close a simple cycle of three to eight hops whose times rise from its first hop to its last.

    It begins where whoever has the token back had given it last: what he got back before was a loop of its own.
    """
    graph = nx.MultiDiGraph()
    for gift in gifts:
        graph.add_edge(gift.giver, gift.receiver, gift=gift)
    closing: set[Gift] = set()
    for nodes in nx.simple_cycles(nx.DiGraph(graph), length_bound=HOPS_MAX):
        if len(nodes) < HOPS_MIN:
            continue
        for turn in range(len(nodes)):
            hands = [*nodes[turn:], *nodes[: turn + 1]]
            hops = [[data["gift"] for data in graph[giver][to].values()] for giver, to in pairwise(hands)]
            for chosen in product(*hops):
                rises = all(one.at_ms < other.at_ms for one, other in pairwise(chosen))
                first, last = chosen[0], chosen[-1]
                given = [gift.at_ms for gift in gifts if gift.giver == first.giver and gift.at_ms < last.at_ms]
                if rises and first.at_ms == max(given):
                    closing.add(last)
    return closing


@given(st.lists(st.sampled_from("abcde"), min_size=2, max_size=9))
@example(list("abcdca"))
@example(list("abcba"))
@example(list("abcdefga"))
@settings(max_examples=300, deadline=None)
def test_a_loop_is_found_where_a_search_for_cycles_finds_one_in_order_of_time(hands):
    hands = [hand for place, hand in enumerate(hands) if place == 0 or hand != hands[place - 1]]
    gifts = list(walk("s-0001", *hands))
    found = {finding.gifts[-1] for finding in find(View(gifts, news_ms=0))}
    assert found == cycles_in_order_of_time(gifts)


def test_a_detour_hides_no_loop_and_is_no_part_of_it():
    (finding,) = find(View(walk("s-0001", *"abcdca"), news_ms=0))
    assert [gift.giver for gift in finding.gifts] == ["a", "b", "c"]
    assert [gift.place for gift in finding.gifts] == [0, 1, 4]
