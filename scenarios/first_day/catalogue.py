"""Acts two and three: the registrar registers works, the platforms make series of them, the people open accounts."""

from collections.abc import Sequence

from ledger.charter import Role
from ledger.envelope import Envelope
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, MintBatch, SealSeries
from ledger.operations.table import Operation
from ledger.operations.works import RegisterWork
from node.wallet import Wallet
from scenarios.first_day.people import make_people
from scenarios.first_day.stage import Stage, Stopwatch, together
from scenarios.works import Work

PRICE_FEN = 1_990
"""19.90 yuan: what a platform asks for an edition of a museum's object."""

SIGNED_TOGETHER = 100
"""Transactions under one signature where an institution does many things at once."""


async def register_works(stage: Stage) -> None:
    """The registrar enters the works, each with its certificate and with all platforms as licensees."""
    clock = Stopwatch()
    registrar = next(each.id for each in stage.consortium.charter.members if each.role is Role.REGISTRAR)
    platforms = stage.consortium.platforms()
    operations = [
        RegisterWork(
            work=work.id,
            title=work.title,
            creator=work.creator,
            holder=work.holder,
            source=work.source,
            content_hash=work.content_hash,
            certificate_number=f"DEMO-{number:06d}",
            licensees=platforms,
        )
        for number, work in enumerate(stage.works, start=1)
    ]
    await stage.carry_out(registrar, _bundles(stage.wallet(registrar), operations))
    known = stage.works[0]
    stage.say(
        f"The registrar registered {len(operations)} works that exist, among them {known.title!r} ({known.creator};"
        f" {known.holder}), in {clock.seconds:.1f} s. Each carries the digest of its catalogue record."
    )


async def make_series(stage: Stage) -> None:
    """Each platform creates its series, mints them whole and seals them: from now on nobody can make one more."""
    platforms = stage.consortium.platforms()
    per_platform = stage.scale.series_per_platform
    made = await together(
        *(
            _make_series(stage, platform, stage.works[place * per_platform : (place + 1) * per_platform])
            for place, platform in enumerate(platforms)
        )
    )
    stage.series_on_sale = made[0][0]
    stage.say(
        f"{_listed(platforms)} created {sum(map(len, made))} series of {stage.scale.editions} editions, minted and"
        " sealed them: nobody can add an edition to a sealed series."
    )


async def _make_series(stage: Stage, platform: str, works: Sequence[Work]) -> list[str]:
    names = [f"{platform}-{number}" for number in range(1, len(works) + 1)]
    wallet = stage.wallet(platform)
    opened = [
        CreateSeries(
            series=name,
            work=work.id,
            title=work.title,
            edition_cap=stage.scale.editions,
            price_fen=PRICE_FEN,
            sellers=stage.consortium.platforms(),
            anchors=(Anchor(AnchorKind.EXHIBIT, work.source),),
            disclosure=Disclosure(
                f"A numbered digital edition of the catalogue record of {work.title}"[:500],
                "To own, look at and give away; not to copy, resell or divide.",
            ),
        )
        for name, work in zip(names, works, strict=True)
    ]
    minted = [MintBatch(name, stage.scale.editions) for name in names]
    sealed = [SealSeries(name) for name in names]
    # Members of one envelope are judged together, each against the state before it: so one step after the other.
    for operations in (opened, minted, sealed):
        await stage.carry_out(platform, [wallet.seal(*operations)])
    return names


async def open_accounts(stage: Stage) -> None:
    """Everybody opens an account everywhere; platforms vouch for age and name, and the chain learns neither."""
    clock = Stopwatch()
    stage.people = make_people(stage.scale.people, random=stage.random)
    platforms = stage.consortium.platforms()
    await together(
        *(
            stage.carry_out(
                platform,
                _bundles(stage.wallet(platform), [person.registration(platform) for person in stage.people]),
            )
            for platform in platforms
        )
    )
    minors = sum(not person.is_adult for person in stage.people)
    stage.say(
        f"{len(stage.people):,} people opened accounts at {_listed(platforms)}"
        f" ({len(stage.people) * len(platforms):,} accounts in {clock.seconds:.1f} s); {minors} of them are sixteen."
    )


def _bundles(wallet: Wallet, operations: Sequence[Operation]) -> list[Envelope]:
    return [
        wallet.seal(*operations[first : first + SIGNED_TOGETHER])
        for first in range(0, len(operations), SIGNED_TOGETHER)
    ]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
