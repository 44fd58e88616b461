"""Act seven: the members stop, and their databases are laid side by side, block by block."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from canonical.hashing import Digest
from node.home.home import DATABASE_FILE
from node.storage.reads import StorageReader
from scenarios.first_day.claims import Kind
from scenarios.first_day.stage import Stage

BLOCKS_READ_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Book:
    """One member's chain, as it lies in its database."""

    member: str
    digests: tuple[Digest, ...]
    """Digest of each block's header, from height 1."""
    certified: int
    """Blocks whose certificate is there too."""


def read_book(member: str, home: Path) -> Book:
    """Read the chain out of a member's database, which no node has open."""
    digests: list[Digest] = []
    certified = 0
    with StorageReader(home / DATABASE_FILE) as reader:
        while blocks := reader.blocks(len(digests) + 1, len(digests) + BLOCKS_READ_TOGETHER):
            digests += [block.digest for block in blocks]
            certified += sum(block.votes is not None for block in blocks)
    return Book(member, tuple(digests), certified)


async def compare_books(stage: Stage) -> None:
    """Stop all members and compare what they hold."""
    await stage.watch.until(stage.watch.is_level, what="That all members have the same blocks", timeout_s=30)
    await stage.consortium.stop_members()
    books = [read_book(member, process.home) for member, process in stage.consortium.members.items()]
    first = books[0]
    heights = {book.member: len(book.digests) for book in books}
    for book in books[1:]:
        parts = next(
            (i + 1 for i, pair in enumerate(zip(first.digests, book.digests, strict=False)) if len(set(pair)) > 1), 0
        )
        stage.claims.check(
            Kind.SAFETY,
            f"{first.member} and {book.member} hold the same blocks",
            not parts,
            found=f"they part at block {parts}" if parts else f"{min(len(first.digests), len(book.digests))} blocks",
        )
    stage.claims.check(
        Kind.LIVENESS, "all members hold all blocks", len(set(heights.values())) == 1, found=_listed(heights)
    )
    stage.figures["blocks"] = len(first.digests)
    stage.say(
        f"All members are stopped and their {len(books)} databases compared: {len(first.digests)} blocks,"
        f" the last of them {first.digests[-1].hex()[:16]}..., in every one."
        if len({book.digests for book in books}) == 1
        else f"All members are stopped and their databases compared: they DIFFER; heights are {_listed(heights)}."
    )


def _listed(heights: Mapping[str, int]) -> str:
    return ", ".join(f"{member} {height}" for member, height in heights.items())
