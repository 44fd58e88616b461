"""What stands between a simulated member and its world: what it says, who may change that, what it needs of others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from canonical.hashing import Digest
from consensus.messages import Equivocation
from ledger.charter import Charter
from network.bus import Channel
from node.identity import Knobs
from node.opening import Read
from node.register import Register
from node.simulation.agenda import Agenda
from node.simulation.keyring import Keyring
from node.writes import StoreBlock

if TYPE_CHECKING:
    from node.simulation.member import SimulatedMember


@dataclass(frozen=True, slots=True)
class Said:
    """A frame on its way from one member to another."""

    target: str
    channel: Channel
    payload: bytes


class Wrapper(Protocol):
    """A liar: stands between a member's core and the network, and may hold the member's key (`member.sign`)."""

    def say(self, member: "SimulatedMember", said: Said) -> Iterable[Said]:
        """What leaves in place of `said`, a frame for one receiver; nothing, another, or several."""
        ...


@dataclass(slots=True)
class Surroundings:
    """What a member needs of the world around it."""

    agenda: Agenda
    charter: Charter
    keyring: Keyring
    knobs: Knobs
    send: Callable[[int, Said, int], None]
    """send(source, said, at): put a frame on the bus at a time in microseconds."""
    executed: Callable[["SimulatedMember", StoreBlock], None]
    acknowledged: Callable[["SimulatedMember", Digest], None]
    accused: Callable[["SimulatedMember", Equivocation], None]
    rested: Callable[["SimulatedMember"], None]
    """Called after each turn."""
    decode: Read | None = None
    """How all members open frames, each frame once."""
    register: Register | None = None
    """Who is who, once for all members."""
    broadcast: Callable[[int, Channel, bytes, int], None] | None = None
    """broadcast(source, channel, payload, at): the same frame to everybody else; None where each is sent alone."""
