"""Series: opened, co-signed, minted, sealed, sold."""

from ledger.operations.series import CosignSeries, CreateSeries, Issue, Mint, MintBatch, SealSeries
from tests.ledger.naive import works
from tests.ledger.naive.identity import judge_claims, judge_identity
from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons
from tests.ledger.naive.things import Series, Token
from tests.ledger.naive.winding_down import is_wound_down
from tests.ledger.naive.writing import judge_words

FINANCIAL = ("security", "insurance", "credit", "precious_metal")


def judge_create(known: Known, by: str, operation: CreateSeries, no: Reasons) -> None:
    work = known.works.get(operation.work)
    no.unless_may(known.role(by) == "platform")
    no.when(work is None, "L7", "E_UNKNOWN")
    no.when(not operation.sellers or not all(map(known.is_platform, operation.sellers)), "L7", "E_UNKNOWN")
    no.when(operation.series in known.series, "L8", "E_EXISTS")
    disclosure = operation.disclosure
    told = (disclosure.description, disclosure.rights, disclosure.risks)
    judge_words(no, operation.series, operation.title, *(each.reference for each in operation.anchors), *told)
    no.when(len(operation.anchors) < known.figure("anchors_min"), "R1.1", "E_NO_ANCHOR")
    no.when(any(anchor.kind in FINANCIAL for anchor in operation.anchors), "R1.3", "E_FINANCIAL_UNDERLYING")
    if work is not None:
        no.when(by not in work.licensees, "R4.1", "E_NO_LICENCE")
        works.judge_making(known, operation.work, no)
        no.when(work.taken_down, "R4.3", "E_TAKEN_DOWN")
    highest = operation.price_highest_fen
    no.when(highest is not None and highest < operation.price_fen, "R5.1", "E_PRICE")
    no.when(operation.edition_cap > known.figure("edition_cap_max"), "R5.3", "E_EDITION_CAP")
    no.when(not all(each.strip() for each in told), "R5.4", "E_DISCLOSURE")
    no.when(("platform", by) in known.winding, "R6.3", "E_WOUND_DOWN")


def create(known: Known, by: str, operation: CreateSeries) -> None:
    known.series[operation.series] = Series(operation, by, cap=operation.edition_cap)
    known.opened.append((by, bool(operation.tags)))


def judge_cosign(known: Known, by: str, operation: CosignSeries, no: Reasons) -> None:
    series = known.series.get(operation.series)
    no.unless_may(known.role(by) == "institution")
    no.when(series is None, "L7", "E_UNKNOWN")
    if series is not None:
        no.when(series.sealed, "L9", "E_SEALED")
        no.when("heritage" not in series.terms.tags or series.cosigner, "R2.2", "E_COSIGNATURE")
        no.when(works.series_down(known, operation.series), "R4.3", "E_TAKEN_DOWN")


def cosign(known: Known, by: str, operation: CosignSeries) -> None:
    known.series[operation.series].cosigner = by


def judge_seal(known: Known, by: str, operation: SealSeries, no: Reasons) -> None:
    series = known.series.get(operation.series)
    no.when(series is None, "L7", "E_UNKNOWN")
    if series is not None:
        no.when(by != series.issuer, "L6", "E_AUTHORITY")
        no.when(series.sealed, "L9", "E_SEALED")
        no.when(series.minted == 0, "L9", "E_EMPTY")
        no.when("heritage" in series.terms.tags and not series.cosigner, "R2.2", "E_COSIGNATURE")
        no.when(works.series_down(known, operation.series), "R4.3", "E_TAKEN_DOWN")


def seal(known: Known, by: str, operation: SealSeries) -> None:
    series = known.series[operation.series]
    series.sealed, series.cap = True, series.minted


def count_of(operation: Mint | MintBatch) -> int:
    return operation.count if isinstance(operation, MintBatch) else 1


def judge_mint(known: Known, by: str, operation: Mint | MintBatch, no: Reasons) -> None:
    series = known.series.get(operation.series)
    no.when(series is None, "L7", "E_UNKNOWN")
    if series is not None:
        no.when(by != series.issuer, "L6", "E_AUTHORITY")
        no.when(series.sealed, "L9", "E_SEALED")
        no.when(series.issuer not in known.works[series.terms.work].licensees, "R4.1", "E_NO_LICENCE")
        works.judge_making(known, series.terms.work, no)
        no.when(works.series_down(known, operation.series), "R4.3", "E_TAKEN_DOWN")
        no.when(series.minted + count_of(operation) > series.cap, "R5.3", "E_EDITION_CAP")
        no.when(is_wound_down(known, operation.series), "R6.3", "E_WOUND_DOWN")


def mint(known: Known, by: str, operation: Mint | MintBatch) -> None:
    series = known.series[operation.series]
    for _ in range(count_of(operation)):
        series.minted += 1
        known.tokens[edition(operation.series, series.minted)] = Token(operation.series, by, known.now_ms)


def edition(series: str, number: int) -> str:
    return f"{series}-{number:04d}"


def judge_issue(known: Known, by: str, operation: Issue, no: Reasons) -> None:
    series, buyer = known.series.get(operation.series), known.accounts.get(operation.to)
    no.when(known.is_suspended(operation.to), "L5", "E_RECIPIENT_STATE")
    no.when(series is None, "L7", "E_UNKNOWN")
    no.when(buyer is None, "L7", "E_UNKNOWN")
    if series is not None:
        no.when(by not in series.terms.sellers, "L6", "E_AUTHORITY")
        no.when(not series.sealed, "L9", "E_NOT_SEALED")
        no.when(works.is_disputed(known, series.terms.work), "R4.3", "E_DISPUTED")
        no.when(works.series_down(known, operation.series), "R4.3", "E_TAKEN_DOWN")
        lowest, highest = series.terms.price_fen, series.terms.price_highest_fen
        no.when(not lowest <= operation.price_fen <= (highest or lowest), "R5.1", "E_PRICE")
        no.when(series.sealed and series.sold == series.minted, "R5.3", "E_SOLD_OUT")
        no.when(is_wound_down(known, operation.series), "R6.3", "E_WOUND_DOWN")
    no.when(("platform", by) in known.winding, "R6.3", "E_WOUND_DOWN")
    judge_claims(known, operation.to, 18, no)
    no.when(bought(known, operation) >= known.figure("purchases_per_person"), "R6.2", "E_PURCHASE_LIMIT")
    no.when(known.case_in_force(operation.to), "R7.2", "E_ACCOUNT_FROZEN")
    next_one = edition(operation.series, series.sold + 1) if series else ""
    no.when(known.case_in_force(next_one), "R7.2", "E_FROZEN")
    no.when(operation.currency != "CNY", "R9.2", "E_CURRENCY")
    judge_identity(known, (operation.to,), no)


def bought(known: Known, operation: Issue) -> int:
    person = known.person(operation.to)
    return 0 if person is None else known.bought.get((operation.series, person), 0)


def issue(known: Known, by: str, operation: Issue) -> None:
    series, person = known.series[operation.series], known.person(operation.to)
    assert person is not None
    series.sold += 1
    token = known.tokens[edition(operation.series, series.sold)]
    token.state, token.owner, token.since_ms = "issued", operation.to, known.now_ms
    known.bought[operation.series, person] = known.bought.get((operation.series, person), 0) + 1
