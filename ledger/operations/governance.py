"""Operations by which the members govern the chain: a proposal, and votes on it (tenet 7)."""

import enum
from typing import Annotated, get_args

import msgspec

from canonical.signing import PublicKey
from ledger.charter import Role
from ledger.names import ChainId, MemberId, ProposalId, Text, Title
from ledger.operations.part import Part, Time

CHANGES_MAX = 32
"""Rule parameters that one proposal may change."""


class ParameterChange(Part, frozen=True):
    """One figure in the rules."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
    """As in ledger/parameters.py."""
    value: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    """Its new value; the rule says what is permitted."""


class ChangeParameters(Part, frozen=True, tag="change_parameters"):
    """Judge by other figures. They change together, in one block."""

    changes: Annotated[tuple[ParameterChange, ...], msgspec.Meta(min_length=1, max_length=CHANGES_MAX)]


class AdmitMember(Part, frozen=True, tag="admit_member"):
    """Take an institution in, or back in: it gets an account. Its node joins the committee with a new charter only."""

    member: MemberId
    name: Title
    """Its name in English."""
    name_zh: Title
    """Its name in Chinese."""
    role: Role
    votes: bool
    """Whether it proposes and votes."""
    operator_key: PublicKey
    """Signs its transactions."""


class RemoveMember(Part, frozen=True, tag="remove_member"):
    """Shut an institution out: its account signs nothing any more, and it neither proposes nor votes."""

    member: MemberId


class SetRole(Part, frozen=True, tag="set_role"):
    """Give a member another role, or its vote, or take it."""

    member: MemberId
    role: Role
    votes: bool
    """Whether it proposes and votes."""


class RotateOperatorKey(Part, frozen=True, tag="rotate_operator_key"):
    """Give a member another key by vote: for one that was lost, and cannot sign `rotate_key` itself (R8.1)."""

    member: MemberId
    operator_key: PublicKey


class SetPolicy(Part, frozen=True, tag="set_policy"):
    """Ask other approvals for a kind of decision."""

    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,47}\Z")]
    """As in ledger/policies.py."""
    policy: Annotated[str, msgspec.Meta(min_length=1, max_length=9)]
    """In the words of ledger/policy.py."""


class Pause(Part, frozen=True, tag="pause"):
    """Stop everything but governance and due process, from the next block on."""


class Resume(Part, frozen=True, tag="resume"):
    """End a pause, from the next block on."""


class ListChain(Part, frozen=True, tag="list_chain"):
    """Permit bridges to another chain (R9.3)."""

    chain: ChainId


class UnlistChain(Part, frozen=True, tag="unlist_chain"):
    """Permit them no longer."""

    chain: ChainId


Action = (
    ChangeParameters
    | AdmitMember
    | RemoveMember
    | SetRole
    | RotateOperatorKey
    | SetPolicy
    | Pause
    | Resume
    | ListChain
    | UnlistChain
)
"""Everything a proposal may be about."""

ACTION_TYPES: tuple[type[Part], ...] = get_args(Action)
"""The same, to iterate over."""


class Ballot(enum.StrEnum):
    """What a vote says."""

    FOR = "for"
    AGAINST = "against"


class Propose(Part, frozen=True, tag="propose"):
    """A voting member puts an action to the vote, and votes for it thereby."""

    proposal: ProposalId
    action: Action
    reason: Text
    expires_ms: Time
    """When it ends by itself if it is not decided."""


class Vote(Part, frozen=True, tag="vote"):
    """A voting member decides, once; the transaction's deadline is the vote's own expiry."""

    proposal: ProposalId
    ballot: Ballot


def kind_of(action: Action) -> str:
    """The word for what a proposal is about: that of policies, events and docs."""
    return str(action.__struct_config__.tag)


def particulars_of(action: Action) -> tuple[tuple[str, str], ...]:
    """What an action would do, field by field, as text for people: figures by their names, bytes in hexadecimal."""
    if isinstance(action, ChangeParameters):
        return tuple((each.name, str(each.value)) for each in action.changes)
    return tuple((name, _as_text(getattr(action, name))) for name in action.__struct_fields__)


def _as_text(value: str | bool | bytes) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.hex()
        case enum.StrEnum():
            return value.value
    return value


def concerned_by(action: Action) -> str | None:
    """The member that the action is about, if it is about one that the consortium has."""
    if isinstance(action, RemoveMember | SetRole | RotateOperatorKey):
        return action.member
    return None
