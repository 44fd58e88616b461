"""Tenet 3, develop the industry: no member has the chain to itself.

R3.3, the same operation costs the same everywhere, needs no function: no operation costs anything. A block names no
primary, since the members agree on blocks whoever proposed them; whose batches come through is what can be seen of it.
"""

from msgspec.structs import replace

from ledger.rules.closing import Closing, Looked


def no_author_prevails(closing: Closing) -> Looked:
    """R3.1: of the batches executed in the epoch, no member's are more than its share."""
    gateways = closing.state.gateways
    numbers = sorted((index, record) for index, record in gateways.unsorted())
    batches = {index: record.last_batch - record.last_batch_before for index, record in numbers}
    for index, record in numbers:
        if batches[index]:
            gateways.put(index, replace(record, last_batch_before=record.last_batch))
    total, most = sum(batches.values()), closing.moment.parameters.author_percent_max
    authors = [count for count in batches.values() if count]
    return Looked(len(authors), sum(100 * count > most * total for count in authors))
