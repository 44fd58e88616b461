"""What may happen to a message between two members: one `LinkPolicy` for simulated links and for real ones.

A policy is a value. It names the messages it concerns, by sender, receiver, channel and what they carry, and what
becomes of them, each with a probability. Several may hold at once; a message suffers all that concern it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated

import msgspec

from network.bus import Channel

COPY_DELAY_MS_MAX = 200
"""A copy arrives up to so much after the original: late enough to be old, early enough to be in the same run."""


LATE_MS_MAX = 86_400_000
"""A day: no policy makes a message later."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A probability."""

Lateness = Annotated[int, msgspec.Meta(ge=0, le=LATE_MS_MAX)]
"""Milliseconds."""


class LinkPolicy(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A fault of links. An empty tuple means all. In virtual time it is used as it is; live nodes are sent it."""

    source: tuple[str, ...] = ()
    """Members whose messages it concerns."""
    target: tuple[str, ...] = ()
    """Members on their way to whom it happens."""
    channels: tuple[Channel, ...] = ()
    tags: tuple[str, ...] = ()
    """Concerns frames that carry one of these: `pre-prepare`, `view-change`, `batch`, ..."""
    drop: Share = 0.0
    """Probability that it never arrives."""
    delay_ms: Lateness = 0
    """It takes so much longer."""
    delay_ms_spread: Lateness = 0
    """And up to so much longer still, evenly distributed."""
    duplicate: Share = 0.0
    """Probability that a copy arrives some time after it."""
    corrupt: Share = 0.0
    """Probability that one of its bytes is another on arrival."""
    reorder: Share = 0.0
    """Probability that it may overtake those sent before it."""

    def concerns(self, source: str, target: str, channel: Channel, tags: frozenset[str]) -> bool:
        """Whether a message is one of those that it is about."""
        return (
            (not self.source or source in self.source)
            and (not self.target or target in self.target)
            and (not self.channels or channel in self.channels)
            and (not self.tags or not tags.isdisjoint(self.tags))
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """One arrival of a message."""

    payload: bytes
    delay_ms: int
    """Beyond what the link takes by itself."""
    in_order: bool
    """Whether it arrives after everything that was sent before it."""


def concerned(
    policies: Iterable[LinkPolicy], payload: bytes, *, source: str, target: str, channel: Channel
) -> list[LinkPolicy]:
    """Those of `policies` that a message suffers; what it carries is looked at only where one of them asks."""
    tags: frozenset[str] | None = None
    found = []
    for policy in policies:
        if policy.tags and tags is None:
            tags = tags_of(payload)
        if policy.concerns(source, target, channel, tags or frozenset()):
            found.append(policy)
    return found


def passages(payload: bytes, policies: Sequence[LinkPolicy], chance: Random) -> list[Passage]:
    """Decide what becomes of a message that `policies` concern: none, one or several arrivals."""
    delay_ms, in_order, copies = 0, True, 0
    for policy in policies:
        if policy.drop and chance.random() < policy.drop:
            return []
        delay_ms += policy.delay_ms
        if policy.delay_ms_spread:
            delay_ms += chance.randrange(policy.delay_ms_spread + 1)
        if policy.corrupt and chance.random() < policy.corrupt:
            payload = corrupted(payload, chance)
        if policy.duplicate and chance.random() < policy.duplicate:
            copies += 1
        if policy.reorder and chance.random() < policy.reorder:
            in_order = False
    first = Passage(payload, delay_ms, in_order)
    again = [Passage(payload, delay_ms + chance.randrange(COPY_DELAY_MS_MAX), False) for _ in range(copies)]
    return [first, *again]


def corrupted(payload: bytes, chance: Random) -> bytes:
    """The payload with one byte changed; an empty one stays."""
    if not payload:
        return payload
    place = chance.randrange(len(payload))
    other = payload[place] ^ chance.randrange(1, 256)
    return payload[:place] + bytes((other,)) + payload[place + 1 :]


def tags_of(payload: bytes) -> frozenset[str]:
    """What a frame carries: its own tag and those of its items; nothing where it is no frame."""
    try:
        frame = msgspec.msgpack.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        # The last two are raised for text that is none and for keys that can not be keys.
        return frozenset()
    found = set()
    for part in (frame, *(frame if isinstance(frame, list) else ())):
        for each in (part, *(part if isinstance(part, list) else ())):
            if isinstance(each, list) and each and isinstance(each[0], str):
                found.add(each[0])
    return frozenset(found)
