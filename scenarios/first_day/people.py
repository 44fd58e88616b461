"""The thousand people: each with a key, a commitment that says nothing about them, and an account at every platform."""

from dataclasses import dataclass
from random import Random

from canonical.hashing import Digest
from ledger.operations.accounts import Claim, RegisterAccount
from ledger.person import SALT_BYTES, commit
from node.home.keys import KeyPair

MINOR_EVERY = 25
"""One person in so many is sixteen: may be given a collectible, may not buy one (R6.1)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as far as the chain may know."""

    number: int
    """From 1."""
    commitment: Digest
    """Digest of the identity document's number under a salt that only the person and the platforms have."""
    keys: KeyPair
    is_adult: bool

    def account(self, platform: str) -> str:
        """The person's account at a platform."""
        return f"{platform}.p{self.number:04d}"

    def registration(self, platform: str) -> RegisterAccount:
        """What `platform` signs to open the account after it has checked the person's papers."""
        claims = (Claim.OVER_14, Claim.OVER_18, Claim.REAL_NAME) if self.is_adult else (Claim.OVER_14, Claim.REAL_NAME)
        return RegisterAccount(self.account(platform), self.commitment, self.keys.public_key, claims)


def make_people(count: int, *, random: Random) -> tuple[Person, ...]:
    """Invent `count` people; the same `random` invents the same."""
    return tuple(_make_person(number, random) for number in range(1, count + 1))


def _make_person(number: int, random: Random) -> Person:
    # The document's number is invented; the salt is what keeps a guesser from trying all numbers there are.
    commitment = commit(random.randbytes(SALT_BYTES), f"demonstration-{number}")
    return Person(number, commitment, KeyPair.generate(random.randbytes), number % MINOR_EVERY != 0)
