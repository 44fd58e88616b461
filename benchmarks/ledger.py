"""What the ledger costs at each size: blocks of gifts, questions, proofs, memory. One process, signatures aside.

Execution is whole: every rule is asked, records change, receipts are encoded and hashed, and the state root, the roots
of transactions and receipts and the compliance report come out, as they go into a header. What is left out is what a
node does around it: signatures, disk, network. A batch's transaction ids are known beforehand, as a node knows them
from checking its signature. Times are processor time. Each size is measured in a process of its own.
"""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil

from benchmarks.ledger_world import LedgerWorld, Size, account_name, charter_of_a_bench, series_name
from benchmarks.machine import Machine, this_machine
from benchmarks.results import RESULTS, write_result
from benchmarks.sampling import Parts, shares_of
from benchmarks.statistics import Spread
from canonical import merkle
from canonical.encoding import encode
from ledger import commitment, trie
from ledger.names import token_id
from ledger.receipts import Status

GIFTS_A_SECOND = 60_000
"""What is asked for."""

MEMORY_MIB = 2_000
"""What a node may have at a million tokens."""

WORKLOADS = ((100, 1), (1_000, 1), (1_000, 10), (10_000, 10))
"""Gifts in a block, and how many of them one giver signs together."""

QUESTIONS = 2_000
PROOFS = 500

CONDITIONS = (
    "A gift (transfer_from) is judged by every rule, changes the token, the giver's account and his daily count, and"
    " leaves a receipt; signatures, disk and network are left out.",
    "State: each token has its purchase, each ten their owner and his day's count: 2.2 entries a token.",
    "Charter: holding periods 0, high limits; nothing else is changed.",
)

PARTS: Parts = (
    ("rules", ("ledger/rules/",)),
    ("transitions", ("ledger/transitions/", "ledger/nonces", "ledger/names")),
    ("state root: branches", ("ledger/trie",)),
    ("state root: hashes of keys and values", ("ledger/commitment",)),
    ("rows: reading, encoding, writing", ("ledger/table", "ledger/state", "canonical/encoding")),
    ("roots of transactions and receipts", ("canonical/merkle",)),
    ("holdings and recent gifts", ("ledger/queries", "ledger/recent")),
    ("execution: requests, receipts, the loop", ("ledger/",)),
)


class BlockFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Blocks of one shape."""

    gifts: int
    """In each block."""
    together: int
    """Gifts that one giver signs in one envelope."""
    ms: tuple[float, ...]
    """Each block."""

    @property
    def per_second(self) -> Spread:
        """Gifts executed a second."""
        return Spread.of([self.gifts / each * 1_000 for each in self.ms], digits=0)


class SizeFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One size."""

    tokens: int
    entries: int
    """Of the state."""
    restore_s: float
    """Processor time of making the ledger from its entries."""
    ledger_mib: float
    """Memory that the process has more with the ledger in it than before."""
    peak_mib: float
    """Of the whole process, at any time."""
    blocks: tuple[BlockFigure, ...]
    check_us: float
    """Would the transaction be refused? As a gateway asks of each."""
    can_transfer_us: float
    prove_us: float
    """Proving a token's owner, or that there is no such token."""
    presence_bytes: Spread
    """Encoded proofs that tokens have their values."""
    absence_bytes: Spread
    """Encoded proofs that tokens do not exist."""
    shares: tuple[tuple[str, float], ...]
    """Of processor time in blocks of 1,000 gifts by as many givers."""
    hashes: float
    """SHA-256 that one gift of such a block takes."""
    hash_us: float
    """One SHA-256 of 99 bytes, a branch's image, with nothing around it but the loop."""

    @property
    def hashing_only(self) -> float:
        """Gifts a second if nothing were done but to hash: a bound that no rearrangement of the rest can pass."""
        return 1e6 / (self.hashes * self.hash_us)


class LedgerResult(msgspec.Struct, frozen=True, kw_only=True):
    """One call of `quorate bench ledger`; a file in benchmarks/results."""

    command: str
    began_ms: int
    """Unix milliseconds."""
    machine: Machine
    load_average: float
    """Of the machine's last minute at the end; this process makes one of it."""
    conditions: tuple[str, ...]
    sizes: tuple[SizeFigure, ...]


def measure_size(tokens: int, repeats: int) -> SizeFigure:
    """Measure one size. Called in a process of its own."""
    before_mib = _resident_mib()
    started = time.process_time()
    world = LedgerWorld(charter_of_a_bench(), Size(tokens))
    restore_s = time.process_time() - started
    gc.collect()
    ledger_mib = _resident_mib() - before_mib
    # As a node does once it has started: what lives until the end need not be looked at by every collection.
    gc.freeze()
    blocks = tuple(
        BlockFigure(gifts=gifts, together=together, ms=_blocks(world, gifts, together, repeats))
        for gifts, together in WORKLOADS
        if gifts <= tokens
    )
    batches = [world.batch(world.gifts(1_000, together=1)) for _ in range(repeats)]
    shares = shares_of(lambda: [world.execute(batch) for batch in batches], PARTS)
    hashes, hash_us = _hashes(world), _hash_us()
    check_us, can_transfer_us = _questions(world)
    prove_us, presence, absence = _proofs(world)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return SizeFigure(
        tokens=tokens,
        entries=sum(map(len, world.ledger.state.tables())),
        restore_s=round(restore_s, 2),
        ledger_mib=round(ledger_mib, 1),
        # Kilobytes on Linux, bytes on macOS.
        peak_mib=round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1),
        blocks=blocks,
        check_us=check_us,
        can_transfer_us=can_transfer_us,
        prove_us=prove_us,
        presence_bytes=presence,
        absence_bytes=absence,
        shares=tuple((name, round(share, 3)) for name, share in shares),
        hashes=hashes,
        hash_us=hash_us,
    )


def _blocks(world: LedgerWorld, gifts: int, together: int, repeats: int) -> tuple[float, ...]:
    """Processor time of so many blocks, milliseconds, after one that is not counted."""
    taken_ms: list[float] = []
    for _ in range(repeats + 1):
        batch = world.batch(world.gifts(gifts, together=together))
        gc.collect()
        started = time.process_time()
        result = world.execute(batch)
        taken_ms.append((time.process_time() - started) * 1_000)
        assert all(receipt.status is Status.ACCEPTED for receipt in result.receipts), "every gift is executed"
    return tuple(round(each, 3) for each in taken_ms[1:])


def _hashes(world: LedgerWorld) -> float:
    """How often SHA-256 is taken for one gift, in a block of 1,000 gifts by as many givers."""
    batch = world.batch(world.gifts(1_000, together=1))
    taken = 0

    def counting(content: bytes) -> object:
        nonlocal taken
        taken += 1
        return sha256(content)

    with ExitStack() as patched:
        for module in (trie, commitment, merkle):
            patched.enter_context(patch.object(module, "sha256", counting))
        world.execute(batch)
    return round(taken / 1_000, 1)


def _hash_us() -> float:
    """The fastest of five rounds, microseconds of processor time."""
    image, count = bytes(99), 20_000
    rounds: list[float] = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(count):
            sha256(image).digest()
        rounds.append((time.process_time() - started) / count * 1e6)
    return round(min(rounds), 3)


def _questions(world: LedgerWorld) -> tuple[float, float]:
    """Microseconds of a check and of `can_transfer`."""
    # Not carried out, so that no more than one round of givers can be asked about.
    count = min(QUESTIONS, world.size.people // 2)
    envelopes = world.gifts(count, together=1)
    ledger, now_ms = world.ledger, world.now_ms
    started = time.process_time()
    for envelope in envelopes:
        assert ledger.check(envelope, now_ms) == ((),), "it would be executed"
    check_s = time.process_time() - started
    people = world.size.people
    asked = [(place * 31 % people, place * 17 % people) for place in range(count)]
    started = time.process_time()
    for person, other in asked:
        series, edition = next(world.size.holding(person))
        ledger.can_transfer(token_id(series_name(series), edition), account_name(person), account_name(other), now_ms)
    can_transfer_s = time.process_time() - started
    return round(check_s / count * 1e6, 1), round(can_transfer_s / count * 1e6, 1)


def _proofs(world: LedgerWorld) -> tuple[float, Spread, Spread]:
    """Microseconds of a proof, and what proofs of presence and of absence take when they are encoded."""
    editions = world.size.editions
    tokens = [f"token/{token_id(series_name(each % 10), each * 37 % editions + 1)}" for each in range(PROOFS)]
    nothing = [f"token/{token_id(series_name(each % 10), editions + 1 + each)}" for each in range(PROOFS)]
    started = time.process_time()
    present, absent = ([world.ledger.prove(key.encode()) for key in keys] for keys in (tokens, nothing))
    prove_s = time.process_time() - started
    sizes = [Spread.of([len(encode(proof)) for proof in proofs], digits=0) for proofs in (present, absent)]
    return round(prove_s / (2 * PROOFS) * 1e6, 1), sizes[0], sizes[1]


def _resident_mib() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss / (1 << 20))


def measure(tokens: tuple[int, ...], *, repeats: int, command: str, tell: Callable[[str], None]) -> LedgerResult:
    """Measure every size, each in a process of its own; `tell` hears each line of the table."""
    began_ms = time.time_ns() // 1_000_000
    sizes: list[SizeFigure] = []
    tell(HEAD)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for each in tokens:
            sizes.append(processes.submit(measure_size, each, repeats).result())
            for line in rows(sizes[-1]):
                tell(line)
    result = LedgerResult(
        command=command,
        began_ms=began_ms,
        machine=this_machine(),
        load_average=round(os.getloadavg()[0], 2),
        conditions=CONDITIONS,
        sizes=tuple(sizes),
    )
    for line in remarks(result):
        tell(line)
    return result


HEAD = f"{'tokens':>10}{'gifts a block':>15}{'a giver':>9}{'ms a block':>12}{'gifts/s (low..high)':>28}"


def rows(figure: SizeFigure) -> list[str]:
    """The lines of one size."""
    lines = []
    for block in figure.blocks:
        rate = block.per_second
        spread = f"{rate.median:,.0f} ({rate.lowest:,.0f}..{rate.highest:,.0f})"
        lines.append(
            f"{figure.tokens:>10,}{block.gifts:>15,}{block.together:>9}"
            f"{Spread.of(block.ms, digits=1).median:>12,.1f}{spread:>28}"
        )
    presence, absence = figure.presence_bytes, figure.absence_bytes
    lines += [
        f"{'':10} {figure.entries:,} entries, {figure.ledger_mib:,.0f} MiB (process {figure.peak_mib:,.0f} at most),"
        f" made from its entries in {figure.restore_s:.1f} s",
        f"{'':10} a check {figure.check_us:.0f} us, can_transfer {figure.can_transfer_us:.0f} us, a proof"
        f" {figure.prove_us:.0f} us; proofs of presence {presence.median:,.0f} bytes (at most {presence.highest:,.0f}),"
        f" of absence {absence.median:,.0f} (at most {absence.highest:,.0f})",
        f"{'':10} " + ", ".join(f"{name} {share:.0%}" for name, share in figure.shares),
        f"{'':10} a gift takes {figure.hashes:.1f} hashes of {figure.hash_us:.2f} us: to hash alone would allow"
        f" {figure.hashing_only:,.0f} gifts a second",
    ]
    return lines


def remarks(result: LedgerResult) -> list[str]:
    """What was asked for, and whether it is there."""
    largest = max(result.sizes, key=lambda size: size.tokens)
    best = max((block.per_second.median for block in largest.blocks), default=0)
    machine = result.machine
    lines = [
        "",
        f"{machine.processor}, Python {machine.python}, commit {machine.commit}; load average {result.load_average}",
        *result.conditions,
        f"Asked for: {GIFTS_A_SECOND:,} gifts a second. At {largest.tokens:,} tokens:"
        f" {best:,.0f} at best ({best / GIFTS_A_SECOND:.0%}).",
    ]
    if largest.tokens >= 1_000_000:
        kept = "kept" if largest.peak_mib < MEMORY_MIB else "NOT KEPT"
        lines.append(
            f"Asked for: less than {MEMORY_MIB:,} MiB. Most that the process had: {largest.peak_mib:,.0f} ({kept})."
        )
    for shape in WORKLOADS:
        growth = [
            Spread.of(block.ms).median
            for size in result.sizes
            for block in size.blocks
            if (block.gifts, block.together) == shape
        ]
        if len(growth) > 1:
            lines.append(
                f"A block of {shape[0]:,} gifts, {shape[1]} a giver, takes {growth[-1] / growth[0]:.2f} times as long"
                " in the largest ledger as in the smallest."
            )
    return lines


def write_ledger(result: LedgerResult, path: Path | None) -> Path:
    """Write the file, by default beside the others; return where.

    Raises: OSError.
    """
    path = path or RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-ledger.json"
    write_result(result, path)
    return path
