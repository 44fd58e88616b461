"""What can be asked of the ledger as it stood after a block. ERC's names where ERCs have the question.

No question fails and none changes anything: what does not exist has no owner, and whatever would refuse is listed.
`state.reads` then holds the rows that the answer rests on.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.case_file import CaseFile, case_file
from ledger.enactment import parameters_row
from ledger.governance import agenda_of, is_paused, members, policy_of
from ledger.judge import Judge
from ledger.moment import Moment
from ledger.names import series_of_token, token_id
from ledger.parameters import Parameters
from ledger.past import PastState, replaced_rows
from ledger.policies import DEFAULT_POLICIES
from ledger.queries import Holdings, can_receive, can_transfer
from ledger.receipts import Refusal
from ledger.records.accounts import AccountRecord
from ledger.records.alerts import AlertRecord
from ledger.records.freezes import FreezeRecord
from ledger.records.governance import ProposalRecord
from ledger.records.series import SeriesRecord
from ledger.records.tokens import TokenRecord, TokenState
from ledger.records.works import WorkRecord
from ledger.rules.no_laundering import alerts_in
from ledger.standing import Standing, standing_of
from ledger.state import Before, State


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze in force."""

    case: str
    until_ms: int
    """Block time at which it ends by itself, or with its review."""
    record: FreezeRecord | None
    """Who asked for it and why."""


@dataclass(frozen=True, slots=True)
class View:
    """The ledger after one block."""

    height: int
    timestamp_ms: int
    """That block's time."""
    parameters: Parameters
    """The figures by which the block after it was judged, or will be."""
    state: PastState
    _present: State
    _holdings: Holdings
    _befores: Sequence[Before]
    _judge: Judge

    def moment(self, now_ms: int) -> Moment:
        """When a transaction would be judged that is handed in at `now_ms`."""
        return Moment(self.height + 1, max(now_ms, self.timestamp_ms), self.parameters, self._judge)

    def account(self, account: str) -> AccountRecord | None:
        """A member's or a person's account."""
        return self.state.accounts.get(account)

    def work(self, work: str) -> WorkRecord | None:
        """A registered work."""
        return self.state.works.get(work)

    def series(self, series: str) -> SeriesRecord | None:
        """A series of editions."""
        return self.state.series.get(series)

    def token(self, token: str) -> TokenRecord | None:
        """One edition."""
        return self.state.tokens.get(token)

    def proposal(self, proposal: str) -> ProposalRecord | None:
        """What was put to the vote under this number."""
        return self.state.proposals.get(proposal)

    def agenda(self) -> tuple[str, ...]:
        """The proposals that wait for votes, then those that wait for their height."""
        agenda = agenda_of(self.state)
        return (*agenda.open, *agenda.adopted)

    def parameters_since(self) -> int:
        """The first block that was judged by `parameters`; 0 where they are the charter's. Reads their row."""
        heights = [int(row) for row, _ in self._present.parameters.rows() if int(row) <= self.height + 1]
        if not heights:
            return 0
        self.state.parameters.get(parameters_row(heights[-1]))
        return heights[-1]

    def policies(self) -> dict[str, str]:
        """Who has to agree to what, by kind of decision, in the block after it."""
        return {kind: policy_of(self.state, kind) for kind in DEFAULT_POLICIES}

    def is_paused(self) -> bool:
        """Whether the chain is paused in the block after it (R7.5)."""
        return is_paused(self.state)

    def members(self) -> tuple[str, ...]:
        """The members of the consortium, sorted."""
        return members(self.state)

    def alerts(self, epoch: int) -> tuple[AlertRecord, ...]:
        """What the detectors raised at the end of `epoch`, the most suspect first."""
        return alerts_in(self.state, epoch)

    def owner_of(self, token: str) -> str | None:
        """ERC-721: who owns it; None where there is no such token or it was burned."""
        record = self.state.tokens.get(token)
        return None if record is None or record.state is TokenState.BURNED else record.owner

    def get_approved(self, token: str) -> str | None:
        """ERC-721: the account that may give this token for its owner; None where there is none."""
        record = self.state.tokens.get(token)
        return None if record is None else record.approved

    def is_approved_for_all(self, owner: str, operator: str) -> bool:
        """ERC-721 and ERC-1155: whether `operator` may give any token of `owner`."""
        named = self.state.operators.get(owner)
        return named is not None and operator in named.operators

    def token_uri(self, token: str) -> str | None:
        """ERC-721: what names the token's content for good, wherever it lies: its SHA-256 as a URI (RFC 6920)."""
        if self.owner_of(token) is None:
            return None
        series = self.state.series.get(series_of_token(token))
        work = None if series is None else self.state.works.get(series.work)
        if work is None:
            return None
        return "ni:///sha-256;" + urlsafe_b64encode(work.content_hash).rstrip(b"=").decode()

    def get_frozen(self, name: str) -> Frozen | None:
        """ERC-7943: the freeze of a token or an account that is in force at the block's time."""
        record = self.state.tokens.get(name) or self.state.accounts.get(name)
        if record is None or record.freeze_case is None or self.timestamp_ms >= record.frozen_until_ms:
            return None
        case = record.freeze_case
        return Frozen(case, record.frozen_until_ms, self.state.freezes.get(f"{name}/{case}"))

    def case_file(self, name: str, case: str) -> CaseFile:
        """All that stands under a case about a token, an account, a series or a work."""
        return case_file(self.state, name, case)

    def standing(self, token: str) -> Standing | None:
        """What keeps a token where it is or ended it, at the block's time; None where there is no such token."""
        return standing_of(self.state, token, self.timestamp_ms)

    def tokens_of(self, account: str) -> tuple[str, ...]:
        """The tokens that `account` owns, sorted; for an issuer, those not sold yet too."""
        owned = set(self._holdings.tokens_of(account))
        seen: set[str] = set()
        for rows in replaced_rows(self._befores, "token"):
            for token, value in rows.items():
                if token not in seen:
                    seen.add(token)
                    was = None if value is None else self._present.tokens.decode(value)
                    is_owned = was is not None and was.state is TokenState.ISSUED and was.owner == account
                    (owned.add if is_owned else owned.discard)(token)
        record = self.state.accounts.get(account)
        if record is not None and record.role is not None:
            owned.update(self._unsold_of(account))
        return tuple(sorted(owned))

    def balance_of(self, account: str) -> int:
        """ERC-721: how many tokens `account` owns: a count of things, not an amount of something."""
        return len(self.tokens_of(account))

    def can_transfer(self, token: str, sender: str, to: str, now_ms: int) -> tuple[Refusal, ...]:
        """ERC-7943: every rule that would refuse the gift at `now_ms`; empty: it may be given."""
        return can_transfer(self.state, self.moment(now_ms), token=token, sender=sender, to=to)

    def can_receive(self, account: str, now_ms: int) -> tuple[Refusal, ...]:
        """ERC-7943: every rule that would refuse any gift to `account`; empty: it may be given something."""
        return can_receive(self.state, self.moment(now_ms), account)

    def _unsold_of(self, issuer: str) -> list[str]:
        names = sorted(name for name, _ in self._present.series.unsorted())
        found = ((name, self.state.series.get(name)) for name in names)
        return [
            token_id(name, edition)
            for name, series in found
            if series is not None and series.issuer == issuer
            for edition in range(series.issued + 1, series.minted + 1)
        ]
