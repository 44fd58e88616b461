"""Rows of the table in test_rules.py: what is put to the vote of the members, and their votes."""

from msgspec.structs import replace

from ledger.charter import Role
from ledger.operations.governance import (
    Action,
    AdmitMember,
    Ballot,
    ChangeParameters,
    ListChain,
    ParameterChange,
    Pause,
    Propose,
    RemoveMember,
    Resume,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
)
from ledger.operations.table import Operation
from ledger.parameters import DAY_MS
from tests.ledger.world import (
    FOUNDED_MS,
    key_of,
)

LATER_MS = FOUNDED_MS + 30 * DAY_MS
NOTHING: list[str] = []

ADMISSION = AdmitMember("caa", "China Academy of Art", "中国美术学院", Role.INSTITUTION, True, key_of("caa"))


def proposal(action: Action, *, expires_ms: int = LATER_MS) -> Propose:
    """Something put to the vote."""
    return Propose("p-1", action, "For the reasons given.", expires_ms)


def parameters(**figures: int) -> ChangeParameters:
    """Other figures for the rules."""
    return ChangeParameters(tuple(ParameterChange(name, value) for name, value in figures.items()))


VOTES: list[tuple[str, Operation, list[str]]] = [
    # propose
    ("ant", proposal(Pause()), NOTHING),
    ("hunan", proposal(RemoveMember("ant")), NOTHING),
    ("ant", proposal(RemoveMember("ant")), NOTHING),
    ("ant", proposal(ADMISSION), NOTHING),
    ("ant", proposal(parameters(gifts_per_day=5, hold_hours_first=0)), NOTHING),
    ("regulator", proposal(Pause()), ["L6 E_AUTHORITY"]),
    ("ant.li", proposal(Pause()), ["L6 E_AUTHORITY"]),
    ("ant", proposal(RemoveMember("nobody")), ["L7 E_UNKNOWN"]),
    ("ant", proposal(SetRole("caa", Role.INSTITUTION, False)), ["L7 E_UNKNOWN"]),
    ("ant", proposal(RotateOperatorKey("caa", key_of("caa"))), ["L7 E_UNKNOWN"]),
    ("ant", proposal(replace(ADMISSION, member="jd")), ["L8 E_EXISTS"]),
    ("ant", proposal(Resume()), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(parameters(gifts_per_day=3)), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(SetPolicy("pause", "MAJORITY")), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(SetRole("jd", Role.PLATFORM, True)), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(RotateOperatorKey("jd", key_of("jd"))), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(UnlistChain("wenchang")), ["L9 E_NO_CHANGE"]),
    ("ant", proposal(ListChain("wenchang")), NOTHING),
    ("ant", proposal(SetPolicy("pause", "6")), NOTHING),
    ("ant", proposal(SetPolicy("pause", "SELF")), ["R7.1 E_POLICY"]),
    ("ant", proposal(SetPolicy("pause", "most")), ["R7.1 E_POLICY"]),
    ("ant", proposal(SetPolicy("mint", "ANY")), ["R7.1 E_POLICY"]),
    ("ant", proposal(replace(ADMISSION, role=Role.NOTARY)), ["R7.1 E_ROLE"]),
    ("ant", proposal(SetRole("regulator", Role.REGULATOR, True)), ["R7.1 E_ROLE"]),
    ("ant", proposal(parameters(gift_per_day=5)), ["R7.4 E_PARAMETER"]),
    ("ant", proposal(parameters(gifts_per_day=1_001)), ["R7.4 E_PARAMETER"]),
    (
        "ant",
        proposal(ChangeParameters((ParameterChange("gifts_per_day", 4), ParameterChange("gifts_per_day", 5)))),
        ["R7.4 E_PARAMETER"],
    ),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS), ["R7.4 E_PROPOSAL_EXPIRY"]),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS + 30 * DAY_MS), NOTHING),
    ("ant", proposal(Pause(), expires_ms=FOUNDED_MS + 30 * DAY_MS + 1), ["R7.4 E_PROPOSAL_EXPIRY"]),
    # vote
    ("ant", Vote("nothing", Ballot.FOR), ["L7 E_UNKNOWN"]),
    ("regulator", Vote("nothing", Ballot.FOR), ["L7 E_UNKNOWN"]),
]
"""Who orders what in the world of test_rules.py, and every reason against it, in order."""
