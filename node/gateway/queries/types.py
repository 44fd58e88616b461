"""What can be asked, and what is answered. Every answer names its height; what does not exist is null, not an error."""

from typing import Annotated

import msgspec

from ledger.charter import Role
from ledger.operations.accounts import AccountState
from ledger.records.freezes import FreezeState
from ledger.records.governance import ProposalState
from node.gateway.queries.proofs import ProofReply
from node.gateway.records import SeriesReply, WorkReply
from node.gateway.types import EventReply, Hex, RefusalReply, Reply

Height = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Epoch = Annotated[int, msgspec.Meta(ge=1, lt=10**8)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all questions."""

    height: Height | None = None
    """The ledger after this block; without it after the last one executed, or with a proof the last one certified."""
    proof: bool = False
    """Whether to prove the rows that the answer rests on."""


class AskedOfToken(Asked, frozen=True, kw_only=True):
    """About a token."""

    token: Name


class AskedOfAccount(Asked, frozen=True, kw_only=True):
    """About an account."""

    account: Name


class AskedOfSeries(Asked, frozen=True, kw_only=True):
    """About a series."""

    series: Name


class AskedOfWork(Asked, frozen=True, kw_only=True):
    """About a work."""

    work: Name


class AskedOfOperator(Asked, frozen=True, kw_only=True):
    """About an owner and who may give for him."""

    owner: Name
    operator: Name


class AskedOfGift(Asked, frozen=True, kw_only=True):
    """About a gift: of the token's owner, if nobody else is named."""

    token: Name
    to: Name
    sender: Name | None = None


class AskedOfFrozen(Asked, frozen=True, kw_only=True):
    """About a freeze."""

    name: Name
    """A token or an account."""


class AskedOfEpoch(Asked, frozen=True, kw_only=True):
    """About an epoch."""

    epoch: Epoch


class AskedOfProposal(Asked, frozen=True, kw_only=True):
    """About a proposal."""

    proposal: Name


class AskedOfHistory(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """About what happened to a token."""

    token: Name
    height: Height | None = None
    """Up to and with this block; without it the last one certified."""


class AskedOfCompliance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """About a block's compliance report."""

    height: Height | None = None
    """Without it the last one certified."""
    proof: bool = False


class Answer(Reply, frozen=True, kw_only=True):
    """Base of all answers."""

    height: int
    """The ledger after this block."""
    proof: ProofReply | None = None
    """The rows that the answer rests on, if that was asked."""


class OwnerAnswer(Answer, frozen=True, kw_only=True):
    """ERC-721's ownerOf."""

    owner: str | None
    """None where there is no such token or it was burned."""


class BalanceAnswer(Answer, frozen=True, kw_only=True):
    """ERC-721's balanceOf: a count of things."""

    balance: int


class TokensAnswer(Answer, frozen=True, kw_only=True):
    """What an account owns. A proof shows that it owns these, and says nothing of others."""

    balance: int
    """How many."""
    tokens: tuple[str, ...]
    """The first 1,000 of them, sorted."""


class UriAnswer(Answer, frozen=True, kw_only=True):
    """ERC-721's tokenURI: the content's SHA-256 as RFC 6920 writes it."""

    uri: str | None


class ApprovedAnswer(Answer, frozen=True, kw_only=True):
    """ERC-721's getApproved."""

    approved: str | None


class OperatorAnswer(Answer, frozen=True, kw_only=True):
    """ERC-721's isApprovedForAll."""

    approved: bool


class SeriesAnswer(Answer, frozen=True, kw_only=True):
    """A series."""

    series: SeriesReply | None


class WorkAnswer(Answer, frozen=True, kw_only=True):
    """A work."""

    work: WorkReply | None


class AllowedAnswer(Answer, frozen=True, kw_only=True):
    """Whether a gift would be accepted: canTransfer and canReceive of ERC-7943."""

    allowed: bool
    refusals: tuple[RefusalReply, ...]
    """Every rule that refuses, not the first."""


class FrozenAnswer(Answer, frozen=True, kw_only=True):
    """A freeze in force."""

    frozen: bool
    case: str | None
    until_ms: int | None
    state: FreezeState | None
    reason: str | None
    approvals: tuple[str, ...]
    """Members that approved it."""


class StandingReply(Reply, frozen=True):
    """What keeps a token where it is or ended it, besides its holding period. What is null does not."""

    frozen_case: str | None
    frozen_until_ms: int | None
    owner_frozen_case: str | None
    """A freeze of the account that owns it."""
    owner_frozen_until_ms: int | None
    disputed_case: str | None
    """A dispute about its work."""
    disputed_until_ms: int | None
    taken_down: str | None
    """What was taken down: the `token`, its `series` or its `work`."""
    taken_down_case: str | None
    choose_until_ms: int | None
    """Its series or its issuer is wound down; until then its owner can choose to hold or to be refunded."""


class StandingAnswer(Answer, frozen=True, kw_only=True):
    """How a token stands; null where there is no such token."""

    standing: StandingReply | None


class AlertReply(Reply, frozen=True):
    """What a person should look at; it accuses nobody."""

    detector: str
    level: str
    score_tenths: int
    accounts: tuple[str, ...]
    tokens: tuple[str, ...]
    gifts: int
    first_ms: int
    last_ms: int
    reasons: tuple[tuple[str, int], ...]
    """What speaks against the most suspect person, with tenths of a point each; `score_tenths` is their sum."""


class AlertsAnswer(Answer, frozen=True, kw_only=True):
    """The alerts that an epoch raised."""

    epoch: int
    ended: bool
    """Whether that epoch had ended."""
    alerts: tuple[AlertReply, ...]


class ProposalReply(Reply, frozen=True):
    """What was put to the vote."""

    proposer: str
    action: str
    """Its kind."""
    particulars: dict[str, str]
    """What it would do, field by field; for `change_parameters` the figures by their names."""
    reason: str
    state: ProposalState
    expires_ms: int
    votes_for: tuple[str, ...]
    votes_against: tuple[str, ...]
    decided_height: int
    """0 while it is open."""
    effective_height: int
    """The first block that is judged by it; 0 unless it was adopted."""


class ProposalAnswer(Answer, frozen=True, kw_only=True):
    """A proposal."""

    proposal: ProposalReply | None


class ProposalLine(Reply, frozen=True):
    """A proposal in a list."""

    proposal: str
    action: str
    """Its kind."""
    proposer: str
    state: ProposalState
    expires_ms: int
    votes_for: tuple[str, ...]
    votes_against: tuple[str, ...]
    effective_height: int
    """The first block that is judged by it; 0 unless it was adopted."""


class ProposalsAnswer(Answer, frozen=True, kw_only=True):
    """What is not settled yet."""

    proposals: tuple[ProposalLine, ...]
    """Those that wait for votes, in the order in which they were made, then those that wait for their height."""


class ParametersAnswer(Answer, frozen=True, kw_only=True):
    """The figures, policies and pause by which the next block is judged."""

    since_height: int
    """The first block that was judged by these figures; 0 where they are the charter's."""
    figures: dict[str, int]
    policies: dict[str, str]
    """Who has to agree, by kind of decision."""
    paused: bool


class MemberReply(Reply, frozen=True):
    """One institution."""

    member: str
    role: Role | None
    votes: bool
    platform_state: AccountState
    """At the block's time."""
    operator_state: AccountState
    """Likewise."""


class MembersAnswer(Answer, frozen=True, kw_only=True):
    """The members, sorted by id."""

    members: tuple[MemberReply, ...]


class HappenedReply(Reply, frozen=True):
    """One thing that happened to a token."""

    height: int
    position: int
    """The transaction's place in the block, from 0."""
    transaction: Hex
    """Its certificate, at /v1/transactions/{transaction}/certificate, proves it."""
    event: EventReply


class HistoryAnswer(Reply, frozen=True, kw_only=True):
    """What happened to a token, the latest first."""

    height: int
    """Up to and with this block."""
    searched_from: int
    """The lowest block that was looked at. Ask again with the height below it, down to this member's lowest block."""
    events: tuple[HappenedReply, ...]


class RuleReply(Reply, frozen=True):
    """How often a block's transactions met one rule."""

    rule: str
    checked: int
    refused: int


class ComplianceAnswer(Reply, frozen=True, kw_only=True):
    """A block's compliance report. The header's compliance root is the digest of these entries, all and in order."""

    height: int
    entries: tuple[RuleReply, ...]
    proof: ProofReply | None = None
    """The certified header, with no rows."""
