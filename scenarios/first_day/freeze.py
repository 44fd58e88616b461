"""Act six: a token is frozen by the regulator and a platform together; one of them alone cannot do it."""

from ledger.charter import Role
from ledger.operations.freezes import FreezeToken
from scenarios.first_day.claims import Kind
from scenarios.first_day.gift import DAY_MS, try_gift
from scenarios.first_day.rush import Order
from scenarios.first_day.stage import Stage

FREEZE_DAYS = 30


async def freeze_together(stage: Stage, sale: Order) -> None:
    """Regulator first, platform second; in between the token is free, after it the token cannot move."""
    assert sale.token is not None, "the sale went through"
    token, platform = sale.token, sale.platform
    regulator = next(each.id for each in stage.consortium.charter.members if each.role is Role.REGULATOR)
    client = stage.client(platform)
    expires_ms = (await client.status()).timestamp_ms + FREEZE_DAYS * DAY_MS
    case = f"{regulator}.2021-001"
    freeze = FreezeToken(token, "Reported as bought with a stolen card", case, expires_ms)

    await stage.carry_out(regulator, [stage.wallet(regulator).seal(freeze)])
    await _settled(stage)
    alone = (await client.token(token)).frozen
    stage.claims.check(Kind.SAFETY, "one party alone freezes nothing", not alone, found=_state(frozen=alone))

    await stage.carry_out(platform, [stage.wallet(platform).seal(freeze)])
    await _settled(stage)
    together = (await client.token(token)).frozen
    stage.claims.check(
        Kind.SAFETY, "regulator and platform together freeze a token", together, found=_state(frozen=together)
    )
    friend = next(person for person in stage.people if person is not sale.person)
    codes = sorted(refusal.code for refusal in await try_gift(stage, sale, to=friend))
    stage.claims.check(Kind.SAFETY, "a frozen token cannot be given away", "E_FROZEN" in codes, found=", ".join(codes))
    stage.say(
        f"{token} is reported as bought with a stolen card. {regulator} asks for a freeze: alone it has no effect."
        f" {platform} agrees: frozen for {FREEZE_DAYS} days, and its owner's gift is refused ({', '.join(codes)})."
    )


def _state(*, frozen: bool) -> str:
    return "frozen" if frozen else "not frozen"


async def _settled(stage: Stage) -> None:
    """Any member may be asked next: wait until all have executed what is final."""
    await stage.watch.until(stage.watch.is_level, what="That all members have the same blocks", timeout_s=30)
