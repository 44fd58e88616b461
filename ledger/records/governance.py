"""Who governs, by which policies and figures, and what was put to the vote.

Several of these are one row each: a transaction that is only asked about sees single rows, never whole tables.
"""

import enum

from ledger.operations.governance import Action
from ledger.records.record import Record


class RosterRecord(Record, frozen=True):
    """`roster/members`: the members of the consortium. One that was removed has an account still, and is not here."""

    members: tuple[str, ...]
    """Sorted, each once; 1,024 at most."""


class ProposalState(enum.StrEnum):
    """How far a proposal has come."""

    OPEN = "open"
    """Waits for votes, until it expires."""
    ADOPTED = "adopted"
    """Passed; takes effect at its height."""
    IN_FORCE = "in_force"
    """Took effect."""
    REJECTED = "rejected"
    """Could not pass any more."""
    EXPIRED = "expired"
    """Was not decided in time."""
    VOID = "void"
    """Passed, but when its height came it could no longer be done; nothing was changed."""


class ProposalRecord(Record, frozen=True):
    """`proposal/<proposal id>`: what was put to the vote, by whom and why, with the votes. Kept for good."""

    proposer: str
    action: Action
    reason: str
    expires_ms: int
    """Block time from which nobody can vote any more."""
    state: ProposalState
    votes_for: tuple[str, ...]
    """Who voted for it, sorted, each once. Whoever was removed before the decision took its vote along."""
    votes_against: tuple[str, ...]
    """Who voted against it, likewise."""
    decided_height: int
    """The block in which it was adopted, rejected or expired; 0 while it is open."""
    effective_height: int
    """The first block that is judged by it; 0 unless it was adopted."""


class AgendaRecord(Record, frozen=True):
    """`agenda/proposals`: what is not settled yet: all that a block's end has to look at."""

    open: tuple[str, ...]
    """Proposals that wait for votes, in the order in which they were made."""
    adopted: tuple[str, ...]
    """Proposals that wait for their height, in the order in which they were adopted."""


class ParametersRecord(Record, frozen=True):
    """`parameters/<height, 12 digits>`: the figures in force from that block on, until the next such row."""

    figures: tuple[tuple[str, int], ...]
    """Name and value, sorted by name; all of them, not only what changed."""


class PolicyRecord(Record, frozen=True):
    """`policy/<kind>`: who has to agree to decisions of a kind, where it is not the default."""

    policy: str
    since_height: int
    """The first block in which it held; 0 for what the charter says."""


class ChainRecord(Record, frozen=True):
    """`chain/<chain id>`: whether a bridge to another chain is permitted (R9.3). Without a row it is not."""

    is_listed: bool
    since_height: int
    """The first block in which it was so; 0 for what the charter says."""


class PauseRecord(Record, frozen=True):
    """`pause/chain`: whether the chain is paused (R7.5). Without a row it never was."""

    is_paused: bool
    since_height: int
    """The first block in which it was so."""
