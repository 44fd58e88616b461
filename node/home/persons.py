"""What a platform keeps of the people it has checked: for each account the salt that opens its commitment.

Nothing in here says who somebody is. The number of the document is looked at once, for the commitment, and not kept;
the salt is what a commitment cannot be opened without (docs/PRIVACY.md). One person has one salt, however many
accounts, so that limits hold for the person; who is erased is erased under all of them.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.names import AccountId
from ledger.person import SALT_BYTES, commit, opens
from node.errors import PersonRefused
from node.home.keys import SEED_BYTES, KeyPair

PERSONS_MAX = 10_000
"""Accounts in one keeper: its file is read and written as a whole. Who has more keeps salts in a database."""

DOCUMENT_LENGTH_MAX = 64
"""Characters of a document's number; the longest passport number has nine, an identity card 18."""


class Person(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One account of a person."""

    account: AccountId
    person: Digest
    """The commitment, as on the chain."""
    salt: Annotated[bytes, msgspec.Meta(min_length=SALT_BYTES, max_length=SALT_BYTES)]
    seed: Annotated[bytes, msgspec.Meta(min_length=SEED_BYTES, max_length=SEED_BYTES)] | None
    """Of the account's key, where the platform signs for its customer; None where the customer has it."""

    @property
    def keys(self) -> KeyPair | None:
        """What signs for the account, where it is kept here."""
        return None if self.seed is None else KeyPair.from_seed(self.seed)


Persons = tuple[Person, ...]
"""Sorted by account, each account once."""


def written_number(document: str) -> str:
    """A document's number as everybody writes it who commits to it: `１１０１ 0519-491231002x` is 11010519491231002X.

    Two platforms that wrote one number in two ways would take one person for two.

    Raises: PersonRefused for nothing, or more than any document has.
    """
    number = "".join(each for each in unicodedata.normalize("NFKC", document).upper() if each.isalnum())
    if not 1 <= len(number) <= DOCUMENT_LENGTH_MAX:
        raise PersonRefused(
            f"The number of the document has {len(number)} letters and digits. Nothing was changed. What to do: give"
            f" what stands on the document, 1 to {DOCUMENT_LENGTH_MAX} of them."
        )
    return number


def find(persons: Persons, account: str) -> Person | None:
    """What is kept of an account."""
    return next((each for each in persons if each.account == account), None)


def add(
    persons: Persons, account: str, document: str, *, salt: bytes | None = None, own_key: bool = False
) -> tuple[Persons, Person]:
    """Keep a new account of whoever holds `document`; a person who is here already keeps the salt.

    `salt` is the one that the person brought from another platform. `own_key`: the customer has the key, none is made.

    Raises: PersonRefused for a name that is none, an account that is here, another salt than the person's, or too many.
    """
    number = written_number(document)
    try:
        msgspec.convert(account, AccountId)
    except msgspec.ValidationError as error:
        raise PersonRefused(
            f"{account[:80]!r} is no account's name. Nothing was changed. What to do: write <platform>.<name> in"
            " lower-case letters, digits, dots and hyphens, 64 at most, and nothing that says who it is."
        ) from error
    if find(persons, account) is not None:
        raise PersonRefused(
            f"{account} is kept here already. Nothing was changed."
            " What to do: choose another account, or erase the person first."
        )
    if len(persons) >= PERSONS_MAX:
        raise PersonRefused(
            f"{len(persons)} accounts are kept here, and no more fit. Nothing was changed."
            " What to do: erase who has left, or keep salts in a database."
        )
    known = next((each.salt for each in persons if opens(each.person, each.salt, number)), None)
    if known is not None and salt not in (None, known):
        raise PersonRefused(
            "This person is kept here with another salt: two salts would make two persons of one. Nothing was changed."
            " What to do: add the account without a salt; it gets the one that is here."
        )
    chosen = known or salt or secrets.token_bytes(SALT_BYTES)
    if len(chosen) != SALT_BYTES:
        raise PersonRefused(
            f"The salt has {len(chosen)} bytes. Nothing was changed. What to do: give the {SALT_BYTES} bytes that the"
            " other platform gave, in hexadecimal."
        )
    made = Person(account, commit(chosen, number), chosen, None if own_key else secrets.token_bytes(SEED_BYTES))
    return tuple(sorted((*persons, made), key=lambda each: each.account)), made


def erase(persons: Persons, account: str) -> tuple[Persons, Sequence[str]]:
    """Let go of whoever has `account`, and of all other accounts of the same person; which ones they were.

    Raises: PersonRefused for an account that is not here.
    """
    erased = find(persons, account)
    if erased is None:
        raise PersonRefused(
            f"{account} is not kept here: there is nothing to erase. Nothing was changed."
            " What to do: `quorate person show HOME` lists who is."
        )
    kept = tuple(each for each in persons if each.salt != erased.salt)
    return kept, [each.account for each in persons if each.salt == erased.salt]


def public_key_of(person: Person) -> PublicKey | None:
    """The key that signs for the account, where it is kept here."""
    return None if person.keys is None else person.keys.public_key
