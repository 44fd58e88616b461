"""The ledger's face: what the node keeps, feeds with ordered batches, and asks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.charter import Charter, chain_id
from ledger.commitment import Commitment, StateProof
from ledger.enactment import parameters_row
from ledger.envelope import Envelope, transaction_ids
from ledger.execute import AuthoredBatch, BlockResult, Tally, execute_block, execute_envelope
from ledger.genesis import genesis_state
from ledger.governance import agenda_of, members, policy_of
from ledger.indexes import Indexes
from ledger.judge import Judge, nobody_is_guilty
from ledger.keys import key_announced, key_in_force
from ledger.moment import Moment
from ledger.operations.governance import ChangeParameters
from ledger.parameters import Parameters, figures_of, parameters_from
from ledger.past import PastState
from ledger.policies import DEFAULT_POLICIES
from ledger.queries import can_transfer, unsold_tokens_of
from ledger.receipts import Refusal
from ledger.records.accounts import AccountRecord, KeyRecord
from ledger.records.governance import ProposalRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.records.works import WorkRecord
from ledger.rules.request import Request
from ledger.rules.table import refusals_of
from ledger.rules_version import are_known
from ledger.snapshot import Making, Snapshot
from ledger.state import Before, State
from ledger.view import View

BLOCKS_BACK_MAX = 256
"""So many blocks can be gone back from at most: twice what is ever executed above a stable checkpoint."""


ROWS_UNDONE_MAX = 2_000
"""Rows that may have changed since a block under which something is proved: a fifth of a second."""


class Ledger:
    """The collectible state machine: the same batches in the same order give the same roots, byte for byte."""

    __slots__ = (
        "_before",
        "_born_at",
        "_chain",
        "_fixed",
        "_founding_parameters",
        "_height",
        "_holdings",
        "_judge",
        "_parameters",
        "_recent",
        "_state",
        "_times",
        "_timestamp_ms",
    )

    def __init__(
        self,
        charter: Charter,
        state: State,
        *,
        height: int,
        timestamp_ms: int,
        fixed: Mapping[str, int] = MappingProxyType({}),
        indexes: Indexes | None = None,
    ) -> None:
        """Stand on `state`, which is that after block `height`. Callers use `genesis`, `restore` or `what_if`.

        `indexes` are those of `state`; without them there are no tokens yet.
        """
        self._chain = chain_id(charter)
        self._founding_parameters = parameters_from(charter.parameters)
        self._fixed = fixed
        self._state = state
        self._height = height
        self._timestamp_ms = timestamp_ms
        indexes = indexes or Indexes()
        self._holdings, self._recent = indexes.holdings, indexes.recent
        self._judge: Judge = nobody_is_guilty
        self._born_at = height
        self._times = {height: timestamp_ms}
        self._before: dict[int, Before] = {}
        self._parameters = self.parameters_at(height + 1)

    @classmethod
    def genesis(cls, charter: Charter) -> "Ledger":
        """The ledger before the first block: members' accounts exist.

        Raises: ValueError for a charter that founds no ledger, naming what is wrong and what is permitted.
        """
        return cls(charter, genesis_state(charter), height=0, timestamp_ms=charter.founded_ms)

    @classmethod
    def what_if(cls, charter: Charter, figures: Mapping[str, int]) -> "Ledger":
        """The same, with rule parameters that hold throughout, whatever is voted: for the laboratory, not for a chain.

        Raises: ValueError for a name that is no parameter or a value out of its range.
        """
        parameters_from(figures)
        return cls(charter, genesis_state(charter), height=0, timestamp_ms=charter.founded_ms, fixed=dict(figures))

    @classmethod
    def restore(
        cls,
        charter: Charter,
        entries: Iterable[tuple[bytes, bytes]],
        *,
        height: int,
        timestamp_ms: int,
        commitment: Callable[[], Commitment] | None = None,
    ) -> "Ledger":
        """The ledger after block `height`, from all its entries (those of genesis included), in any order.

        `commitment`, where it is given, waits for the commitment to these very entries that somebody makes meanwhile.

        Raises: ValueError naming the first entry that is none. That the entries are those of block `height` is the
        caller's to check, by comparing `state_root` with that block's header.
        """
        state, indexes = State(), Indexes()
        state.load(entries, see_token=indexes.see, commitment=commitment)
        indexes.holdings.sort()
        return cls(charter, state, height=height, timestamp_ms=timestamp_ms, indexes=indexes)

    def appoint(self, judge: Judge) -> None:
        """Ask `judge` about evidence from now on (R8.3): whoever runs a chain's blocks appoints that chain's judge."""
        self._judge = judge

    @property
    def height(self) -> int:
        """Blocks executed; also the height of the last one."""
        return self._height

    @property
    def timestamp_ms(self) -> int:
        """Block time of the last block, or that of the charter."""
        return self._timestamp_ms

    @property
    def state_root(self) -> Digest:
        """Commitment to all entries."""
        return self._state.root

    @property
    def parameters(self) -> Parameters:
        """The figures by which the next block is judged."""
        return self._parameters

    def parameters_at(self, height: int) -> Parameters:
        """The figures by which block `height` was judged, or will be as far as adopted changes reach (R7.4)."""
        found = self._founding_parameters
        for row, record in self._state.parameters.rows():
            if int(row) <= height:
                found = parameters_from(dict(record.figures))
        figures = figures_of(found)
        waiting = [self._state.proposals.get(name) for name in agenda_of(self._state).adopted]
        # In the order of their heights, then of adoption: that in which they will take effect.
        for proposal in sorted(filter(None, waiting), key=lambda each: each.effective_height):
            if proposal.effective_height <= height and isinstance(proposal.action, ChangeParameters):
                figures.update((each.name, each.value) for each in proposal.action.changes)
        return parameters_from({**figures, **self._fixed})

    @property
    def state(self) -> State:
        """The tables, for reading: invariants and tests."""
        return self._state

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Every state entry, sorted by key."""
        return self._state.entries()

    def prove(self, key: bytes) -> StateProof:
        """Prove the value of `key`, or that it has none, under `state_root`; `commitment.verify_proof` checks it."""
        return self._state.prove(key)

    def last_batch(self, member_index: int) -> int:
        """The number of the member's last executed batch; 0 before the first."""
        gateway = self._state.gateways.get(str(member_index))
        return 0 if gateway is None else gateway.last_batch

    def execute(self, height: int, timestamp_ms: int, batches: Sequence[AuthoredBatch]) -> BlockResult:
        """Execute the next block and commit it. What is refused is in the receipts; nothing ordered makes this fail."""
        assert height == self._height + 1, f"block {height} does not follow block {self._height}"
        assert timestamp_ms >= self._timestamp_ms, "block time never runs back"
        assert are_known(self._parameters), "whoever runs a ledger asks for the version of its rules first (R7.4)"
        moment = Moment(height, timestamp_ms, self._parameters, self._judge)
        result = execute_block(self._state, moment, batches, chain=self._chain, recent=self._recent)
        self._holdings.follow(result.receipts)
        self._height, self._timestamp_ms = height, timestamp_ms
        changed = self._state.parameters.get(parameters_row(height + 1))
        if changed is not None:
            self._parameters = parameters_from({**dict(changed.figures), **self._fixed})
        self._before[height] = self._state.before
        self._times[height] = timestamp_ms
        if len(self._before) > BLOCKS_BACK_MAX:
            self.forget_before(height - BLOCKS_BACK_MAX)
        return result

    def forget_before(self, height: int) -> None:
        """Let go of what leads back to blocks below `height`: nobody will ask for a snapshot of them."""
        # Of blocks still to come there is nothing to let go of, and the last one can always be asked about.
        height = min(height, self._height)
        for each in [each for each in self._before if each <= height]:
            del self._before[each]
        for each in [each for each in self._times if each < height]:
            del self._times[each]
        self._born_at = max(self._born_at, height)

    @property
    def oldest(self) -> int:
        """The lowest height that can be asked about still: what led to those below it is forgotten."""
        return self._born_at

    def at(self, height: int) -> View | None:
        """The ledger after block `height`, to be asked; None outside `oldest` to `height`.

        A view is for one question and the same turn: the next block changes what it shows.
        """
        if not self._born_at <= height <= self._height:
            return None
        befores = self._befores_above(height)
        return View(
            height,
            self._times[height],
            self.parameters_at(height + 1),
            PastState(self._state, befores),
            self._state,
            self._holdings,
            befores,
            self._judge,
        )

    def prove_at(self, height: int, keys: Sequence[bytes]) -> tuple[StateProof, ...] | None:
        """Prove each key's value, or that it has none, under the state root of block `height`.

        None outside `oldest` to `height`, or where more than ROWS_UNDONE_MAX rows changed since: each of them has to be
        put back into the trie, and forward again, which costs up to 0.1 ms.
        """
        if not self._born_at <= height <= self._height:
            return None
        return self._state.prove_before(self._befores_above(height), keys, rows_max=ROWS_UNDONE_MAX)

    def _befores_above(self, height: int) -> list[Before]:
        return [self._before[above] for above in range(height + 1, self._height + 1)]

    def snapshot(self, height: int) -> Snapshot | None:
        """The state after block `height`, in parts; None where what led from there was forgotten, or never known.

        Costs as much as there is state.
        """
        making = self.begin_snapshot(height)
        return None if making is None else making.finish()

    def begin_snapshot(self, height: int) -> Making | None:
        """The same in the making. Blocks may be executed meanwhile: only the list of all rows is copied at once."""
        if not self._born_at <= height <= self._height:
            return None
        return Making(height, self._state.entries_before(self._befores_above(height)))

    def check(
        self, envelope: Envelope, now_ms: int, *, ids: tuple[Digest, ...] | None = None
    ) -> tuple[tuple[Refusal, ...], ...]:
        """What would refuse each transaction if the envelope were executed now, in order. Changes nothing.

        `ids` are its transactions' ids, where the caller has them; None derives them again.

        Later transactions of an envelope see what earlier ones did, so that one may create what the next one uses.
        """
        moment = self._next(now_ms)
        if ids is None:
            ids = transaction_ids(envelope, chain=self._chain)
        if len(envelope.transactions) == 1:
            state, account = self._state, envelope.account
            caller = state.accounts.get(account)
            only = Request(
                state,
                moment.parameters,
                moment.now_ms,
                moment.height,
                account,
                envelope.public_key,
                caller,
                envelope.transactions[0],
                ids[0],
                moment.judge,
            )
            return (refusals_of(only),)
        overlay = self._state.overlay()
        receipts = execute_envelope(overlay, moment, envelope, ids, Tally())
        return tuple(receipt.refusals for receipt in receipts)

    def account(self, account: str) -> AccountRecord | None:
        """A member's or a person's account."""
        return self._state.accounts.get(account)

    def key_of(self, account: str) -> PublicKey | None:
        """The key that signs for `account` in the next block; None where there is no such account."""
        record = self._state.accounts.get(account)
        return (
            None if record is None else key_in_force(self._state, account, record, self._height + 1, self._timestamp_ms)
        )

    def key_announced(self, account: str) -> KeyRecord | None:
        """The key that is going to be the account's, and since when it will; None without one."""
        return key_announced(self._state, account, self._height + 1, self._timestamp_ms)

    def members(self) -> tuple[str, ...]:
        """The members of the consortium, sorted. Who is removed is not among them; its account remains."""
        return members(self._state)

    def proposal(self, proposal: str) -> ProposalRecord | None:
        """What was put to the vote under this number."""
        return self._state.proposals.get(proposal)

    def policies(self) -> dict[str, str]:
        """Who has to agree to what, by kind of decision, as it stands for the next block."""
        return {kind: policy_of(self._state, kind) for kind in DEFAULT_POLICIES}

    def work(self, work: str) -> WorkRecord | None:
        """A registered work."""
        return self._state.works.get(work)

    def series(self, series: str) -> SeriesRecord | None:
        """A series of editions."""
        return self._state.series.get(series)

    def token(self, token: str) -> TokenRecord | None:
        """One edition."""
        return self._state.tokens.get(token)

    def owner_of(self, token: str) -> str | None:
        """The account that owns `token`; None where there is no such token or it was burned."""
        record = self._state.tokens.get(token)
        return None if record is None or record.state is TokenState.BURNED else record.owner

    def tokens_of(self, account: str) -> tuple[str, ...]:
        """The tokens that `account` owns, sorted; for an issuer, those not sold yet too."""
        record = self._state.accounts.get(account)
        if record is None or record.role is None:
            return self._holdings.tokens_of(account)
        return tuple(sorted((*self._holdings.tokens_of(account), *unsold_tokens_of(self._state, account))))

    def balance_of(self, account: str) -> int:
        """How many tokens `account` owns: a count of things, not an amount of something."""
        return len(self.tokens_of(account))

    def can_transfer(self, token: str, sender: str, to: str, now_ms: int) -> tuple[Refusal, ...]:
        """Every rule that would refuse the gift at `now_ms`; empty: it may be given. Changes nothing, never raises."""
        return can_transfer(self._state, self._next(now_ms), token=token, sender=sender, to=to)

    def _next(self, now_ms: int) -> Moment:
        return Moment(self._height + 1, max(now_ms, self._timestamp_ms), self._parameters, self._judge)


__all__ = ["AuthoredBatch", "BlockResult", "Ledger"]
