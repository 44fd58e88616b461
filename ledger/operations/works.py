"""Operations on works: what is original, by whom, and who may issue series of it."""

from canonical.hashing import Digest
from ledger.names import Text, Title, WorkId
from ledger.operations.part import Members, Part


class RegisterWork(Part, frozen=True, tag="register_work"):
    """A registrar enters a work with its copyright certificate and licences."""

    work: WorkId
    title: Title
    creator: Title
    """Who made it; `unknown` where nobody knows."""
    holder: Title
    """Who holds the right, or the object itself where the work is in the public domain."""
    source: Text
    """Catalogue, licence or register the entry rests on."""
    content_hash: Digest
    """SHA-256 of the content file."""
    certificate_number: Title
    """The registrar's copyright certificate."""
    licensees: Members
    """Platforms that may issue series of it."""
