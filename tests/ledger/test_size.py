"""What a large ledger costs, in bytes and in hashes: no clock, so that a busy machine says the same."""

import gc
import tracemalloc
from hashlib import sha256
from itertools import pairwise
from math import log2

import pytest

from benchmarks.ledger_world import LedgerWorld, Size, charter_of_a_bench
from ledger.ledger import Ledger

TOKENS = 10_000
BYTES_PER_TOKEN_MAX = 1_100
"""Of the whole ledger, with a token's 2.2 entries, their place in the trie, and the index of holdings: a million tokens
take 1.1 GB at most, and a node beside them is to stay below 2."""


@pytest.mark.slow
def test_a_sold_token_takes_a_bounded_number_of_bytes() -> None:
    world = LedgerWorld(charter_of_a_bench(), Size(TOKENS))
    entries = [(bytes(bytearray(key)), bytes(bytearray(value))) for key, value in world.ledger.entries()]
    height, now_ms = world.ledger.height, world.now_ms
    gc.collect()
    tracemalloc.start()
    try:
        # As from a disk: every key and value is an object of its own, and keys are let go of.
        stored = ((bytes(bytearray(key)), bytes(bytearray(value))) for key, value in entries)
        ledger = Ledger.restore(world.charter, stored, height=height, timestamp_ms=now_ms)
        gc.collect()
        used_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ledger.state_root == world.ledger.state_root
    assert used_bytes / TOKENS < BYTES_PER_TOKEN_MAX


def test_a_blocks_hashes_follow_what_it_changes_and_the_ledgers_size_only_in_its_logarithm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[int] = []

    def counting(content: bytes) -> object:
        hashed.append(len(content))
        return sha256(content)

    sizes, counts = (1_000, 4_000, 16_000), []
    for tokens in sizes:
        world = LedgerWorld(charter_of_a_bench(), Size(tokens))
        batch = world.batch(world.gifts(50, together=1))
        with monkeypatch.context() as patched:
            patched.setattr("ledger.trie.sha256", counting)
            hashed.clear()
            changed = len(world.execute(batch).changes)
        # A giver may be the next one's recipient, most of all where there are few: the account is one row then.
        assert 3 * 50 + 2 <= changed <= 4 * 50 + 1
        counts.append(len(hashed) / changed)
    for (small, before), (large, after) in pairwise(zip(sizes, counts, strict=True)):
        assert 0 < after - before <= log2(large / small)
    assert counts[-1] <= 2 + log2(2.2 * sizes[-1])
