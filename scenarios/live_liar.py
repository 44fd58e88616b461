"""A liar in a process of its own: the same lies as in virtual time (adversary.py), through the member's end of the bus.

What virtual liars tell each other in memory, live ones overhear: who lies with them stands in the command, and the
other half's story follows from the proposal that the equivocating primary shows them.
"""

from collections.abc import Iterable

import msgspec

from canonical.encoding import Malformed
from canonical.hashing import Digest
from consensus.messages import PrePrepare
from consensus.types import ReplicaId
from ledger.charter import chain_id
from ledger.envelope import Envelope
from ledger.receipts import Receipt, Status
from network.bus import Channel
from network.commands import Role
from network.faulty import Spoken
from node.clock import machine_ms
from node.gateway.types import EnvelopeReply, Envelopes, SubmitReply, TransactionReply, TransactionStatus, receipt_reply
from node.identity import Identity
from node.opening import BatchHead
from node.simulation import Said
from node.simulation.chance import stream
from scenarios.adversary import Collusion, Liar
from scenarios.censor import CENSORSHIPS
from scenarios.false_answers import FALSE_ANSWERS, FalseTongue
from scenarios.frame_lies import FRAME_LIES
from scenarios.item_lies import LIES_OF_ITEMS

LIED_ABOUT_MAX = 10_000
"""Envelopes that a lying gateway keeps, so that it can make up a proof for whoever asks."""


class LiveLiar:
    """Who speaks for a member that lies: the `Part` of one process."""

    def __init__(self, liar: Liar, tongue: FalseTongue | None = None) -> None:
        """Speak as `liar` does; to clients as `tongue`, where there is one."""
        self._liar = liar
        self._tongue = tongue
        self._lied_about: dict[Digest, tuple[Envelope, int]] = {}
        """By transaction: the envelope and the height at which it was called final."""

    @property
    def is_false(self) -> bool:
        """Whether clients are lied to."""
        return self._tongue is not None

    def reply(self, envelopes: Envelopes, reply: SubmitReply, *, height: int) -> SubmitReply:
        """What was taken in is final, and was accepted."""
        assert self._tongue is not None, "asked only where clients are lied to"
        told: list[EnvelopeReply] = []
        for envelope, each in zip(envelopes, reply.envelopes, strict=True):
            transaction = Digest(bytes.fromhex(each.transactions[0].id))
            self._lied_about[transaction] = (envelope, height)
            told.append(msgspec.structs.replace(each, transactions=tuple(map(_too_early, each.transactions))))
        for old in list(self._lied_about)[:-LIED_ABOUT_MAX]:
            del self._lied_about[old]
        return SubmitReply(tuple(told))

    def certificate(self, transaction: Digest, file: bytes | None) -> bytes | None:
        """A proof of its own making for what is not final, and now and then for what is."""
        assert self._tongue is not None, "asked only where clients are lied to"
        if file is not None:
            return self._tongue.final(file)
        envelope, height = self._lied_about.get(transaction, (None, 0))
        return None if envelope is None else self._tongue.too_early(envelope, height=height, timestamp_ms=machine_ms())

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


def cast(identity: Identity, role: Role, seed: int) -> LiveLiar | None:
    """Make `identity`'s member lie by `role.way`; None where nobody lies so."""
    if not any(role.way in ways for ways in (FRAME_LIES, LIES_OF_ITEMS, CENSORSHIPS, FALSE_ANSWERS)):
        return None
    members = [each.id for each in identity.charter.voters()]
    replica, chance = ReplicaId(members.index(identity.member)), stream(seed, f"liar {identity.member}")
    tongue = FalseTongue(identity.charter, replica, identity.sign, chance) if role.way in FALSE_ANSWERS else None
    return LiveLiar(
        Liar(
            way=role.way,
            replica=replica,
            members=members,
            to=frozenset(role.to),
            chain=chain_id(identity.charter),
            sign=identity.sign,
            chance=chance,
            collusion=Collusion(liars={ReplicaId(members.index(each)) for each in role.company if each in members}),
        ),
        tongue,
    )


def _too_early(reply: TransactionReply) -> TransactionReply:
    if reply.status not in (TransactionStatus.PENDING, TransactionStatus.QUEUED):
        return reply
    receipt = receipt_reply(Receipt(Digest(bytes.fromhex(reply.id)), Status.ACCEPTED, (), ()))
    return TransactionReply(reply.id, TransactionStatus.FINAL, receipt=receipt, height=1, position=0)
