"""One table of the state: rows of one record type by name, and what a block changed in them.

Rows lie here as they are encoded: a fraction of what records take, and ready to be written, sent and hashed. A record
is made of a row when a rule first asks for it, and kept within a bound, since rules ask for the same few again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import msgspec

from canonical.encoding import Malformed, Reader, encode
from ledger.records.record import Record

VALUE_BYTES_MAX = 1 << 16
"""Longer than any record can be: a series with eight anchors of 500 four-byte characters has 18 kB."""

READ_MAX = 1 << 14
"""Rows of a table that are kept as records at most, those that a block put aside: some megabytes."""

R = TypeVar("R", bound=Record)


class _Read(dict[str, R | None]):
    """Rows as records, None where there is no row; what is not here yet is found and kept."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[str], R | None]) -> None:
        self._find = find

    def __missing__(self, row: str) -> R | None:
        if len(self) >= READ_MAX:
            self.clear()
        record = self[row] = self._find(row)
        return record


class Table(Generic[R]):
    """Rows of one record type by name."""

    __slots__ = ("_base", "_changed", "_read", "_rows", "decode", "get", "name", "record_type")

    def __init__(self, name: str, record_type: type[R], base: "Table[R] | None" = None) -> None:
        """Make an empty table, or one that shows the rows of `base` until they are put here."""
        self.name = name
        self.record_type = record_type
        self._base = base
        self._rows: dict[str, bytes] = {}
        self._changed: dict[str, R] = {}
        self.decode: Callable[[bytes], R] = msgspec.msgpack.Decoder(record_type).decode if base is None else base.decode
        """The record that a value of this table encodes; made once, as an overlay is made for every question."""
        self._read: _Read[R] = _Read(self._find)
        self.get: Callable[[str], R | None] = self._read.__getitem__
        """The record of a row, if there is one: a dictionary's own method, since rules ask for nothing more often."""

    def _find(self, row: str) -> R | None:
        changed = self._changed.get(row)
        if changed is not None:
            return changed
        if self._base is not None:
            return self._base.get(row)
        value = self._rows.get(row)
        return None if value is None else self.decode(value)

    def put(self, row: str, record: R) -> None:
        """Make `record` the row's record, and the row a change of this block."""
        self._changed[row] = self._read[row] = record

    def rows(self) -> Iterator[tuple[str, R]]:
        """All rows of a table without base, sorted by name. What is made of them is not kept."""
        assert self._base is None, "an overlay is asked for single rows"
        return ((row, self._record(row)) for row in sorted(self._names()))

    def unsorted(self) -> Iterator[tuple[str, R]]:
        """The same in no order, for indexes that sort what they keep: a million names take a second to sort."""
        assert self._base is None, "an overlay is asked for single rows"
        return ((row, self._record(row)) for row in self._names())

    def _names(self) -> Iterable[str]:
        return {**self._rows, **self._changed} if self._changed else self._rows

    def _record(self, row: str) -> R:
        changed = self._changed.get(row)
        return self.decode(self._rows[row]) if changed is None else changed

    def changed(self) -> Iterator[tuple[str, R]]:
        """The rows put in this block so far, in the order in which they were first put."""
        return iter(self._changed.items())

    def copy(self) -> dict[str, bytes]:
        """The value of every row committed as they stand now, in no order: some 50 ns a row."""
        return self._rows.copy()

    def value(self, row: str) -> bytes | None:
        """The value of a row as it is committed, if there is one."""
        return self._rows.get(row)

    def __len__(self) -> int:
        """Rows in a table without base."""
        return len(self._rows) + sum(row not in self._rows for row in self._changed)

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Key and value of every row committed, sorted by name."""
        prefix, rows = f"{self.name}/", self._rows
        return (((prefix + row).encode(), rows[row]) for row in sorted(rows))

    def take_changes(self, changes: list[tuple[bytes, bytes]]) -> Mapping[str, bytes | None]:
        """End a block: add key and value of every row put in it to `changes`; return what they replaced.

        None stands for a row that the block made.
        """
        prefix, rows, before = f"{self.name}/", self._rows, {}
        for row, record in self._changed.items():
            before[row] = rows.get(row)
            value = rows[row] = encode(record)
            changes.append(((prefix + row).encode(), value))
        self._changed.clear()
        return before

    def loader(self) -> Callable[[str, bytes], R]:
        """What puts a stored row without making it a change, and returns its record.

        It raises ValueError, with what is wrong, for a value that encodes none.
        """
        read, rows = Reader(self.record_type, size_max=VALUE_BYTES_MAX).read, self._rows

        def load(row: str, value: bytes) -> R:
            record = read(value)
            if isinstance(record, Malformed):
                raise ValueError(record.detail)
            rows[row] = value
            return record

        return load
