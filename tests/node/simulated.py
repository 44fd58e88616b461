"""A small load for simulations: accounts that a platform opens."""

from hashlib import sha256

from canonical.hashing import Digest
from ledger.envelope import Envelope, Transaction, seal_envelope
from ledger.operations.accounts import Claim, RegisterAccount
from node.admission import Admission
from node.simulation import Simulation


def registration(simulation: Simulation, number: int) -> Envelope:
    """The account of person `number` at ant."""
    name = f"ant.p{number}"
    key = simulation.keyring.key("ant")
    person = Digest(sha256(name.encode()).digest())
    operation = RegisterAccount(name, person, simulation.keyring.key(name).public_key, (Claim.OVER_18, Claim.REAL_NAME))
    transactions = (Transaction(number, 0, operation),)
    return seal_envelope("ant", transactions, chain=simulation.chain, public_key=key.public_key, sign=key.sign)


def register(simulation: Simulation, number: int, *, at: int) -> Admission:
    """Open the account of person `number` at the gateway of member `at`."""
    return simulation.submit(simulation.members[at], registration(simulation, number))


def has_all(simulation: Simulation, count: int) -> bool:
    """Whether every member executed `count` transactions."""
    return all(len(member.disk.transactions) == count for member in simulation.members)
