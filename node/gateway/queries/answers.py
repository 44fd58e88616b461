"""One function a question: a view of the ledger and what is asked in, the answer without its proof out."""

from ledger.names import epoch_row
from ledger.operations.governance import kind_of, particulars_of
from ledger.parameters import figures_of
from ledger.receipts import Refusal
from ledger.records.alerts import AlertRecord
from ledger.records.governance import ProposalRecord
from ledger.view import View
from node.gateway.queries.types import (
    AlertReply,
    AlertsAnswer,
    AllowedAnswer,
    ApprovedAnswer,
    Asked,
    AskedOfAccount,
    AskedOfEpoch,
    AskedOfFrozen,
    AskedOfGift,
    AskedOfOperator,
    AskedOfProposal,
    AskedOfSeries,
    AskedOfToken,
    AskedOfWork,
    BalanceAnswer,
    FrozenAnswer,
    MemberReply,
    MembersAnswer,
    OperatorAnswer,
    OwnerAnswer,
    ParametersAnswer,
    ProposalAnswer,
    ProposalLine,
    ProposalReply,
    ProposalsAnswer,
    SeriesAnswer,
    StandingAnswer,
    StandingReply,
    TokensAnswer,
    UriAnswer,
    WorkAnswer,
)
from node.gateway.records import TOKENS_SHOWN_MAX, series_reply, work_reply
from node.gateway.types import refusal_reply


def owner_of(view: View, asked: AskedOfToken, _: int) -> OwnerAnswer:
    """Who owns a token."""
    return OwnerAnswer(height=view.height, owner=view.owner_of(asked.token))


def balance_of(view: View, asked: AskedOfAccount, _: int) -> BalanceAnswer:
    """How many tokens an account owns."""
    return BalanceAnswer(height=view.height, balance=len(_read_tokens(view, asked.account)))


def tokens_of(view: View, asked: AskedOfAccount, _: int) -> TokensAnswer:
    """Which tokens an account owns."""
    tokens = _read_tokens(view, asked.account)
    return TokensAnswer(height=view.height, balance=len(tokens), tokens=tokens[:TOKENS_SHOWN_MAX])


def _read_tokens(view: View, account: str) -> tuple[str, ...]:
    tokens = view.tokens_of(account)
    if not tokens:
        return ()
    # The list comes from an index beside the state; only the tokens' own rows can be proved.
    for token in tokens[:TOKENS_SHOWN_MAX]:
        view.token(token)
    return tokens


def token_uri(view: View, asked: AskedOfToken, _: int) -> UriAnswer:
    """What names a token's content."""
    return UriAnswer(height=view.height, uri=view.token_uri(asked.token))


def get_approved(view: View, asked: AskedOfToken, _: int) -> ApprovedAnswer:
    """Who may give a token for its owner."""
    return ApprovedAnswer(height=view.height, approved=view.get_approved(asked.token))


def is_approved_for_all(view: View, asked: AskedOfOperator, _: int) -> OperatorAnswer:
    """Whether somebody may give any token of an owner."""
    return OperatorAnswer(height=view.height, approved=view.is_approved_for_all(asked.owner, asked.operator))


def series(view: View, asked: AskedOfSeries, _: int) -> SeriesAnswer:
    """A series of editions."""
    record = view.series(asked.series)
    return SeriesAnswer(height=view.height, series=None if record is None else series_reply(view, asked.series, record))


def work(view: View, asked: AskedOfWork, _: int) -> WorkAnswer:
    """A registered work."""
    record = view.work(asked.work)
    return WorkAnswer(height=view.height, work=None if record is None else work_reply(view, asked.work, record))


def can_transfer(view: View, asked: AskedOfGift, now_ms: int) -> AllowedAnswer:
    """Whether a token could be given."""
    sender = asked.sender or view.owner_of(asked.token) or ""
    return _allowed(view, view.can_transfer(asked.token, sender, asked.to, now_ms))


def can_receive(view: View, asked: AskedOfAccount, now_ms: int) -> AllowedAnswer:
    """Whether an account could be given something."""
    return _allowed(view, view.can_receive(asked.account, now_ms))


def _allowed(view: View, refusals: tuple[Refusal, ...]) -> AllowedAnswer:
    # The rules' figures decide too, so a proof has the row that they stand in.
    view.parameters_since()
    return AllowedAnswer(height=view.height, allowed=not refusals, refusals=tuple(map(refusal_reply, refusals)))


def get_frozen(view: View, asked: AskedOfFrozen, _: int) -> FrozenAnswer:
    """The freeze of a token or an account."""
    frozen = view.get_frozen(asked.name)
    if frozen is None:
        return FrozenAnswer(
            height=view.height, frozen=False, case=None, until_ms=None, state=None, reason=None, approvals=()
        )
    record = frozen.record
    return FrozenAnswer(
        height=view.height,
        frozen=True,
        case=frozen.case,
        until_ms=frozen.until_ms,
        state=None if record is None else record.state,
        reason=None if record is None else record.reason,
        approvals=() if record is None else record.approvals,
    )


def standing(view: View, asked: AskedOfToken, _: int) -> StandingAnswer:
    """What keeps a token where it is: freezes, a dispute, a takedown, a wind-down."""
    found = view.standing(asked.token)
    if found is None:
        return StandingAnswer(height=view.height, standing=None)
    reply = StandingReply(
        frozen_case=found.frozen_case,
        frozen_until_ms=found.frozen_until_ms,
        owner_frozen_case=found.owner_frozen_case,
        owner_frozen_until_ms=found.owner_frozen_until_ms,
        disputed_case=found.disputed_case,
        disputed_until_ms=found.disputed_until_ms,
        taken_down=found.taken_down,
        taken_down_case=found.taken_down_case,
        choose_until_ms=found.choose_until_ms,
    )
    return StandingAnswer(height=view.height, standing=reply)


def alerts(view: View, asked: AskedOfEpoch, _: int) -> AlertsAnswer:
    """What the detectors raised at an epoch's end."""
    found = view.alerts(asked.epoch)
    ended = view.state.epochs.get(epoch_row(asked.epoch)) is not None
    return AlertsAnswer(height=view.height, epoch=asked.epoch, ended=ended, alerts=tuple(map(_alert, found)))


def _alert(record: AlertRecord) -> AlertReply:
    return AlertReply(
        record.detector.value,
        record.level.value,
        record.score_tenths,
        record.accounts,
        record.tokens,
        record.gifts,
        record.first_ms,
        record.last_ms,
        record.reasons,
    )


def proposal(view: View, asked: AskedOfProposal, _: int) -> ProposalAnswer:
    """What was put to the vote."""
    record = view.proposal(asked.proposal)
    return ProposalAnswer(height=view.height, proposal=None if record is None else _proposal(record))


def _proposal(record: ProposalRecord) -> ProposalReply:
    return ProposalReply(
        record.proposer,
        kind_of(record.action),
        dict(particulars_of(record.action)),
        record.reason,
        record.state,
        record.expires_ms,
        record.votes_for,
        record.votes_against,
        record.decided_height,
        record.effective_height,
    )


def proposals(view: View, _asked: Asked, _: int) -> ProposalsAnswer:
    """The proposals that wait for votes, or for their height."""
    found = ((name, view.proposal(name)) for name in view.agenda())
    lines = tuple(_line(name, record) for name, record in found if record is not None)
    return ProposalsAnswer(height=view.height, proposals=lines)


def _line(name: str, record: ProposalRecord) -> ProposalLine:
    return ProposalLine(
        name,
        kind_of(record.action),
        record.proposer,
        record.state,
        record.expires_ms,
        record.votes_for,
        record.votes_against,
        record.effective_height,
    )


def parameters(view: View, _asked: Asked, _: int) -> ParametersAnswer:
    """By what the next block is judged."""
    return ParametersAnswer(
        height=view.height,
        since_height=view.parameters_since(),
        figures=figures_of(view.parameters),
        policies=view.policies(),
        paused=view.is_paused(),
    )


def members(view: View, _asked: Asked, _: int) -> MembersAnswer:
    """The members of the consortium."""
    found = ((name, view.account(name)) for name in view.members())
    return MembersAnswer(
        height=view.height,
        members=tuple(
            MemberReply(name, record.role, record.governor, *record.states(view.timestamp_ms))
            for name, record in found
            if record is not None
        ),
    )
