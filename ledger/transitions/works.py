"""What accepted operations on works do."""

from msgspec.structs import replace

from ledger import likeness
from ledger.daily import count_made
from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from ledger.receipts import Event
from ledger.records.works import ContentRecord, Review, WorkRecord
from ledger.rules.request import Request


def register_work(request: Request, operation: RegisterWork) -> tuple[Event, ...]:
    """Enter a work, and its content under its hash."""
    similar_to = None
    if operation.perceptual_hash is not None:
        similar_to = likeness.find(request.state, request.parameters.likeness_bits_max, operation.perceptual_hash)
        likeness.enter(request.state, operation.work, operation.perceptual_hash)
    record = WorkRecord(
        operation.title,
        operation.creator,
        operation.holder,
        operation.source,
        operation.content_hash,
        operation.certificate_number,
        request.account,
        tuple(sorted(set(operation.licensees))),
        Review.CLEAR if similar_to is None else Review.WAITING,
        similar_to,
    )
    request.state.works.put(operation.work, record)
    count_made(request, works=1)
    request.state.contents.put(operation.content_hash.hex(), ContentRecord(operation.work))
    params = (("work", operation.work), ("certificate_number", operation.certificate_number))
    registered = Event("work_registered", params)
    if similar_to is None:
        return (registered,)
    return (registered, Event("work_waits_for_review", (("work", operation.work), ("similar_to", similar_to))))


def review_work(request: Request, operation: ReviewWork) -> tuple[Event, ...]:
    """Clear the work, or leave it without editions for good."""
    old = request.state.works.get(operation.work)
    assert old is not None, "rule L7 holds"
    reviewed = Review.CLEAR if operation.accepted else Review.REJECTED
    request.state.works.put(operation.work, replace(old, review=reviewed))
    params = (("work", operation.work), ("by", request.account), ("review", reviewed.value))
    return (Event("work_reviewed", params),)


def grant_licence(request: Request, operation: GrantLicence) -> tuple[Event, ...]:
    """Let a platform issue series of the work."""
    old = request.state.works.get(operation.work)
    assert old is not None, "rule L7 holds"
    licensees = tuple(sorted((*old.licensees, operation.licensee)))
    request.state.works.put(operation.work, replace(old, licensees=licensees))
    params = (("work", operation.work), ("licensee", operation.licensee), ("by", request.account))
    return (Event("licence_granted", params),)


def revoke_licence(request: Request, operation: RevokeLicence) -> tuple[Event, ...]:
    """End a platform's licence; what was made and sold under it stays as it is."""
    old = request.state.works.get(operation.work)
    assert old is not None, "rule L7 holds"
    licensees = tuple(each for each in old.licensees if each != operation.licensee)
    request.state.works.put(operation.work, replace(old, licensees=licensees))
    params = (
        ("work", operation.work),
        ("licensee", operation.licensee),
        ("by", request.account),
        ("reason", operation.reason),
    )
    return (Event("licence_revoked", params),)
