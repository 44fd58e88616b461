"""Tenet 4, original and genuine works: no edition without a registered work and a licence; no work twice."""

from ledger.operations.series import CreateSeries, Mint, MintBatch
from ledger.operations.works import RegisterWork, ReviewWork
from ledger.records.works import Review
from ledger.rules.request import Reason, Request, refuse


def issuer_is_licensed(request: Request, operation: CreateSeries) -> Reason | None:
    """R4.1: the work's certificate names the platform among its licensees."""
    return _unlicensed(request, operation.work, request.account)


def issuer_is_still_licensed(request: Request, operation: Mint | MintBatch) -> Reason | None:
    """R4.1: and still does when an edition is made."""
    series = request.state.series.get(operation.series)
    return None if series is None else _unlicensed(request, series.work, series.issuer)


def _unlicensed(request: Request, work_id: str, issuer: str) -> Reason | None:
    work = request.state.works.get(work_id)
    if work is None or issuer in work.licensees:
        return None
    return refuse(
        "Certificate {certificate_number} of work {work} gives {issuer} no licence.",
        certificate_number=work.certificate_number,
        work=work_id,
        issuer=issuer,
    )


def content_is_new(request: Request, operation: RegisterWork) -> Reason | None:
    """R4.2: no registered work has the same content."""
    content_hash = operation.content_hash.hex()
    known = request.state.contents.get(content_hash)
    if known is None:
        return None
    return refuse("Work {work} has the same content.", work=known.work, content_hash=content_hash)


def work_is_no_likeness(request: Request, operation: CreateSeries) -> Reason | None:
    """R4.2: no series of a work that resembles another one, until somebody has looked."""
    return _unreviewed(request, operation.work)


def work_is_still_no_likeness(request: Request, operation: Mint | MintBatch) -> Reason | None:
    """R4.2: and no edition."""
    series = request.state.series.get(operation.series)
    return None if series is None else _unreviewed(request, series.work)


def _unreviewed(request: Request, work_id: str) -> Reason | None:
    work = request.state.works.get(work_id)
    if work is None or work.review is Review.CLEAR:
        return None
    return refuse(
        "Work {work} resembles work {similar_to}; its review is {review}.",
        work=work_id,
        similar_to=work.similar_to,
        review=work.review.value,
    )


def work_waits_for_review(request: Request, operation: ReviewWork) -> Reason | None:
    """R4.2: a review is given once, of a work that waits for it."""
    work = request.state.works.get(operation.work)
    if work is None or work.review is Review.WAITING:
        return None
    return refuse("Work {work} waits for no review: it is {review}.", work=operation.work, review=work.review.value)
