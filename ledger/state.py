"""The ledger's state: one table for each record type, typed, in memory, with the commitment kept beside them.

Records stay decoded, since rules read a record far more often than a block writes one; encoding happens once for each
record a block changed, when the block ends. `overlay` gives a state on top of another one that can be written and
thrown away, for questions of the form "what if".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from canonical.encoding import Malformed, Reader, encode
from canonical.hashing import Digest
from ledger.commitment import Commitment, StateProof
from ledger.types import (
    AccountRecord,
    ContentRecord,
    FreezeRecord,
    GatewayRecord,
    GiftRecord,
    PurchaseRecord,
    Record,
    SeriesRecord,
    TokenRecord,
    WorkRecord,
)

VALUE_BYTES_MAX = 1 << 16
"""Longer than any record can be: a series with eight anchors of 500 four-byte characters has 18 kB."""

R = TypeVar("R", bound=Record)

Before = tuple[tuple[str, Mapping[str, Record | None]], ...]
"""For each table by name, the records that a block replaced, None where it made the row."""


class Table(Generic[R]):
    """Rows of one record type by name."""

    __slots__ = ("_base", "_changed", "_rows", "_type", "get", "name")

    def __init__(self, name: str, record_type: type[R], base: "Table[R] | None" = None) -> None:
        """Make an empty table, or one that shows the rows of `base` until they are put here."""
        self.name = name
        self._rows: dict[str, R] = {}
        self._changed: dict[str, R | None] = {}
        self._base = base
        self.get: Callable[[str], R | None] = self._rows.get if base is None else self._get_through
        """The record of a row, if there is one: the dictionary's own method, since rules ask for nothing more often."""
        self._type = record_type

    def _get_through(self, row: str) -> R | None:
        found = self._rows.get(row)
        if found is None and self._base is not None:
            return self._base.get(row)
        return found

    def put(self, row: str, record: R) -> None:
        """Make `record` the row's record, and the row a change of this block."""
        if row not in self._changed:
            self._changed[row] = self._rows.get(row)
        self._rows[row] = record

    def rows(self) -> Iterator[tuple[str, R]]:
        """All rows of a table without base, sorted by name."""
        assert self._base is None, "an overlay is asked for single rows"
        return iter(sorted(self._rows.items(), key=lambda item: item[0]))

    def __len__(self) -> int:
        """Rows in a table without base."""
        return len(self._rows)

    def take_changes(self) -> list[tuple[bytes, bytes]]:
        """Key and encoded record of every row put in this block; the order is the caller's business."""
        prefix, rows = f"{self.name}/", self._rows
        return [((prefix + row).encode(), encode(rows[row])) for row in self._changed]

    def take_before(self) -> dict[str, R | None]:
        """What stood in each row put since the last call, None where nothing did; begins the next block."""
        before, self._changed = self._changed, {}
        return before

    def loader(self) -> Callable[[str, bytes], str | None]:
        """What puts a stored row without making it a change, and says what is wrong with its value, if anything."""
        reader = Reader(self._type, size_max=VALUE_BYTES_MAX)

        def load(row: str, value: bytes) -> str | None:
            record = reader.read(value)
            if isinstance(record, Malformed):
                return record.detail
            self._rows[row] = record
            return None

        return load


class State:
    """All tables."""

    __slots__ = (
        "_before",
        "_commitment",
        "accounts",
        "contents",
        "freezes",
        "gateways",
        "gifts",
        "purchases",
        "series",
        "tokens",
        "works",
    )

    def __init__(self, base: "State | None" = None) -> None:
        """Make an empty state, or one that shows `base` until it is written."""
        self.accounts: Table[AccountRecord] = Table("account", AccountRecord, None if base is None else base.accounts)
        self.contents: Table[ContentRecord] = Table("content", ContentRecord, None if base is None else base.contents)
        self.freezes: Table[FreezeRecord] = Table("freeze", FreezeRecord, None if base is None else base.freezes)
        self.gateways: Table[GatewayRecord] = Table("gateway", GatewayRecord, None if base is None else base.gateways)
        self.gifts: Table[GiftRecord] = Table("gift", GiftRecord, None if base is None else base.gifts)
        self.purchases: Table[PurchaseRecord] = Table(
            "purchase", PurchaseRecord, None if base is None else base.purchases
        )
        self.series: Table[SeriesRecord] = Table("series", SeriesRecord, None if base is None else base.series)
        self.tokens: Table[TokenRecord] = Table("token", TokenRecord, None if base is None else base.tokens)
        self.works: Table[WorkRecord] = Table("work", WorkRecord, None if base is None else base.works)
        self._commitment = Commitment()
        self._before: Before = ()

    def tables(self) -> "tuple[AnyTable, ...]":
        """Every table, in the order of their names, which is also that of their keys."""
        return (
            self.accounts,
            self.contents,
            self.freezes,
            self.gateways,
            self.gifts,
            self.purchases,
            self.series,
            self.tokens,
            self.works,
        )

    def overlay(self) -> "State":
        """A state that shows this one and can be written without touching it. It has no root and no entries."""
        return State(self)

    @property
    def root(self) -> Digest:
        """The commitment to everything committed."""
        return self._commitment.root

    def commit(self) -> tuple[tuple[bytes, bytes], ...]:
        """End a block: take all rows put since the last commit into the root and return them encoded, sorted by key."""
        changes = [change for table in self.tables() for change in table.take_changes()]
        changes.sort()
        self._commitment.update(changes)
        before = ((table.name, table.take_before()) for table in self.tables())
        self._before = tuple((name, rows) for name, rows in before if rows)
        return tuple(changes)

    @property
    def before(self) -> Before:
        """What the last block replaced."""
        return self._before

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Every entry, sorted by key."""
        for table in self.tables():
            for row, record in table.rows():
                yield f"{table.name}/{row}".encode(), encode(record)

    def prove(self, key: bytes) -> StateProof:
        """Prove the value of `key`, or that it has none, under `root`."""
        return self._commitment.prove(key)

    def load(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Fill an empty state with stored entries, in any order, each key once.

        Raises: ValueError naming the first entry that is not one, since what a disk holds may have been edited.
        """
        loaders = {table.name: table.loader() for table in self.tables()}
        kept: list[tuple[bytes, bytes]] = []
        for key, value in entries:
            name, _, row = key.decode("ascii", "replace").partition("/")
            load = loaders.get(name)
            if load is None or not row:
                raise ValueError(f"state entry {key!r}: there is no such table")
            fault = load(row, value)
            if fault is not None:
                raise ValueError(f"state entry {key!r}: {fault}")
            kept.append((key, value))
        self._commitment.update(kept)


AnyTable = (
    Table[AccountRecord]
    | Table[ContentRecord]
    | Table[FreezeRecord]
    | Table[GatewayRecord]
    | Table[GiftRecord]
    | Table[PurchaseRecord]
    | Table[SeriesRecord]
    | Table[TokenRecord]
    | Table[WorkRecord]
)
"""A table whose records are only listed, encoded or loaded."""
