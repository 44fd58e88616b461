"""D14: things go round a ring of people, a new one each time, so that no token ever comes back.

Friends give to each other in both directions. So what one gave another is set off against what he was given by him;
where three or more things remain, in a month, and such ties close a ring, it is a circulation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import networkx as nx

from ledger.detectors.view import Finding, Gift, View

MORE_MIN = 3
"""So many more than came back."""

PERSONS_MIN = 3


def find(view: View) -> Iterator[Finding]:
    """One finding for each strongly connected set of one-sided ties; what was given along them. News when it closes."""
    between = [gift for gift in view.gifts if gift.giver != gift.receiver]
    now = _one_sided(between)
    before = _one_sided(gift for gift in between if not view.is_news(gift))
    for persons in sorted(sorted(each) for each in nx.strongly_connected_components(now) if len(each) >= PERSONS_MIN):
        ring = now.subgraph(persons)
        gifts = tuple(gift for gift in between if ring.has_edge(gift.giver, gift.receiver))
        yield Finding(gifts, is_news=not all(before.has_edge(*tie) for tie in ring.edges))


def _one_sided(gifts: Iterable[Gift]) -> nx.DiGraph:
    """From whom to whom so many more things went than came back."""
    given = Counter((gift.giver, gift.receiver) for gift in gifts)
    graph = nx.DiGraph()
    graph.add_edges_from(
        (giver, receiver) for (giver, receiver), count in given.items() if count - given[receiver, giver] >= MORE_MIN
    )
    return graph
