"""The story from the first act to the last, and what is done when an act fails."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console
from rich.text import Text

from network.errors import BusFault
from node.client import ClientFault
from node.errors import NodeFault
from scenarios.consortium import LiveConsortium
from scenarios.errors import NotAnswered, ScenarioFault
from scenarios.first_day.books import compare_books
from scenarios.first_day.catalogue import make_series, open_accounts, register_works
from scenarios.first_day.certificate import fetch_certificate, verify_offline
from scenarios.first_day.claims import Claims, Kind
from scenarios.first_day.freeze import freeze_together
from scenarios.first_day.gift import give_too_early
from scenarios.first_day.outage import kill_and_restart
from scenarios.first_day.outcome import Outcome
from scenarios.first_day.pace import Pace, Pauses
from scenarios.first_day.preflight import look_ahead
from scenarios.first_day.report import report
from scenarios.first_day.rush import judge_rush, prepare_rush, reasons, reasons_header, run_rush
from scenarios.first_day.stage import Scale, Stage, together
from scenarios.screen import Screen
from scenarios.watch import Watch
from scenarios.works import CATALOGUE_FILE, Work

EXIT_NOT_TOLD = 14
"""The story could not be told: a user's mistake, or this machine or its surroundings failed. Nothing is said about the
chain; the text on standard error says what happened and what to do."""

EXIT_INTERRUPTED = 130
"""Stopped by Ctrl-C or SIGTERM, as shells have it; everything was stopped cleanly and nothing is claimed."""

LOG_FILE = "story.log"


@dataclass(frozen=True, slots=True)
class Options:
    """What a teller may choose."""

    directory: Path
    """The run's folder; must not exist."""
    members: int = 4
    buses: tuple[str, ...] = ()
    """Broker URLs; none starts the embedded broker."""
    works: Path = CATALOGUE_FILE
    victims: tuple[str, ...] = ()
    """The members that are killed; none named takes the last one, a backup."""
    seed: int = 2021
    """Of everything left to chance: people, their keys, and the order in which they come."""
    table: bool = True
    recorded: bool = False
    """Leave a recording in each member's home."""
    pace: Pace = Pace.QUICK
    scale: Scale = field(default_factory=Scale)


@dataclass(slots=True)
class _Telling:
    """What remains of a telling, however it ends."""

    claims: Claims = field(default_factory=Claims)
    figures: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    verified: str = ""
    memory_bytes_max: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    fault: str = ""
    """Why the story could not be told, or not to its end; empty if it could."""
    is_founded: bool = False
    """Whether the run's folder is of our making, and may be written to."""


def tell(options: Options, console: Console, errors: Console | None = None) -> int:
    """Tell the story; return the exit code: 0, 10, 11 (see claims.py), 14 or 130. Faults go to `errors`, or stderr."""
    errors = Console(stderr=True) if errors is None else errors
    try:
        works = look_ahead(options.directory, works=options.works, works_min=options.scale.works, buses=options.buses)
    except (ScenarioFault, BusFault) as fault:
        _complain(errors, str(fault))
        return EXIT_NOT_TOLD
    return asyncio.run(_tell(options, works, console, errors))


def _complain(errors: Console, fault: str) -> None:
    """As click says what is wrong with a command line."""
    errors.print(Text(f"Error: {fault}"), soft_wrap=True)


async def _tell(options: Options, works: tuple[Work, ...], console: Console, errors: Console) -> int:
    telling, screen = _Telling(), Screen(console, table=options.table)
    began_ms = time.time_ns() // 1_000_000
    interrupted = False
    with screen:
        acts = asyncio.create_task(_play(options, works, screen, telling, began_ms), name="story")

        def interrupt() -> None:
            nonlocal interrupted
            if not interrupted:
                interrupted = True
                screen.say("Stopping: every member and the bus are being told. Their databases stay whole.")
                acts.cancel()

        screen.on_gone = interrupt
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
        try:
            await acts
        except asyncio.CancelledError:
            if not interrupted:
                raise
        except NotAnswered as fault:
            telling.claims.check(Kind.LIVENESS, "everything the story waits for happens in time", False, found=fault)
        except ClientFault as fault:
            telling.claims.check(Kind.LIVENESS, "a gateway answers", False, found=fault)
        except (ScenarioFault, NodeFault, BusFault) as fault:
            telling.fault = str(fault)
        except OSError as fault:
            telling.fault = f"{fault.filename or 'the system'}: {fault.strerror}"
    if telling.is_founded or interrupted:
        return _close(options, telling, screen, console, errors, began_ms=began_ms, interrupted=interrupted)
    _complain(errors, telling.fault)
    return EXIT_NOT_TOLD


def _close(
    options: Options,
    telling: _Telling,
    screen: Screen,
    console: Console,
    errors: Console,
    *,
    began_ms: int,
    interrupted: bool,
) -> int:
    """Write the report and print the summary; return the exit code."""
    told = telling.claims.exit_code or (EXIT_NOT_TOLD if telling.fault else 0)
    outcome = Outcome(
        directory=options.directory,
        began_ms=began_ms,
        seconds=round(screen.seconds, 1),
        members=options.members,
        seed=options.seed,
        buses=len(options.buses),
        interrupted=interrupted,
        lines=tuple(screen.lines),
        claims=tuple(telling.claims.made),
        figures=telling.figures,
        reasons=tuple(telling.reasons),
        verified=telling.verified,
        memory_bytes_max=telling.memory_bytes_max,
        restarts=telling.restarts,
        fault=telling.fault,
        exit_code=EXIT_INTERRUPTED if interrupted else told,
    )
    report(outcome, console, is_ours=telling.is_founded)
    if telling.fault:
        _complain(errors, telling.fault)
    return outcome.exit_code


async def _play(options: Options, works: tuple[Work, ...], screen: Screen, telling: _Telling, began_ms: int) -> None:
    """Bring everything up, play the acts, take everything down."""
    consortium = LiveConsortium(
        options.directory,
        members=options.members,
        founded_ms=began_ms,
        buses=options.buses,
        recorded=options.recorded,
        report=screen.say,
    )
    async with _founding(consortium, telling):
        with (options.directory / LOG_FILE).open("w", encoding="utf-8") as log:
            for line in screen.lines:
                log.write(line + "\n")
            screen.on_line = lambda line: print(line, file=log, flush=True)
            watch = Watch(consortium, changed=lambda: screen.show(watch.views.values()))
            stage = _set(options, consortium, watch, telling, screen, works)
            try:
                async with watch:
                    await _until_failure(consortium, _acts(stage, telling))
            finally:
                telling.memory_bytes_max, telling.restarts = watch.memory_bytes_max, consortium.restarts
                screen.on_line = lambda _: None
                await stage.close()


@asynccontextmanager
async def _founding(consortium: LiveConsortium, telling: _Telling) -> AsyncIterator[None]:
    """The consortium while it is up; notes whether its folder was made, also where it did not come up."""
    try:
        async with consortium:
            telling.is_founded = True
            yield
    finally:
        telling.is_founded = consortium.is_founded


def _set(
    options: Options,
    consortium: LiveConsortium,
    watch: Watch,
    telling: _Telling,
    screen: Screen,
    works: tuple[Work, ...],
) -> Stage:
    return Stage(
        consortium=consortium,
        watch=watch,
        claims=telling.claims,
        say=screen.say,
        scale=options.scale,
        works=works,
        random=Random(options.seed),
        victims=options.victims or (list(consortium.members)[-1],),
        pauses=Pauses(options.pace, seconds=lambda: screen.seconds),
        figures=telling.figures,
    )


async def _until_failure(consortium: LiveConsortium, acts: Coroutine[None, None, None]) -> None:
    """Play the acts, unless a member can no longer be kept up.

    Raises: MemberFailed, or what the acts raise.
    """
    assert consortium.failed is not None, "the consortium was entered"
    playing = asyncio.create_task(acts, name="acts")
    try:
        await asyncio.wait({playing, consortium.failed}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not playing.done():
            playing.cancel()
            await asyncio.wait({playing})
    if consortium.failed.done():
        consortium.failed.result()
    playing.result()


async def _acts(stage: Stage, telling: _Telling) -> None:
    """The day, act by act."""
    moment = stage.pauses.moment
    _open(stage)
    await moment()
    await register_works(stage)
    await moment()
    await make_series(stage)
    await moment()
    await open_accounts(stage)
    await moment()
    rush = prepare_rush(stage)
    await together(run_rush(stage, rush), kill_and_restart(stage, rush))
    await judge_rush(stage, rush)
    telling.reasons += [reasons_header(rush), *reasons(rush)]
    await moment()
    winners = rush.winners()
    if not winners:
        raise NotAnswered("Nobody could buy anything, so that there is nothing to give, to freeze or to certify.")
    await give_too_early(stage, winners[0])
    await moment()
    await freeze_together(stage, winners[-1])
    await moment()
    certificate = await fetch_certificate(stage, winners[0])
    await compare_books(stage)
    await moment()
    telling.verified = await verify_offline(stage, winners[0], certificate)


def _open(stage: Stage) -> None:
    """Act one: who is there."""
    names = [f"{member.name} ({member.name_zh})" for member in stage.consortium.charter.voters()]
    bus = "an embedded broker" if stage.consortium.broker is not None else "the broker you named"
    stage.say(
        f"{len(names)} institutions run a node each and found chain {stage.consortium.chain.hex()[:16]}:"
        f" {', '.join(names)}. They speak over {bus}."
    )
