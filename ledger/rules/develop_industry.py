"""Tenet 3, develop the industry: shapes are published, and no member has the chain to itself.

R3.3, the same operation costs the same everywhere, needs no function: no operation costs anything. A block names no
primary, since the members agree on blocks whoever proposed them; whose batches come through is what can be seen of it.
"""

from msgspec.structs import replace

from ledger.envelope import SCHEMA
from ledger.rules.closing import Closing, Looked
from ledger.rules.request import Reason, Request, refuse


def schema_is_published(request: Request, _: object) -> Reason | None:
    """R3.2: a transaction says which version of the published shapes it means, and it is the one in use."""
    schema = request.transaction.schema
    if schema == SCHEMA:
        return None
    return refuse("Schema {schema} is not published; this chain reads {published}.", schema=schema, published=SCHEMA)


def no_author_prevails(closing: Closing) -> Looked:
    """R3.1: of the batches executed in the epoch, no member's are more than its share."""
    gateways = closing.state.gateways
    counts: list[int] = []
    for index, record in list(gateways.rows()):
        if record.last_batch > record.last_batch_before:
            counts.append(record.last_batch - record.last_batch_before)
            gateways.put(index, replace(record, last_batch_before=record.last_batch))
    total, most = sum(counts), closing.moment.parameters.author_percent_max
    return Looked(len(counts), sum(100 * count > most * total for count in counts))
