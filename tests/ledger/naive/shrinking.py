"""A life that ends in a difference, made as short as it still does."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from ledger.charter import Charter
from ledger.envelope import Envelope
from tests.ledger.naive.both import Block, Difference, replay

T = TypeVar("T")


def difference_of(charter: Charter, blocks: list[Block]) -> Difference | None:
    """What the difference is, if there is one."""
    try:
        replay(charter, blocks)
    except Difference as difference:
        return difference
    return None


def shrunk(charter: Charter, blocks: list[Block]) -> tuple[list[Block], Difference]:
    """Without the blocks, then the envelopes, that the difference does not take."""
    difference = difference_of(charter, blocks)
    assert difference is not None, "replayed, they differ as they did"
    about = difference.about

    def is_it(some: list[Block]) -> bool:
        other = difference_of(charter, some)
        return other is not None and other.about == about

    blocks = _fewer(blocks, is_it)
    for place in range(len(blocks)):
        here = partial(_with, blocks, place)
        blocks = here(_fewer(list(blocks[place].envelopes), _then(is_it, here)))
    last = difference_of(charter, blocks)
    assert last is not None
    return blocks, last


def _then(
    is_it: Callable[[list[Block]], bool], here: Callable[[list[Envelope]], list[Block]]
) -> Callable[[list[Envelope]], bool]:
    return lambda envelopes: is_it(here(envelopes))


def _with(blocks: list[Block], place: int, envelopes: list[Envelope]) -> list[Block]:
    changed = replace(blocks[place], envelopes=tuple(envelopes))
    return [*blocks[:place], changed, *blocks[place + 1 :]]


def _fewer(things: list[T], holds: Callable[[list[T]], bool]) -> list[T]:
    kept, size = list(things), max(1, len(things) // 2)
    while size:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            if holds(fewer):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept


def told(found: tuple[list[Block], Difference]) -> str:
    """For people."""
    blocks, difference = found
    lines = [
        f"  {block.now_ms} {envelope.account}: {transaction}"
        for block in blocks
        for envelope in block.envelopes
        for transaction in envelope.transactions
    ]
    return "\n".join(["shortest:", *lines, str(difference)])
