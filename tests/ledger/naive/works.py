"""Works: entered, licensed, compared, and whether they are disputed or taken down."""

from ledger.operations.works import GrantLicence, RegisterWork, ReviewWork, RevokeLicence
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Work
from tests.ledger.naive.writing import judge_words

LICENSEES_MAX = 32


def judge_register(known: Known, by: str, operation: RegisterWork, no: Reasons) -> None:
    no.unless_may(known.role(by) == "registrar")
    no.when(not all(map(known.is_platform, operation.licensees)), "L7", "E_UNKNOWN")
    no.when(operation.work in known.works, "L8", "E_EXISTS")
    judge_words(no, operation.work, operation.title, operation.creator, operation.holder, operation.source)
    contents = [work.entry.content_hash for work in known.works.values()]
    no.when(operation.content_hash in contents, "R4.2", "E_DUPLICATE_CONTENT")


def register(known: Known, by: str, operation: RegisterWork) -> None:
    likeness = nearest(known, operation.perceptual_hash)
    known.works[operation.work] = Work(
        operation, by, set(operation.licensees), "waiting" if likeness else "clear", likeness
    )


def nearest(known: Known, perceptual_hash: bytes | None) -> str | None:
    """The work that a picture resembles most, of equals the smallest id; no life has works enough to fill a row."""
    if perceptual_hash is None:
        return None
    picture, near = int.from_bytes(perceptual_hash, "big"), []
    for name, work in known.works.items():
        if work.entry.perceptual_hash is not None:
            differences = (picture ^ int.from_bytes(work.entry.perceptual_hash, "big")).bit_count()
            if differences <= known.figure("likeness_bits_max"):
                near.append((differences, name))
    return min(near)[1] if near else None


def judge_review(known: Known, by: str, operation: ReviewWork, no: Reasons) -> None:
    work = known.works.get(operation.work)
    has_a_part = work is not None and (by == work.registrar or by in work.licensees)
    no.unless_may(work is None or (by in known.voting() and not has_a_part))
    no.when(work is None, "L7", "E_UNKNOWN")
    no.when(work and work.review != "waiting", "R4.2", "E_UNDER_REVIEW")


def review(known: Known, by: str, operation: ReviewWork) -> None:
    known.works[operation.work].review = "clear" if operation.accepted else "rejected"


def judge_licence(known: Known, by: str, operation: GrantLicence | RevokeLicence, no: Reasons) -> None:
    work, is_grant = known.works.get(operation.work), isinstance(operation, GrantLicence)
    no.when(work and by != work.registrar, "L6", "E_AUTHORITY")
    no.when(work is None, "L7", "E_UNKNOWN")
    no.when(is_grant and not known.is_platform(operation.licensee), "L7", "E_UNKNOWN")
    if work is not None:
        is_licensed = operation.licensee in work.licensees
        no.when(is_licensed == is_grant, "L9", "E_NO_CHANGE")
        is_new = is_grant and not is_licensed
        no.when(is_new and len(work.licensees) >= LICENSEES_MAX, "L9", "E_TOO_MANY_LICENSEES")
    if isinstance(operation, RevokeLicence):
        judge_words(no, operation.reason)


def grant(known: Known, by: str, operation: GrantLicence) -> None:
    known.works[operation.work].licensees.add(operation.licensee)


def revoke(known: Known, by: str, operation: RevokeLicence) -> None:
    known.works[operation.work].licensees.discard(operation.licensee)


def judge_making(known: Known, work: str, no: Reasons) -> None:
    """R4.2 and R4.3 for whatever is made of a work; `judge_whether_it_stands` is the rest of R4.3."""
    no.when(known.works[work].review != "clear", "R4.2", "E_UNDER_REVIEW")
    no.when(is_disputed(known, work), "R4.3", "E_DISPUTED")


def is_disputed(known: Known, work: str) -> bool:
    return dispute_in_force(known, work) is not None


def dispute_in_force(known: Known, work: str) -> str | None:
    """The case in which a work is disputed now."""
    for (name, case), dispute in known.disputes.items():
        if name == work and dispute.opened and dispute.outcome is None and known.now_ms < dispute.ends_ms:
            return case
    return None


def series_down(known: Known, series: str) -> tuple[str, str] | None:
    """What was taken down, a series or its work, and in which case."""
    here = known.series[series]
    work = known.works[here.terms.work]
    if here.taken_down is not None:
        return ("series", here.taken_down)
    return None if work.taken_down is None else ("work", work.taken_down)


def token_down(known: Known, token: str) -> tuple[str, ...] | None:
    """The same for an edition; what it was taken down with is told once for several editions."""
    here = known.tokens[token]
    if here.taken_down is not None:
        return ("token", token, here.taken_down)
    found = series_down(known, here.series)
    return None if found is None else (*found, here.series if found[0] == "series" else "")
