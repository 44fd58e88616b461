"""The world's faults that stop a member: its files, its disk, its operator.

Each message says what happened, what was kept, and what to do. Nothing here answers a peer: what a peer sends is a
value.
"""

from collections.abc import Sequence


class NodeFault(Exception):
    """Base of everything a member gives up for; the command line prints its text and no stack."""


class KeysUnreadable(NodeFault):
    """A key file is missing, truncated, of another version, or holds other keys than the charter names."""


class KeysExposed(NodeFault):
    """A key file can be read or written by others than its owner."""


class PassphraseWrong(NodeFault):
    """The passphrase does not open the key file, or there is none to be had."""


class PersonsUnreadable(NodeFault):
    """The file with the salts of a platform's people is truncated, of another version, or cannot be read."""


class PersonRefused(NodeFault):
    """A person cannot be kept or erased as was asked; the text says why."""


class CharterUnreadable(NodeFault):
    """A charter file breaks its form; the text names the field."""


class HomeUnusable(NodeFault):
    """A member's home exists already, is missing, or is incomplete."""


class HomeInUse(NodeFault):
    """Another node runs on this home."""


class StorageFailed(NodeFault):
    """The database could not be read or written; the turn that failed left nothing behind."""


class RulesUnknown(NodeFault):
    """The members voted for a version of the rules that this release does not have; to go on would be to fork."""


class RecordingUnusable(NodeFault):
    """A recording cannot be begun or gone on with; the node does not start without what it was asked to keep."""


class RecordingUnreadable(NodeFault):
    """A file is no recording, of another format, or was damaged; the text names the byte."""


class DatabaseEdited(NodeFault):
    """The audit found rows that do not follow from the chain; the node must not vote on top of them."""

    def __init__(self, problem: str, *, rows: Sequence[str], advice: str) -> None:
        """Say what was found, name the rows, and say what to do."""
        super().__init__("\n".join([problem, *(f"  {row}" for row in rows), advice]))
        self.rows = tuple(rows)
        """Each with its table, its key and its column."""
        self.summary = f"{problem} {advice}"
        """The same without the rows, in one line."""
