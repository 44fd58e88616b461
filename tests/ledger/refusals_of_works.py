"""Rows of the table in test_rules.py: works, their review, series, and the editions that are made of them."""

from ledger.operations.accounts import RegisterAccount
from ledger.operations.series import (
    Anchor,
    AnchorKind,
    CosignSeries,
    Disclosure,
    Mint,
    MintBatch,
    SealSeries,
    Tag,
)
from ledger.operations.table import Operation
from ledger.operations.works import ReviewWork
from tests.ledger.world import (
    ADULT,
    key_of,
    person,
    series_operation,
    work_operation,
)

NOTHING: list[str] = []


WORKS: list[tuple[str, Operation, list[str]]] = [
    # register_work
    ("copyright", work_operation("vase"), NOTHING),
    ("ant", work_operation("vase"), ["L6 E_AUTHORITY"]),
    ("regulator", work_operation("vase"), ["L6 E_AUTHORITY"]),
    ("copyright", work_operation("vase", licensees=("ant", "copyright")), ["L7 E_UNKNOWN"]),
    ("copyright", work_operation("vase", licensees=("ant", "nobody")), ["L7 E_UNKNOWN"]),
    ("copyright", work_operation("scroll", content="new"), ["L8 E_EXISTS"]),
    ("copyright", work_operation("vase", content="scroll"), ["R4.2 E_DUPLICATE_CONTENT"]),
    ("copyright", work_operation("scroll"), ["L8 E_EXISTS", "R4.2 E_DUPLICATE_CONTENT"]),
    # review_work
    ("jd", ReviewWork("scroll", accepted=True), ["R4.2 E_UNDER_REVIEW"]),
    ("ant", ReviewWork("scroll", accepted=True), ["L6 E_AUTHORITY", "R4.2 E_UNDER_REVIEW"]),
    ("jd", ReviewWork("nothing", accepted=True), ["L7 E_UNKNOWN"]),
    # cosign_series
    ("hunan", CosignSeries("open"), ["R2.2 E_COSIGNATURE"]),
    ("hunan", CosignSeries("sealed"), ["L9 E_SEALED", "R2.2 E_COSIGNATURE"]),
    ("ant", CosignSeries("open"), ["L6 E_AUTHORITY", "R2.2 E_COSIGNATURE"]),
    ("hunan", CosignSeries("nothing"), ["L7 E_UNKNOWN"]),
    # personal data
    ("copyright", work_operation("vase", title="scroll, ask li@example.cn"), ["L10 E_PERSONAL_DATA"]),
    ("ant", RegisterAccount("ant.13812345678", person("new"), key_of("x"), ADULT), ["L10 E_PERSONAL_DATA"]),
    ("ant", series_operation("s-13812345678"), ["L10 E_PERSONAL_DATA"]),
    # create_series
    ("ant", series_operation("new", anchors=(Anchor(AnchorKind.CREDIT, "loan 7"),)), ["R1.3 E_FINANCIAL_UNDERLYING"]),
    ("ant", series_operation("new", price_highest_fen=1_989), ["R5.1 E_PRICE"]),
    ("ant", series_operation("new", price_highest_fen=1_990), NOTHING),
    ("ant", series_operation("new", disclosure=Disclosure("A scroll.", " ", "")), ["R5.4 E_DISCLOSURE"]),
    ("ant", series_operation("new", tags=(Tag.HERITAGE, Tag.HERITAGE)), NOTHING),
    ("ant", series_operation("new"), NOTHING),
    ("jd", series_operation("new"), ["R4.1 E_NO_LICENCE"]),
    ("copyright", series_operation("new"), ["L6 E_AUTHORITY", "R4.1 E_NO_LICENCE"]),
    ("ant", series_operation("new", work="nothing"), ["L7 E_UNKNOWN"]),
    ("ant", series_operation("new", sellers=("ant", "regulator")), ["L7 E_UNKNOWN"]),
    ("ant", series_operation("open"), ["L8 E_EXISTS"]),
    ("ant", series_operation("new", anchors=()), ["R1.1 E_NO_ANCHOR"]),
    ("ant", series_operation("new", cap=10_000), NOTHING),
    ("ant", series_operation("new", cap=10_001), ["R5.3 E_EDITION_CAP"]),
    (
        "jd",
        series_operation("new", cap=10_001, anchors=()),
        ["R1.1 E_NO_ANCHOR", "R4.1 E_NO_LICENCE", "R5.3 E_EDITION_CAP"],
    ),
    # mint, mint_batch, seal_series
    ("ant", Mint("open"), NOTHING),
    ("ant", MintBatch("open", 3), NOTHING),
    ("ant", MintBatch("open", 4), ["R5.3 E_EDITION_CAP"]),
    ("ant", Mint("sealed"), ["L9 E_SEALED", "R5.3 E_EDITION_CAP"]),
    ("ant", MintBatch("sealed", 1), ["L9 E_SEALED", "R5.3 E_EDITION_CAP"]),
    ("ant", Mint("nothing"), ["L7 E_UNKNOWN"]),
    ("jd", Mint("open"), ["L6 E_AUTHORITY"]),
    ("jd", MintBatch("open", 4), ["L6 E_AUTHORITY", "R5.3 E_EDITION_CAP"]),
    ("ant", SealSeries("open"), NOTHING),
    ("ant", SealSeries("sealed"), ["L9 E_SEALED"]),
    ("jd", SealSeries("open"), ["L6 E_AUTHORITY"]),
    ("ant", SealSeries("nothing"), ["L7 E_UNKNOWN"]),
]
"""Who orders what in the world of test_rules.py, and every reason against it, in order."""
