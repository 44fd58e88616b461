"""The state as it was after an earlier block, for questions: the rows as they are now, under what was replaced since.

It also notes which rows were read. Those are what an answer rests on, and all that has to be proved of it.
"""

from collections.abc import Mapping, Sequence

from canonical.encoding import encode
from ledger.state import Before, State
from ledger.table import R, Table

Reads = dict[str, bytes | None]
"""Keys of the state that were read, in order, with their values; None for what was not there."""


class PastTable(Table[R]):
    """A table as it was, which notes what is read of it."""

    __slots__ = ("_reads", "_replaced")

    def __init__(
        self,
        name: str,
        record_type: type[R],
        base: Table[R],
        replaced: Sequence[Mapping[str, bytes | None]],
        reads: Reads,
    ) -> None:
        """Show `base` as it was before the blocks that replaced these rows, the first of them first."""
        self._replaced = replaced
        self._reads = reads
        super().__init__(name, record_type, base)

    def _find(self, row: str) -> R | None:
        record = self._changed.get(row)
        if record is not None:
            return record
        record = self._as_it_was(row)
        self._reads[f"{self.name}/{row}"] = None if record is None else encode(record)
        return record

    def _as_it_was(self, row: str) -> R | None:
        for rows in self._replaced:
            if row in rows:
                value = rows[row]
                return None if value is None else self.decode(value)
        assert self._base is not None, "the past is that of a present"
        return self._base.get(row)


class PastState(State):
    """All tables as they were. Can be written like any overlay, without touching what it shows."""

    def __init__(self, base: State, befores: Sequence[Before]) -> None:
        """Show `base` as it was before the blocks that `befores` is about, the first of them first."""
        self.reads: Reads = {}
        """What was asked of it so far."""
        self._befores = befores
        super().__init__(base)

    def _table(self, name: str, record_type: type[R]) -> Table[R]:
        replaced = replaced_rows(self._befores, name)
        table: Table[R] = PastTable(name, record_type, self._base[name], replaced, self.reads)
        self._tables[name] = table
        return table


def replaced_rows(befores: Sequence[Before], name: str) -> list[Mapping[str, bytes | None]]:
    """What each of the blocks replaced in one table, the first block first."""
    return [rows for before in befores for table, rows in before if table == name]
