"""A liar in a process of its own: the same lies as in virtual time (adversary.py), through the member's end of the bus.

What virtual liars tell each other in memory, live ones overhear: who lies with them stands in the command, and the
other half's story follows from the proposal that the equivocating primary shows them.
"""

from collections.abc import Iterable

from canonical.encoding import Malformed
from consensus.messages import PrePrepare
from consensus.types import ReplicaId
from ledger.charter import chain_id
from network.bus import Channel
from network.commands import Role
from network.faulty import Spoken, Voice
from node.identity import Identity
from node.opening import BatchHead
from node.simulation import Said
from node.simulation.chance import stream
from scenarios.adversary import FRAME_LIES, LIES_OF_ITEMS, Collusion, Liar
from scenarios.censor import CENSORSHIPS


class LiveLiar:
    """The `Voice` of a member that lies."""

    def __init__(self, liar: Liar) -> None:
        """Speak as `liar` does."""
        self._liar = liar

    def say(self, channel: Channel, payload: bytes, to: str) -> Iterable[Spoken]:
        """What is said to one member in place of a frame."""
        return [(each.target, each.channel, each.payload) for each in self._liar.tell(Said(to, channel, payload))]

    def hear(self, payload: bytes) -> bool:
        """Learn from a colluding primary's proposal what the other half is told; a censor does not hear all."""
        if not self._liar.hears(payload):
            return False
        self._learn(payload)
        return True

    def _learn(self, payload: bytes) -> None:
        frame = self._liar.frames.read(payload)
        if isinstance(frame, Malformed | BatchHead) or frame.sender not in self._liar.collusion.liars:
            return
        for item in frame.items:
            if isinstance(item, PrePrepare):
                self._liar.learn(item)


def cast(identity: Identity, role: Role, seed: int) -> Voice | None:
    """Make `identity`'s member lie by `role.way`; None where nobody lies so."""
    if role.way not in FRAME_LIES and role.way not in LIES_OF_ITEMS and role.way not in CENSORSHIPS:
        return None
    members = [each.id for each in identity.charter.voters()]
    return LiveLiar(
        Liar(
            way=role.way,
            replica=ReplicaId(members.index(identity.member)),
            members=members,
            to=frozenset(role.to),
            chain=chain_id(identity.charter),
            sign=identity.sign,
            chance=stream(seed, f"liar {identity.member}"),
            collusion=Collusion(liars={ReplicaId(members.index(each)) for each in role.company if each in members}),
        )
    )
