"""A commitment says who is the same, and nothing once its salt is gone."""

import pytest

from ledger.person import SALT_BYTES, commit, opens

SALT, OTHER = bytes(range(SALT_BYTES)), bytes(SALT_BYTES)
IDENTITY = "11010519491231002X"


def test_the_same_person_has_the_same_commitment_on_every_platform():
    assert commit(SALT, IDENTITY) == commit(SALT, IDENTITY)
    assert opens(commit(SALT, IDENTITY), SALT, IDENTITY)


def test_without_the_salt_whoever_tries_every_document_finds_nobody():
    """What is left after erasing: the commitment, and all numbers there could be."""
    commitment = commit(SALT, IDENTITY)
    guesses = [f"1101051949123100{number:02d}" for number in range(100)] + [IDENTITY]
    assert not any(opens(commitment, OTHER, guess) for guess in guesses)


@pytest.mark.parametrize(
    ("salt", "identity"), [(b"", IDENTITY), (bytes(31), IDENTITY), (bytes(33), IDENTITY), (SALT, "")]
)
def test_a_short_salt_or_no_document_is_refused(salt, identity):
    with pytest.raises(ValueError, match=r"salt has|identity is empty"):
        commit(salt, identity)
    assert not opens(commit(SALT, IDENTITY), salt, identity)
