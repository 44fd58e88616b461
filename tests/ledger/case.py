"""A sold token, its owner's account, and cases about them: what the tests of freezes ask again and again."""

from ledger.operations.freezes import (
    Appeal,
    EmergencyFreeze,
    FreezeAccount,
    FreezeToken,
    UnfreezeAccount,
    UnfreezeToken,
    Uphold,
)
from ledger.operations.subjects import AccountSubject, Freezable, TokenSubject
from ledger.operations.table import Operation
from ledger.operations.tokens import TransferFrom
from ledger.parameters import DAY_MS
from ledger.records.freezes import FreezeRecord
from tests.ledger.numbers import number_in_full
from tests.ledger.world import World

OWNER, OTHER = "ant.li", "jd.wang"


class Case:
    """What a test does is named by its verb and answered with the codes that refused, or the events that happened."""

    def __init__(self, parameters: dict[str, int] | None = None, *, about: str = "token") -> None:
        self.world = World({"hold_hours_first": 0, "hold_hours_later": 0, "gifts_per_day": 1_000, **(parameters or {})})
        self.token = self.world.sold_token(OWNER)
        self.world.open_account(OTHER)
        self.about = about
        self.expires_ms = self.world.now_ms + 30 * DAY_MS

    @property
    def subject(self) -> Freezable:
        return TokenSubject(self.token) if self.about == "token" else AccountSubject(OWNER)

    def do(self, by: str, operation: Operation) -> list[str]:
        receipt = self.world.do(by, operation)
        return [each.code for each in receipt.refusals] or [each.name for each in receipt.events]

    def freeze(self, by: str, *, case: str = "case-1", reason: str = "court order", expires_ms: int = 0) -> list[str]:
        terms = (reason, case, expires_ms or self.expires_ms)
        return self.do(by, FreezeToken(self.token, *terms) if self.about == "token" else FreezeAccount(OWNER, *terms))

    def unfreeze(self, by: str, *, case: str = "case-1") -> list[str]:
        return self.do(by, UnfreezeToken(self.token, case) if self.about == "token" else UnfreezeAccount(OWNER, case))

    def emergency(
        self, by: str, *, case: str = "case-1", subject: Freezable | None = None, expires_ms: int = 0
    ) -> list[str]:
        return self.do(by, EmergencyFreeze(subject or self.subject, "court order", case, expires_ms or self.expires_ms))

    def appeal(self, by: str, *, case: str = "case-1") -> list[str]:
        return self.do(by, Appeal(self.subject, case, "it is mine"))

    def uphold(self, by: str, *, case: str = "case-1") -> list[str]:
        return self.do(by, Uphold(self.subject, case))

    def record(self, case: str = "case-1") -> FreezeRecord:
        name = self.token if self.about == "token" else OWNER
        record = self.world.ledger.state.freezes.get(f"{name}/{self.number(case)}")
        assert record is not None
        return record

    def number(self, case: str = "case-1") -> str:
        """In full, as the chain has it."""
        return number_in_full(self.world.ledger, "freeze", self.token if self.about == "token" else OWNER, case)

    def is_frozen(self) -> bool:
        """By the mark, and by whether the owner could give the token away: they must say the same."""
        state = self.world.ledger.state
        thing = state.tokens.get(self.token) if self.about == "token" else state.accounts.get(OWNER)
        assert thing is not None
        frozen = thing.is_frozen(self.world.now_ms)
        owner = self.world.ledger.owner_of(self.token)
        assert owner is not None
        refusals = self.world.ledger.can_transfer(
            self.token, owner, OTHER if owner == OWNER else OWNER, self.world.now_ms
        )
        code = "E_FROZEN" if self.about == "token" else "E_ACCOUNT_FROZEN"
        assert [refusal.code for refusal in refusals] == ([code] if frozen else [])
        return frozen

    def until_ms(self) -> int:
        """When the freeze in force ends by itself; to the millisecond, as the next refusal says."""
        owner = self.world.ledger.owner_of(self.token)
        assert owner is not None
        gift = TransferFrom(self.token, owner, OTHER)
        (refusal,) = self.world.do(owner, gift).refusals
        assert refusal.retry_at_ms is not None
        return refusal.retry_at_ms
