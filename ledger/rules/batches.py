"""Several gifts under one name: each is judged by every rule that judges a gift, after those before it.

The gifts are tried out on an overlay, one after the other, so that the fourth of a day is the fourth, and a token named
twice is no longer the giver's. What refuses one of them refuses all.
"""

from collections.abc import Callable

from msgspec.structs import replace

from ledger.operations.tokens import SafeBatchTransferFrom, TransferFrom
from ledger.receipts import Refusal
from ledger.rules.request import Request
from ledger.transitions.tokens import transfer_from


def refusals_of_gifts(
    request: Request, batch: SafeBatchTransferFrom, judge_gift: Callable[[Request, TransferFrom], tuple[Refusal, ...]]
) -> tuple[Refusal, ...]:
    """Every refusal of every gift, each naming the token; one with the same words for several tokens names the first.

    So a recipient who is too young is said once, not a hundred times.
    """
    state = request.state.overlay()
    trial = replace(request, state=state)
    found: dict[tuple[str, str], Refusal] = {}
    for token in batch.tokens:
        gift = TransferFrom(token, batch.sender, batch.to)
        refusals = judge_gift(trial, gift)
        for refusal in refusals:
            found.setdefault((refusal.code, refusal.message), _naming(refusal, token))
        if not refusals:
            transfer_from(trial, gift)
    return tuple(found.values())


def _naming(refusal: Refusal, token: str) -> Refusal:
    if any(name == "token" for name, _ in refusal.params):
        return refusal
    return replace(refusal, params=(*refusal.params, ("token", token)))
