"""Why the model refuses: rule and code, in the order of docs/LEDGER.md, and what the sentence would speak of."""

from typing import NamedTuple

RULES = (
    *("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11"),
    *("R1.1", "R1.2", "R1.3", "R2.2", "R3.2", "R4.1", "R4.2", "R4.3", "R5.1", "R5.3", "R5.4"),
    *("R6.1", "R6.2", "R6.3", "R6.4", "R6.5", "R7.1", "R7.2", "R7.4", "R7.5", "R7.6"),
    *("R8.1", "R8.2", "R8.3", "R9.2", "R9.3", "R10.1", "R10.2", "R10.4", "R10.5", "R11.1", "R11.3"),
)
"""Every rule that can refuse, in the order in which a receipt lists refusals."""

PLACES = {rule: place for place, rule in enumerate(RULES)}


class Reason(NamedTuple):
    """One refusal as the model expects it."""

    rule: str
    code: str
    about: tuple[object, ...] = ()
    """What the sentence speaks of: two gifts of a batch that are refused in the same words are refused once."""


class Reasons:
    """Those found so far for one transaction."""

    def __init__(self, *, is_somebody: bool = True) -> None:
        """`is_somebody`: whether the signer has an account."""
        self.is_somebody = is_somebody
        self._found: list[Reason] = []

    def when(self, refuses: object, rule: str, code: str, *about: object) -> None:
        """Note a reason if it `refuses`; reasons of one rule are noted in the order of the rule table."""
        if refuses:
            self._found.append(Reason(rule, code, about))

    def unless_may(self, may: object, code: str = "E_AUTHORITY") -> None:
        """L6: somebody there is may not; of a signer there is not, only L1 speaks."""
        self.when(self.is_somebody and not may, "L6", code)

    def in_order(self) -> list[Reason]:
        """All of them, as a receipt lists them."""
        return sorted(self._found, key=lambda reason: PLACES[reason.rule])
