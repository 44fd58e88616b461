"""All members of a consortium in one virtual time: `Simulation`.

One seed fixes everything. Same seed, same calls: same messages at the same microsecond, byte for byte, which the trace
hash shows. Named streams of chance keep the network's draws apart from the load's and from each member's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

from canonical.hashing import Digest
from consensus.messages import Equivocation
from consensus.types import Epoch
from ledger.charter import chain_id
from ledger.envelope import Envelope
from network.bus import Channel
from node.admission import Admission
from node.identity import Knobs
from node.opening import FrameReader
from node.register import Register
from node.simulation.agenda import Agenda
from node.simulation.chance import stream
from node.simulation.founding import charter_of
from node.simulation.keyring import Crypto, Keyring
from node.simulation.links import Handle, Links
from node.simulation.member import Said, SimulatedMember, Surroundings, Wrapper
from node.simulation.profiles import profile_of
from node.simulation.reading import SharedReader
from node.writes import StoreBlock

KNOBS = Knobs()
"""What an operator who sets nothing gets."""

DEFAULT_RULES: Mapping[str, int] = {}
"""No rule parameter is changed."""

TRACED_BYTES = 64
"""The end of a frame goes into the trace hash: its signature, which fixes the rest."""


class Network:
    """What can be done to the links of a simulation."""

    def __init__(self, links: Links) -> None:
        """Give `links` to the world."""
        self.links = links
        self.add = links.add
        """add(policy) -> Handle: let a fault hold until it is healed."""

    def partition(self, groups: Sequence[Iterable["str | SimulatedMember"]]) -> Handle:
        """Let members hear only their own group; groups are of members or of their ids."""
        return self.links.partition(
            [[each if isinstance(each, str) else each.id for each in group] for group in groups]
        )

    def heal(self) -> None:
        """End every fault of the links."""
        self.links.heal()


class Simulation:
    """A consortium in virtual time."""

    def __init__(
        self,
        charter_size: int,
        *,
        seed: int,
        profile: str = "lan",
        crypto: Crypto | str = Crypto.IDEAL,
        knobs: Knobs = KNOBS,
        rules: Mapping[str, int] = DEFAULT_RULES,
    ) -> None:
        """Found a consortium of `charter_size` voters and start them all; its charter changes `rules`.

        Raises: ValueError for a profile or a crypto that does not exist.
        """
        self.seed = seed
        self.keyring = Keyring(Crypto(crypto))
        """Keys by name: `ant` is the operator of ant, `ant.li` a person."""
        self.charter = charter_of(charter_size, self.keyring, rules)
        self.chain = chain_id(self.charter)
        self.agenda = Agenda()
        self.on_executed: list[Callable[[SimulatedMember, StoreBlock], None]] = []
        """Called when a block is on a member's disk."""
        self.on_said: list[Callable[[SimulatedMember, Said], None]] = []
        """Called for each frame that leaves a member, for each receiver, after a liar had his way with it."""
        self.on_evidence: list[Callable[[SimulatedMember, Equivocation], None]] = []
        """Called when a member finds a proof that another contradicted itself."""
        self.on_acknowledged: list[Callable[[SimulatedMember, Digest], None]] = []
        """Called for each transaction whose batch is on its gateway's disk."""
        self._hash = blake2b(digest_size=32)
        self._is_asked = False
        register = Register.of(self.charter)
        self._reader = SharedReader(FrameReader(self.chain, Epoch(0), register.committee))
        surroundings = Surroundings(
            self.agenda,
            self.charter,
            self.keyring,
            knobs,
            self._send,
            self._executed,
            self._acknowledged,
            self._accused,
            self._rested,
            self._reader.read,
            register,
            self._broadcast,
        )
        self.members = tuple(
            SimulatedMember(index, surroundings, stream(seed, f"member {index}")) for index in range(charter_size)
        )
        ids = tuple(member.id for member in self.members)
        self._indices = {member: index for index, member in enumerate(ids)}
        links = Links(
            ids,
            profile_of(profile, charter_size),
            self.agenda,
            stream(seed, "network"),
            self._deliver,
            stream(seed, "link faults"),
        )
        self.network = Network(links)
        for member in self.members:
            member.start()

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began, by the world's own clock."""
        return self.agenda.now_us // 1_000

    def submit(self, member: SimulatedMember, envelope: Envelope) -> Admission:
        """Hand an envelope to a member's gateway."""
        return member.submit(envelope)

    def at(self, ms: int, call: Callable[[], object]) -> None:
        """Let something happen at a time of `now_ms`; at once where that has passed."""
        self.agenda.at(ms * 1_000, call)

    def run_until(self, predicate: Callable[[], bool], within_ms: int) -> bool:
        """Let time pass until `predicate` holds; return whether it did within so many milliseconds.

        It is asked when a member ends a turn that led to anything, and when time is up.
        """
        until_us = self.agenda.now_us + within_ms * 1_000
        if predicate():
            return True
        self._is_asked = True
        while self.agenda.run(until_us=until_us):
            if predicate():
                self._is_asked = False
                return True
        self._is_asked = False
        return predicate()

    def run_for(self, ms: int) -> None:
        """Let so much time pass."""
        until_us = self.agenda.now_us + ms * 1_000
        self.agenda.run(until_us=until_us)

    def trace_hash(self) -> str:
        """Fixes every message sent and every block executed so far, with their times, in hex."""
        return self._hash.copy().hexdigest()

    def replace_member(self, index: int, wrapper: Wrapper | None) -> None:
        """Put a liar between a member's core and the network; None takes him away."""
        self.members[index].wrapper = wrapper

    def blocks(self, member: SimulatedMember) -> tuple[StoreBlock, ...]:
        """The blocks on a member's disk, from height 1, or from above the ledger that it took over whole."""
        return tuple(member.disk.blocks)

    # What members do to the world

    def _send(self, source: int, said: Said, at_us: int) -> None:
        target = self._indices.get(said.target)
        if target is None or target == source:
            return
        self._hash.update(b"%d %d %d " % (at_us, source, target))
        self._hash.update(said.payload[-TRACED_BYTES:])
        for call in self.on_said:
            call(self.members[source], said)
        self.network.links.send(source, target, said.channel, said.payload, at_us=at_us)

    def _broadcast(self, source: int, channel: Channel, payload: bytes, at_us: int) -> None:
        """Send a frame to everybody else. It goes into the trace hash once."""
        member = self.members[source]
        self._hash.update(b"%d %d * " % (at_us, source) + payload[-TRACED_BYTES:])
        for call in self.on_said:
            for target in self.members:
                if target is not member:
                    call(member, Said(target.id, channel, payload))
        self.network.links.broadcast(source, channel, payload, at_us=at_us)

    def _deliver(self, source: int, target: int, channel: Channel, payload: bytes) -> None:
        receiver = self.members[target]
        topic = receiver.id if channel is Channel.INBOX else self.members[source].id
        receiver.arrive(channel, topic, payload)

    def _executed(self, member: SimulatedMember, block: StoreBlock) -> None:
        self._hash.update(b"%d %d " % (self.agenda.now_us, member.index) + block.header.state_root)
        for call in self.on_executed:
            call(member, block)

    def _acknowledged(self, member: SimulatedMember, transaction: Digest) -> None:
        for call in self.on_acknowledged:
            call(member, transaction)

    def _accused(self, member: SimulatedMember, proof: Equivocation) -> None:
        for call in self.on_evidence:
            call(member, proof)

    def _rested(self, member: SimulatedMember) -> None:
        del member
        if self._is_asked:
            self.agenda.pause()
