"""Who has to agree to what: the defaults, by kind of decision, and what a charter may say otherwise.

A kind is the tag of what a proposal is about, or of an operation that several parties decide together. Membership and
the rules about rules take two thirds, as much as it takes to certify a block; everyday control takes a majority.
"""

from collections.abc import Mapping

from ledger.operations.governance import ACTION_TYPES, RemoveMember, RotateOperatorKey, SetRole
from ledger.policy import FORBIDDEN, SELF, approvals_needed, is_policy, read_policy

DEFAULT_POLICIES: dict[str, str] = {
    "change_parameters": "2/3",
    "admit_member": "2/3",
    "remove_member": "2/3",
    "set_role": "2/3",
    "rotate_operator_key": "MAJORITY",
    "set_policy": "2/3",
    "pause": "MAJORITY",
    "resume": "MAJORITY",
    "list_chain": "ALL",
    "unlist_chain": "MAJORITY",
    "open_dispute": "MAJORITY",
    "resolve_dispute": "MAJORITY",
    "takedown": "MAJORITY",
    "forced_transfer": "MAJORITY",
}
"""By kind, where neither the charter nor a vote says otherwise."""

CONCERNING_ONE = frozenset(str(each.__struct_config__.tag) for each in (RemoveMember, SetRole, RotateOperatorKey))
"""Kinds that are about one member, which may therefore be left to it (SELF)."""

assert {str(each.__struct_config__.tag) for each in ACTION_TYPES} <= set(DEFAULT_POLICIES), "every action has a policy"


def is_permitted(kind: str, policy: str) -> bool:
    """Whether `policy` can be that of decisions of this kind: SELF needs one member whom they concern."""
    return kind in DEFAULT_POLICIES and is_policy(policy) and (policy != SELF or kind in CONCERNING_ONE)


def policies_from(overrides: Mapping[str, str], *, voters: int) -> dict[str, str]:
    """The defaults with `overrides` in their place, for a chain founded with so many members that vote.

    Raises: ValueError for a kind there is not, or a policy that is none for it or more than all voters could meet,
    naming both and what is permitted.
    """
    for kind, policy in overrides.items():
        if kind not in DEFAULT_POLICIES:
            raise ValueError(f"{kind!r:.60} is no kind of decision; there are: {', '.join(DEFAULT_POLICIES)}")
        read_policy(f"policies.{kind}", policy)
        if not is_permitted(kind, policy):
            raise ValueError(
                f"policies.{kind} is {SELF}, but it concerns no one member; {SELF} is permitted for"
                f" {', '.join(sorted(CONCERNING_ONE))}"
            )
        if policy != FORBIDDEN and approvals_needed(policy, voters) is None:
            raise ValueError(
                f"policies.{kind} is {policy}, and {voters} members vote; write {FORBIDDEN} for what nobody may decide"
            )
    return {**DEFAULT_POLICIES, **overrides}
