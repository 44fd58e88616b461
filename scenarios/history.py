"""What clients asked and were told, with the times of both: all that a judge of linearizability may look at."""

import enum
from collections import defaultdict
from dataclasses import dataclass, field

from ledger.names import token_id


class Act(enum.StrEnum):
    """What a client asked of one thing."""

    BUY = "buy"
    """The next edition of a series; the answer is its number, or that none is left."""
    GIVE = "give"
    """A token from its owner to somebody; the answer is yes, or that it is not his."""
    READ = "read"
    """How many editions are sold, or who owns a token; the answer is that."""


class Answer(enum.Enum):
    """Answers that are no value."""

    YES = "yes"
    NO = "no"
    """Ordered and refused: sold out, or not the owner's."""


Value = int | str | Answer


@dataclass(slots=True, eq=False)
class Operation:
    """One request and, once it came, its answer."""

    key: str
    """The series, or the token."""
    act: Act
    asked_us: int
    """When the client sent it, in microseconds of the run."""
    sender: str = ""
    """Who gives."""
    to: str = ""
    """Who gets: of a gift, or of a sale."""
    answered_us: int | None = None
    """When the answer came; None while, or if, nobody knows what became of it."""
    answer: Value | None = None

    def told(self) -> str:
        """One line for people."""
        what = f"{self.sender} to {self.to}" if self.act is Act.GIVE else self.to
        said = "?" if self.answered_us is None else f"{_told(self.answer)} at {self.answered_us / 1_000:.1f} ms"
        return f"{self.act} {self.key} {what}".strip() + f", asked at {self.asked_us / 1_000:.1f} ms: {said}"


@dataclass(slots=True)
class History:
    """Every operation on the things of one run. What was not taken in never happened, and is left out."""

    operations: list[Operation] = field(default_factory=list)
    caps: dict[str, int] = field(default_factory=dict)
    """By series: how many editions there are."""
    left_out: int = 0
    """Operations that came when there were `OPERATIONS_MAX`: then nothing can be claimed of their things any more."""
    _broken_off: set[str] = field(default_factory=set)

    def ask(self, operation: Operation) -> None:
        """A client sends it."""
        if len(self.operations) < OPERATIONS_MAX:
            self.operations.append(operation)
        else:
            self.left_out += 1
            self._broken_off |= {operation.key, *self.caps}

    def forget(self, operation: Operation) -> None:
        """It was definitely not taken in."""
        if operation in self.operations:
            self.operations.remove(operation)

    def by_key(self) -> dict[str, list[Operation]]:
        """Operations of each thing, in the order of asking; a sale is an operation of the token, too."""
        found: dict[str, list[Operation]] = defaultdict(list)
        for each in sorted(self.operations, key=lambda operation: operation.asked_us):
            found[each.key].append(each)
            if each.act is Act.BUY and isinstance(each.answer, int):
                sold = Operation(token_id(each.key, each.answer), Act.GIVE, each.asked_us, "", each.to)
                sold.answered_us, sold.answer = each.answered_us, Answer.YES
                found[sold.key].append(sold)
        return {key: operations for key, operations in found.items() if key not in self._broken_off}


OPERATIONS_MAX = 20_000
"""Bounds a run of hours."""


def _told(answer: Value | None) -> str:
    return answer.value if isinstance(answer, Answer) else str(answer)
