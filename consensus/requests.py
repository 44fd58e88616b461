"""The batches a replica knows: which arrived, which are executed, which a primary may still order (§4.1).

A batch is PBFT's request and its author PBFT's client. Each author numbers its batches 1, 2, 3, ...; the replicated
state keeps the last number executed for each author, and of what a proposal names only the next number of an author
runs. That is the paper's exactly-once rule, and it is also all that has to be remembered of the past: one integer an
author. Unlike the paper, which lets any higher number run, a gap is passed over: a primary that skips a batch delays it
and cannot lose it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consensus.messages import BatchReference
from consensus.types import BatchNumber, Digest, ReplicaId, View

BATCHES_AHEAD_MAX = 32
"""How many batches of one author may wait here in the order of their numbers."""

AUTHOR_BYTES_MAX = 16 << 20
"""How many bytes of batches of one author may wait for execution: 16 MiB, four times what an honest gateway has out. So
much one key can put on everybody's disk and into everybody's memory for nothing."""

DEAF_TICKS = 25
"""For so many status intervals no batch is taken in from an author who signed one with a bad envelope: to find that out
may take half a second."""


@dataclass(slots=True)
class Stream:
    """One author's batches."""

    executed: BatchNumber = BatchNumber(0)
    """The last one executed."""
    decided: BatchNumber = BatchNumber(0)
    """The last one that runs in a decision handed out so far: not below `executed`."""
    held_up_to: BatchNumber = BatchNumber(0)
    """All up to this one arrived or are executed."""
    arrived: dict[BatchNumber, BatchReference] = field(default_factory=dict)
    """Payload here, not executed; the first digest that came for each number."""
    arrived_at: dict[BatchNumber, int] = field(default_factory=dict)
    """The status tick at which each arrived."""
    deaf_until: int = 0
    """The status tick before which nothing is taken in but what proposals name: its author signed what is no batch."""
    deaf_in: View = View(-1)
    """The view in which nothing is taken in at all, since a proposal of its primary named such a batch."""


@dataclass(slots=True)
class Requests:
    """All authors' streams."""

    streams: list[Stream]
    """By author."""
    held: dict[Digest, BatchReference] = field(default_factory=dict)
    """Every batch whose payload is here and not executed, also one that equivocates with `arrived`."""

    def is_executed(self, reference: BatchReference) -> bool:
        """Whether it, or a later batch of its author, ran: then it never will again."""
        return reference.number <= self.streams[reference.author].executed

    def holds(self, reference: BatchReference) -> bool:
        """Whether the payload is here, and is what the reference says of it: whose, which, how many and how long.

        A faulty primary may name a batch as another author's. What ran under one name would be ordered under the other.
        """
        return self.held.get(reference.digest) == reference

    def is_available(self, reference: BatchReference) -> bool:
        """Whether the payload is here or no longer needed."""
        return self.holds(reference) or self.is_executed(reference)

    def has_room_for(self, author: ReplicaId, number: BatchNumber, *, size_bytes: int, tick: int) -> bool:
        """Whether a batch is neither old, too far ahead, too much nor here already, and its author not in disgrace."""
        stream = self.streams[author]
        is_near = stream.executed < number <= stream.executed + BATCHES_AHEAD_MAX
        is_next = is_near and number not in stream.arrived and tick >= stream.deaf_until
        return is_next and self.affords(author, size_bytes=size_bytes)

    def affords(self, author: ReplicaId, *, size_bytes: int) -> bool:
        """Whether so many more bytes of an author may wait here."""
        waiting = sum(each.size_bytes for each in self.held.values() if each.author == author)
        return waiting + size_bytes <= AUTHOR_BYTES_MAX

    def disgrace(self, author: ReplicaId, *, is_named: bool, tick: int, view: View) -> None:
        """The author signed a batch with a bad envelope, which no honest member does: hear him less for a while.

        What proposals name is still taken in, or he could keep honest primaries from ordering his good ones; unless a
        proposal named the bad one: then the primary of this view lies too.
        """
        stream = self.streams[author]
        if is_named:
            stream.deaf_in = view
        else:
            stream.deaf_until = tick + DEAF_TICKS

    def has_settled(self, digest: Digest, *, tick: int) -> bool:
        """Whether a batch has been here for long enough that it should be everywhere by `tick`."""
        reference = self.held.get(digest)
        if reference is None:
            return True
        return self.streams[reference.author].arrived_at.get(reference.number, 0) <= tick

    def store(self, reference: BatchReference, *, tick: int) -> None:
        """Note that the payload is here."""
        self.held[reference.digest] = reference
        stream = self.streams[reference.author]
        if reference.number > stream.executed and reference.number not in stream.arrived:
            stream.arrived[reference.number] = reference
            stream.arrived_at[reference.number] = tick
            self._extend(stream)

    def due(self, references: Sequence[BatchReference]) -> tuple[BatchReference, ...]:
        """Those that run if `references` are the next decision: each the number after its author's last one."""
        last: dict[ReplicaId, BatchNumber] = {}
        due: list[BatchReference] = []
        for reference in references:
            if reference.number == last.get(reference.author, self.streams[reference.author].decided) + 1:
                last[reference.author] = reference.number
                due.append(reference)
        return tuple(due)

    def decide(self, due: Sequence[BatchReference]) -> None:
        """Note that these run in a decision that is handed out."""
        for reference in due:
            self.streams[reference.author].decided = reference.number

    def execute(self, references: Sequence[BatchReference]) -> None:
        """Note that these ran; what they make old is forgotten."""
        for reference in references:
            stream = self.streams[reference.author]
            assert reference.number == stream.executed + 1, "I14: an author's batches run in order, each once"
            stream.executed = reference.number
            stream.held_up_to = max(stream.held_up_to, reference.number)
            for number in [each for each in stream.arrived if each <= reference.number]:
                del stream.arrived[number], stream.arrived_at[number]
            self._extend(stream)
        if references:
            self.held = {each.digest: each for each in self.held.values() if not self.is_executed(each)}

    def skip_to(self, executed: Sequence[BatchNumber]) -> None:
        """Note that of each author everything up to a number ran elsewhere; what that makes old is forgotten."""
        for stream, number in zip(self.streams, executed, strict=True):
            stream.executed = stream.decided = number
            stream.held_up_to = max(stream.held_up_to, number)
            for old in [each for each in stream.arrived if each <= number]:
                del stream.arrived[old], stream.arrived_at[old]
            self._extend(stream)
        self.held = {each.digest: each for each in self.held.values() if not self.is_executed(each)}

    def oldest_orderable(self) -> BatchReference | None:
        """The first batch to have arrived among those that no gap in their author's stream keeps from being ordered."""
        return next((each for each in self.held.values() if each.number <= self.streams[each.author].held_up_to), None)

    def unordered(self, ordered_up_to: Sequence[BatchNumber], *, first: ReplicaId) -> Iterator[BatchReference]:
        """Batches that may be ordered next: one of each author in turn, beginning with author `first`, without gaps.

        `ordered_up_to` says for each author which number open proposals reach. Taking turns keeps a busy gateway from
        crowding out the others.
        """
        size = len(self.streams)
        authors = {reference.author for reference in self.held.values()}
        cursors = {author: max(ordered_up_to[author], self.streams[author].executed) for author in authors}
        waiting = sorted(authors, key=lambda author: (author - first) % size)
        while waiting:
            still: list[ReplicaId] = []
            for author in waiting:
                reference = self.streams[author].arrived.get(BatchNumber(cursors[author] + 1))
                if reference is not None:
                    cursors[author] = reference.number
                    still.append(author)
                    yield reference
            waiting = still

    def _extend(self, stream: Stream) -> None:
        while BatchNumber(stream.held_up_to + 1) in stream.arrived:
            stream.held_up_to = BatchNumber(stream.held_up_to + 1)
