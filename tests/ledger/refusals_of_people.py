"""Rows of the table in test_rules.py: accounts, what is attested of persons, keys, sales to them and their gifts."""

from msgspec.structs import replace

from ledger.operations.accounts import AccountState, RegisterAccount, RotateKey, UpdateAccountState, UpdateClaims
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from tests.ledger.world import (
    ADULT,
    FOUNDED_MS,
    issue_operation,
    key_of,
    person,
    suspension,
)

ACTIVE, SUSPENDED = AccountState.ACTIVE, AccountState.SUSPENDED
LATER_MS = FOUNDED_MS + 30 * DAY_MS
SUSPEND = suspension("ant.li", ends_ms=LATER_MS)
GIFT = TransferFrom("sealed-0001", "ant.li", "jd.wang")
NOTHING: list[str] = []


PEOPLE: list[tuple[str, Operation, list[str]]] = [
    # register_account
    ("ant", RegisterAccount("ant.new", person("new"), key_of("x"), ADULT), NOTHING),
    ("ant", RegisterAccount("jd.new", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("ant", RegisterAccount("antique", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("ant", RegisterAccount("ant", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY", "L8 E_EXISTS"]),
    ("ant", RegisterAccount("ant.li", person("new"), key_of("x"), ADULT), ["L8 E_EXISTS"]),
    ("ant.li", RegisterAccount("ant.li.child", person("new"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    ("copyright", RegisterAccount("copyright.a", person("a"), key_of("x"), ADULT), ["L6 E_AUTHORITY"]),
    # update_account_state
    ("ant", SUSPEND, NOTHING),
    ("regulator", suspension("ant.li", ends_ms=LATER_MS, axis="operator"), NOTHING),
    ("regulator", suspension("ant", ends_ms=LATER_MS, axis="operator"), NOTHING),
    ("jd", suspension("ant.li", ends_ms=LATER_MS, by="jd"), ["L6 E_AUTHORITY"]),
    ("regulator", suspension("ant.li", ends_ms=LATER_MS, by="regulator"), ["L6 E_AUTHORITY"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS, axis="operator", by="ant"), ["L6 E_AUTHORITY"]),
    ("ant", replace(SUSPEND, operator_state=SUSPENDED), ["L6 E_AUTHORITY"]),
    ("ant.li", SUSPEND, ["L6 E_AUTHORITY"]),
    ("ant", UpdateAccountState("ant.li", ACTIVE, None), ["L9 E_NO_CHANGE"]),
    ("ant", UpdateAccountState("ant.li", None, None), ["L9 E_NO_CHANGE"]),
    ("ant", suspension("ant.nobody", ends_ms=LATER_MS), ["L7 E_UNKNOWN"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS, by="jd"), ["L6 E_AUTHORITY"]),
    ("ant", replace(SUSPEND, terms=None), ["R6.5 E_SUSPENSION_TERMS"]),
    ("ant", UpdateAccountState("ant.li", ACTIVE, None, SUSPEND.terms), ["L9 E_NO_CHANGE", "R6.5 E_SUSPENSION_TERMS"]),
    ("ant", suspension("ant.li", ends_ms=FOUNDED_MS), ["R6.5 E_SUSPENSION_EXPIRY"]),
    ("ant", suspension("ant.li", ends_ms=LATER_MS + 1), ["R6.5 E_SUSPENSION_EXPIRY"]),
    # update_claims
    ("ant", UpdateClaims("ant.li", ()), NOTHING),
    ("jd", UpdateClaims("ant.li", ADULT), ["L6 E_AUTHORITY"]),
    ("ant", UpdateClaims("ant", ADULT), ["L6 E_AUTHORITY"]),
    ("regulator", UpdateClaims("ant.li", ADULT), ["L6 E_AUTHORITY"]),
    ("ant", UpdateClaims("ant.nobody", ADULT), ["L7 E_UNKNOWN"]),
    # rotate_key
    ("ant.li", RotateKey("ant.li", key_of("new"), 0), NOTHING),
    ("ant", RotateKey("ant.li", key_of("new"), 99), NOTHING),
    ("jd", RotateKey("jd", key_of("new"), 0), NOTHING),
    ("jd", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("regulator", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("jd.wang", RotateKey("ant.li", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("jd", RotateKey("ant", key_of("new"), 0), ["L6 E_AUTHORITY"]),
    ("ant.li", RotateKey("ant.nobody", key_of("new"), 0), ["L7 E_UNKNOWN"]),
    ("ant.li", RotateKey("ant.li", key_of("ant.li"), 0), ["R8.1 E_SAME_KEY"]),
    # issue
    ("ant", issue_operation("sealed", "jd.wang"), NOTHING),
    ("jd", issue_operation("sealed", "jd.wang"), NOTHING),
    ("copyright", issue_operation("sealed", "jd.wang"), ["L6 E_AUTHORITY"]),
    ("jd.wang", issue_operation("sealed", "jd.wang"), ["L6 E_AUTHORITY"]),
    ("ant", issue_operation("nothing", "jd.wang"), ["L7 E_UNKNOWN"]),
    ("ant", issue_operation("sealed", "jd.nobody"), ["L7 E_UNKNOWN"]),
    ("ant", issue_operation("open", "jd.wang"), ["L9 E_NOT_SEALED"]),
    ("ant", issue_operation("sealed", "jd.wang", price_fen=1_991), ["R5.1 E_PRICE"]),
    ("ant", issue_operation("sealed", "jd.teen"), ["R6.1 E_AGE"]),
    ("ant", issue_operation("sealed", "jd.anonymous"), ["R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]),
    ("ant", issue_operation("sealed", "jd"), ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]),
    ("ant", issue_operation("sealed", "ant.li"), ["R6.2 E_PURCHASE_LIMIT"]),
    ("ant", issue_operation("sealed", "jd.wang", currency="USDT"), ["R9.2 E_CURRENCY"]),
    (
        "copyright",
        issue_operation("sealed", "jd.child", price_fen=1, currency="BTC"),
        ["L6 E_AUTHORITY", "R5.1 E_PRICE", "R6.1 E_AGE", "R9.2 E_CURRENCY"],
    ),
    # transfer_from
    ("ant.li", GIFT, ["R10.1 E_HOLD"]),
    ("jd.wang", GIFT, ["L6 E_NOT_OWNER", "R10.1 E_HOLD"]),
    ("jd.wang", TransferFrom("sealed-0001", "jd.wang", "jd.teen"), ["L6 E_NOT_OWNER", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0009", "ant.li", "jd.wang"), ["L7 E_UNKNOWN"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.nobody"), ["L7 E_UNKNOWN", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "ant.li"), ["L9 E_SELF_GIFT", "R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.teen"), ["R10.1 E_HOLD"]),
    ("ant.li", TransferFrom("sealed-0001", "ant.li", "jd.child"), ["R6.1 E_AGE", "R10.1 E_HOLD"]),
    (
        "ant.li",
        TransferFrom("sealed-0001", "ant.li", "jd"),
        ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R10.1 E_HOLD", "R11.1 E_IDENTITY"],
    ),
    ("ant", TransferFrom("sealed-0002", "ant", "jd.wang"), ["L9 E_NOT_SOLD", "R10.1 E_HOLD", "R11.1 E_IDENTITY"]),
]
"""Who orders what in the world of test_rules.py, and every reason against it, in order."""
