"""The ledger's state: one table for each record type, typed, in memory, with the commitment kept beside them.

`overlay` gives a state on top of another one that can be written and thrown away, for questions of the form "what if".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from canonical.hashing import Digest
from ledger.commitment import Commitment, StateProof
from ledger.records.access import AccessRecord
from ledger.records.accounts import AccountRecord, KeyRecord
from ledger.records.alerts import AlertRecord, EpochRecord
from ledger.records.bounds import DayRecord, DocketRecord
from ledger.records.counts import GiftRecord, PurchaseRecord
from ledger.records.freezes import EmergencyRecord, FreezeRecord
from ledger.records.gateways import GatewayRecord
from ledger.records.governance import (
    AgendaRecord,
    ChainRecord,
    ParametersRecord,
    PauseRecord,
    PolicyRecord,
    ProposalRecord,
    RosterRecord,
)
from ledger.records.idempotency import IdempotencyRecord
from ledger.records.measures import DisputeRecord, ForcedTransferRecord, TakedownRecord
from ledger.records.operators import OperatorsRecord
from ledger.records.reports import CoolingRecord, CultureRecord
from ledger.records.series import SeriesRecord
from ledger.records.statements import AttestationRecord, EvidenceRecord, ReportRecord
from ledger.records.suspensions import SuspensionRecord
from ledger.records.tokens import TokenRecord
from ledger.records.winding_down import ChoiceRecord, WindDownRecord
from ledger.records.works import ContentRecord, LikenessRecord, WorkRecord
from ledger.table import R, Table

Before = tuple[tuple[str, Mapping[str, bytes | None]], ...]
"""For each table by name, the values that a block replaced, None where it made the row."""


SeeToken = Callable[[str, TokenRecord], None]
"""What is shown each token of a state that is loaded, its id and its record."""


class State:
    """All tables."""

    def __init__(self, base: "State | None" = None) -> None:
        """Make an empty state, or one that shows `base` until it is written."""
        self._base = {} if base is None else {table.name: table for table in base.tables()}
        self._tables: dict[str, Table[Any]] = {}
        self.accesses = self._table("access", AccessRecord)
        self.accounts = self._table("account", AccountRecord)
        self.agenda = self._table("agenda", AgendaRecord)
        self.alerts = self._table("alert", AlertRecord)
        self.attestations = self._table("attestation", AttestationRecord)
        self.chains = self._table("chain", ChainRecord)
        self.choices = self._table("choice", ChoiceRecord)
        self.contents = self._table("content", ContentRecord)
        self.coolings = self._table("cooling", CoolingRecord)
        self.cultures = self._table("culture", CultureRecord)
        self.days = self._table("day", DayRecord)
        self.disputes = self._table("dispute", DisputeRecord)
        self.dockets = self._table("docket", DocketRecord)
        self.emergencies = self._table("emergency", EmergencyRecord)
        self.epochs = self._table("epoch", EpochRecord)
        self.evidence = self._table("evidence", EvidenceRecord)
        self.forced_transfers = self._table("forced_transfer", ForcedTransferRecord)
        self.freezes = self._table("freeze", FreezeRecord)
        self.gateways = self._table("gateway", GatewayRecord)
        self.gifts = self._table("gift", GiftRecord)
        self.idempotency = self._table("idempotency", IdempotencyRecord)
        self.keys = self._table("key", KeyRecord)
        self.likenesses = self._table("likeness", LikenessRecord)
        self.operators = self._table("operators", OperatorsRecord)
        self.parameters = self._table("parameters", ParametersRecord)
        self.pauses = self._table("pause", PauseRecord)
        self.policies = self._table("policy", PolicyRecord)
        self.proposals = self._table("proposal", ProposalRecord)
        self.purchases = self._table("purchase", PurchaseRecord)
        self.reports = self._table("report", ReportRecord)
        self.roster = self._table("roster", RosterRecord)
        self.series = self._table("series", SeriesRecord)
        self.suspensions = self._table("suspension", SuspensionRecord)
        self.takedowns = self._table("takedown", TakedownRecord)
        self.tokens = self._table("token", TokenRecord)
        self.wind_downs = self._table("wind_down", WindDownRecord)
        self.works = self._table("work", WorkRecord)
        assert list(self._tables) == sorted(self._tables), "tables stand in the order of their keys"
        self._commitment = Commitment()
        self._before: Before = ()

    def _table(self, name: str, record_type: type[R]) -> Table[R]:
        table = Table(name, record_type, self._base.get(name))
        self._tables[name] = table
        return table

    def tables(self) -> tuple[Table[Any], ...]:
        """Every table, in the order of their names, which is also that of their keys."""
        return tuple(self._tables.values())

    def overlay(self) -> "State":
        """A state that shows this one and can be written without touching it. It has no root and no entries."""
        return State(self)

    @property
    def root(self) -> Digest:
        """The commitment to everything committed."""
        return self._commitment.root

    def commit(self) -> tuple[tuple[bytes, bytes], ...]:
        """End a block: take all rows put since the last commit into the root and return them encoded, sorted by key."""
        changes: list[tuple[bytes, bytes]] = []
        before = tuple((table.name, table.take_changes(changes)) for table in self.tables())
        changes.sort()
        self._commitment.update(changes)
        self._before = tuple((name, rows) for name, rows in before if rows)
        return tuple(changes)

    @property
    def before(self) -> Before:
        """What the last block replaced."""
        return self._before

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Every entry committed, sorted by key."""
        for table in self.tables():
            yield from table.entries()

    def entries_before(self, befores: Sequence[Before]) -> Iterator[tuple[bytes, bytes] | None]:
        """Every entry as it was before the last blocks, in any order, one at a time; None for what led to no entry.

        `befores` says what each of these blocks replaced, the first one first. Blocks that are committed while the
        entries are drawn change nothing: the rows are noted now, all at once.
        """
        return _entries_before([(table.name, table.copy()) for table in self.tables()], befores)

    def prove(self, key: bytes) -> StateProof:
        """Prove the value of `key`, or that it has none, under `root`."""
        return self._commitment.prove(key)

    def prove_before(
        self, befores: Sequence[Before], keys: Sequence[bytes], *, rows_max: int
    ) -> tuple[StateProof, ...] | None:
        """Prove keys under the root that was before the last blocks; None where they changed more than `rows_max` rows.

        `befores` says what each of these blocks replaced, the first one first.
        """
        was: dict[bytes, bytes | None] = {}
        for before in befores:
            for table, rows in before:
                for row, value in rows.items():
                    was.setdefault(f"{table}/{row}".encode(), value)
        if len(was) > rows_max:
            return None
        root = self.root
        self._commitment.update(was.items())
        proofs = tuple(map(self._commitment.prove, keys))
        self._commitment.update((key, self._value(key)) for key in was)
        assert self.root == root, "what was undone is done again"
        return proofs

    def _value(self, key: bytes) -> bytes | None:
        table, _, row = key.decode("ascii").partition("/")
        return self._tables[table].value(row)

    def load(
        self,
        entries: Iterable[tuple[bytes, bytes]],
        *,
        see_token: SeeToken,
        commitment: Callable[[], Commitment] | None = None,
    ) -> None:
        """Fill an empty state with stored entries, in any order, each key once.

        `see_token` is shown every token, for indexes: to read a million once more would take seconds.
        `commitment`, where it is given, waits for the commitment to these very entries that somebody makes meanwhile.

        Raises: ValueError naming the first entry that is not one, since what a disk holds may have been edited.
        """
        if commitment is None:
            for _ in self.loading(entries, see_token=see_token):
                pass
            return
        for _ in self._loaded(entries, see_token):
            pass
        self._commitment = commitment()

    def loading(self, entries: Iterable[tuple[bytes, bytes]], *, see_token: SeeToken) -> Iterator[None]:
        """Do what `load` does in steps, two for each entry. The state is to be asked nothing before the last one.

        Raises: as `load`.
        """
        return self._commitment.filling(self._loaded(entries, see_token))

    def _loaded(self, entries: Iterable[tuple[bytes, bytes]], see_token: SeeToken) -> Iterator[tuple[bytes, bytes]]:
        loaders = {table.name: table.loader() for table in self.tables()}
        load_token = loaders[self.tokens.name]
        for entry in entries:
            key, value = entry
            name, _, row = key.decode("ascii", "replace").partition("/")
            load = loaders.get(name)
            if load is None or not row:
                raise ValueError(f"state entry {key!r}: there is no such table")
            try:
                record = load(row, value)
            except ValueError as error:
                raise ValueError(f"state entry {key!r}: {error}") from error
            if load is load_token:
                see_token(row, record)
            yield entry


def _entries_before(
    tables: Sequence[tuple[str, dict[str, bytes]]], befores: Sequence[Before]
) -> Iterator[tuple[bytes, bytes] | None]:
    replaced: dict[tuple[str, str], bytes | None] = {}
    for before in befores:
        for name, values in before:
            for row, value in values.items():
                replaced.setdefault((name, row), value)
                yield None
    for name, rows in tables:
        for row, now in rows.items():
            then = replaced.get((name, row), now)
            yield None if then is None else (f"{name}/{row}".encode(), then)
