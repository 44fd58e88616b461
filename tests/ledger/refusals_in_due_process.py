"""Rows of the table in test_rules.py: freezes, appeals, disputes, takedowns, forced transfers, wind-downs, access."""

from ledger.operations.access import RecordAccess
from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.measures import ForcedTransfer, OpenDispute, Outcome, ResolveDispute, Takedown
from ledger.operations.subjects import AccountSubject, PlatformSubject, SeriesSubject, TokenSubject, WorkSubject
from ledger.operations.table import Operation
from ledger.operations.winding_down import Choice, ChooseHoldOrRefund, WindDown
from ledger.parameters import DAY_MS
from tests.ledger.world import FOUNDED_MS

LATER_MS = FOUNDED_MS + 30 * DAY_MS
NOTHING: list[str] = []


def forced(sender: str, to: str, *, token: str = "sealed-0001") -> ForcedTransfer:
    """An approval of moving the sold token."""
    return ForcedTransfer(token, sender, to, "court order", "case-1")


TOKEN, ACCOUNT = TokenSubject("sealed-0001"), AccountSubject("ant.li")

DUE_PROCESS: list[tuple[str, Operation, list[str]]] = [
    # freeze_token, unfreeze_token
    ("regulator", FreezeToken("sealed-0001", "court order", "case-1", LATER_MS), NOTHING),
    ("jd", FreezeToken("sealed-0001", "court order", "case-1", LATER_MS), NOTHING),
    ("copyright", FreezeToken("sealed-0001", "court order", "case-1", LATER_MS), NOTHING),
    ("hunan", FreezeToken("sealed-0001", "court order", "case-1", LATER_MS), ["L6 E_AUTHORITY"]),
    ("ant.li", FreezeToken("sealed-0001", "court order", "case-1", LATER_MS), ["L6 E_AUTHORITY"]),
    ("jd", FreezeToken("sealed-0009", "court order", "case-1", LATER_MS), ["L7 E_UNKNOWN"]),
    ("jd", FreezeToken("sealed-0001", "court order", "case-1", FOUNDED_MS), ["R6.4 E_FREEZE_EXPIRY"]),
    ("jd", FreezeToken("sealed-0001", "x", "case-1", FOUNDED_MS + 180 * DAY_MS), NOTHING),
    ("jd", FreezeToken("sealed-0001", "x", "case-1", FOUNDED_MS + 180 * DAY_MS + 1), ["R6.4 E_FREEZE_EXPIRY"]),
    ("jd", UnfreezeToken("sealed-0001", "case-1"), ["R7.2 E_NOT_FROZEN"]),
    ("ant.li", UnfreezeToken("sealed-0001", "case-1"), ["L6 E_AUTHORITY", "R7.2 E_NOT_FROZEN"]),
    ("jd", UnfreezeToken("sealed-0009", "case-1"), ["L7 E_UNKNOWN"]),
    # freeze_account, unfreeze_account, emergency_freeze
    ("jd", FreezeAccount("ant.li", "court order", "case-1", LATER_MS), NOTHING),
    ("ant.li", FreezeAccount("jd.wang", "court order", "case-1", LATER_MS), ["L6 E_AUTHORITY"]),
    ("jd", FreezeAccount("ant.nobody", "court order", "case-1", LATER_MS), ["L7 E_UNKNOWN"]),
    ("jd", FreezeAccount("ant.li", "court order", "case-1", FOUNDED_MS), ["R6.4 E_FREEZE_EXPIRY"]),
    ("jd", FreezeAccount("ant", "court order", "case-1", LATER_MS), ["R7.2 E_MEMBER"]),
    ("jd", UnfreezeAccount("ant.li", "case-1"), ["R7.2 E_NOT_FROZEN"]),
    ("hunan", UnfreezeAccount("ant.li", "case-1"), ["L6 E_AUTHORITY", "R7.2 E_NOT_FROZEN"]),
    ("jd", UnfreezeAccount("ant.nobody", "case-1"), ["L7 E_UNKNOWN"]),
    ("jd", EmergencyFreeze(TOKEN, "stolen", "case-1", LATER_MS), NOTHING),
    ("jd", EmergencyFreeze(ACCOUNT, "stolen", "case-1", LATER_MS), NOTHING),
    ("hunan", EmergencyFreeze(TOKEN, "stolen", "case-1", LATER_MS), ["L6 E_AUTHORITY"]),
    ("jd", EmergencyFreeze(TokenSubject("sealed-0009"), "stolen", "case-1", LATER_MS), ["L7 E_UNKNOWN"]),
    ("jd", EmergencyFreeze(AccountSubject("ant.nobody"), "stolen", "case-1", LATER_MS), ["L7 E_UNKNOWN"]),
    ("jd", EmergencyFreeze(TOKEN, "stolen", "case-1", FOUNDED_MS), ["R6.4 E_FREEZE_EXPIRY"]),
    ("jd", EmergencyFreeze(AccountSubject("regulator"), "stolen", "case-1", LATER_MS), ["R7.2 E_MEMBER"]),
    # appeal, uphold
    ("ant.li", Appeal(TOKEN, "case-1", "it is mine"), ["R6.4 E_NOT_APPEALABLE"]),
    ("ant", Appeal(TOKEN, "case-1", "it is his"), ["R6.4 E_NOT_APPEALABLE"]),
    ("jd", Appeal(TOKEN, "case-1", "it is his"), ["L6 E_AUTHORITY", "R6.4 E_NOT_APPEALABLE"]),
    ("jd.wang", Appeal(ACCOUNT, "case-1", "it is his"), ["L6 E_AUTHORITY", "R6.4 E_NOT_APPEALABLE"]),
    ("ant.li", Appeal(TokenSubject("sealed-0009"), "case-1", "it is mine"), ["L7 E_UNKNOWN"]),
    ("hunan", Uphold(TOKEN, "case-1"), ["R6.4 E_NOT_UNDER_REVIEW"]),
    ("ant.li", Uphold(TOKEN, "case-1"), ["L6 E_AUTHORITY", "R6.4 E_NOT_UNDER_REVIEW"]),
    ("hunan", Uphold(AccountSubject("ant.nobody"), "case-1"), ["L7 E_UNKNOWN"]),
    # open_dispute, resolve_dispute, takedown
    ("hunan", OpenDispute("scroll", "an heir", "case-1", FOUNDED_MS + 15 * DAY_MS), NOTHING),
    ("ant.li", OpenDispute("scroll", "an heir", "case-1", FOUNDED_MS + DAY_MS), ["L6 E_AUTHORITY"]),
    ("copyright", OpenDispute("nothing", "an heir", "case-1", FOUNDED_MS + DAY_MS), ["L7 E_UNKNOWN"]),
    ("copyright", OpenDispute("scroll", "an heir", "case-1", LATER_MS), ["R4.3 E_DISPUTE_EXPIRY"]),
    ("copyright", OpenDispute("scroll", "an heir", "case-1", FOUNDED_MS), ["R4.3 E_DISPUTE_EXPIRY"]),
    ("copyright", ResolveDispute("scroll", "case-1", Outcome.RESTORE), ["R4.3 E_NOT_DISPUTED"]),
    ("regulator", ResolveDispute("scroll", "case-1", Outcome.RESTORE), ["L6 E_AUTHORITY", "R4.3 E_NOT_DISPUTED"]),
    ("copyright", ResolveDispute("nothing", "case-1", Outcome.RESTORE), ["L7 E_UNKNOWN"]),
    ("copyright", Takedown(TOKEN, "a copy", "case-1"), NOTHING),
    ("jd", Takedown(SeriesSubject("sealed"), "a copy", "case-1"), NOTHING),
    ("jd", Takedown(WorkSubject("scroll"), "a copy", "case-1"), NOTHING),
    ("regulator", Takedown(TOKEN, "a copy", "case-1"), ["L6 E_AUTHORITY"]),
    ("ant.li", Takedown(TOKEN, "a copy", "case-1"), ["L6 E_AUTHORITY"]),
    ("jd", Takedown(TokenSubject("sealed-0009"), "a copy", "case-1"), ["L7 E_UNKNOWN"]),
    ("jd", Takedown(SeriesSubject("nothing"), "a copy", "case-1"), ["L7 E_UNKNOWN"]),
    ("jd", Takedown(WorkSubject("nothing"), "a copy", "case-1"), ["L7 E_UNKNOWN"]),
    ("jd", Takedown(TokenSubject("sealed-0002"), "a copy", "case-1"), ["R4.3 E_NOT_HELD"]),
    # forced_transfer
    ("hunan", forced("ant.li", "jd.wang"), NOTHING),
    ("regulator", forced("ant.li", "jd.wang"), ["L6 E_AUTHORITY"]),
    ("jd", forced("jd.wang", "ant.li"), ["L6 E_NOT_OWNER"]),
    ("jd", forced("ant.li", "jd.nobody"), ["L7 E_UNKNOWN"]),
    ("jd", forced("ant.nobody", "jd.wang"), ["L6 E_NOT_OWNER", "L7 E_UNKNOWN"]),
    ("jd", forced("ant.li", "ant.li"), ["L9 E_SELF_GIFT"]),
    ("jd", forced("ant.li", "jd.child"), ["R6.1 E_AGE"]),
    ("jd", forced("ant.li", "jd"), ["R6.1 E_AGE", "R6.1 E_REAL_NAME", "R11.1 E_IDENTITY"]),
    ("jd", forced("ant", "jd.wang", token="sealed-0002"), ["L9 E_NOT_SOLD", "R11.1 E_IDENTITY"]),
    ("jd", forced("ant.li", "jd.wang", token="sealed-0009"), ["L7 E_UNKNOWN"]),
    # wind_down, choose_hold_or_refund
    ("ant", WindDown(SeriesSubject("sealed"), "it ends"), NOTHING),
    ("ant", WindDown(PlatformSubject("ant"), "it closes"), NOTHING),
    ("jd", WindDown(SeriesSubject("sealed"), "it ends"), ["L6 E_AUTHORITY"]),
    ("jd", WindDown(PlatformSubject("ant"), "it closes"), ["L6 E_AUTHORITY"]),
    ("regulator", WindDown(PlatformSubject("ant"), "it closes"), ["L6 E_AUTHORITY"]),
    ("copyright", WindDown(PlatformSubject("copyright"), "it closes"), ["L7 E_UNKNOWN"]),
    ("ant", WindDown(SeriesSubject("nothing"), "it ends"), ["L7 E_UNKNOWN"]),
    ("ant.li", ChooseHoldOrRefund("sealed-0001", Choice.REFUND), ["R6.3 E_NO_CHOICE"]),
    ("jd.wang", ChooseHoldOrRefund("sealed-0001", Choice.REFUND), ["L6 E_NOT_OWNER", "R6.3 E_NO_CHOICE"]),
    ("ant.li", ChooseHoldOrRefund("sealed-0009", Choice.REFUND), ["L7 E_UNKNOWN"]),
    ("ant", ChooseHoldOrRefund("sealed-0002", Choice.REFUND), ["L9 E_NOT_SOLD", "R6.3 E_NO_CHOICE"]),
    ("ant.li", ChooseHoldOrRefund("sealed-0001", Choice.HOLD), ["R6.3 E_NO_CHOICE", "R6.3 E_NO_CHANGE"]),
    # record_access
    ("regulator", RecordAccess("payloads of reports of May", "case-1"), NOTHING),
    ("jd", RecordAccess("payloads of reports of May", "case-1"), ["L6 E_AUTHORITY"]),
]
"""Who orders what in the world of test_rules.py, and every reason against it, in order."""
