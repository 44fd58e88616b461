"""Drawing an answer again from the rows that were proved, with the ledger's own functions, and comparing.

A proof shows rows of the state; the answer is the gateway's word for what they mean. So the rows are put into a ledger
of their own, which is asked the same question. It may read no row that was not proved: one that is left out would be
taken for absent.
"""

import msgspec

from ledger.charter import Charter
from ledger.ledger import Ledger
from node.gateway.queries.proofs import ROWS_PROVED_MAX
from node.gateway.queries.table import Query
from node.gateway.queries.types import Answer, Asked
from quorate.verifier.answers import ProvedAnswer
from quorate.verifier.block import Check, Outcome

CHECK = "answer"


def draw(
    query: Query,
    asked: Asked,
    answered: Answer,
    charter: Charter,
    proved_answer: ProvedAnswer,
    *,
    now_ms: int,
) -> Check:
    """Whether `answered` is what the proved rows say at that header's height."""
    if proved_answer.left_out:
        return Check(
            CHECK,
            Outcome.FAILED,
            f"{proved_answer.left_out} rows that it rests on are not proved: one answer proves the first"
            f" {ROWS_PROVED_MAX}; ask about less at once",
        )
    header, rows = proved_answer.header, proved_answer.rows
    proved = {row.key: row.value for row in rows}
    entries = [(key.encode(), value) for key, value in proved.items() if value is not None]
    ledger = Ledger.restore(charter, entries, height=header.height, timestamp_ms=header.timestamp_ms)
    view = ledger.at(header.height)
    assert view is not None, "a ledger can be asked about its own height"
    at_ms = now_ms if asked.height is None else header.timestamp_ms
    drawn = query.answer(view, asked, at_ms)
    missing = [key for key in view.state.reads if key not in proved]
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return Check(CHECK, Outcome.FAILED, f"it rests on row {missing[0]}{others} too, and that was not proved")
    if drawn != msgspec.structs.replace(answered, proof=None):
        return Check(CHECK, Outcome.FAILED, "the proved rows say something else")
    return Check(CHECK, Outcome.PASSED, "drawn again from the rows: the same")
