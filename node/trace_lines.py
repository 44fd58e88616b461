"""What one round of a turn did, as trace lines: own votes, payload taken in, blocks executed, certified and stable."""

from collections.abc import Iterator
from typing import assert_never

from consensus.guard import vote_phase
from consensus.messages import NewView, ViewChange
from consensus.state import State
from consensus.types import VotePhase
from ledger.receipts import Status
from node.effects import CoreReady
from node.trace import TraceLine
from node.writes import (
    Stabilise,
    StoreBatch,
    StoreBlock,
    StoreCertificate,
    StoreEntries,
    StoreMute,
    StorePrepared,
    StoreSnapshot,
    StoreView,
    StoreVote,
    Write,
)


def trace_lines(ready: CoreReady, state: State, *, now_ms: int) -> list[TraceLine]:
    """Return a line for each thing that happened, in order; `state` is the replica's after them."""
    replica, view, high = state.settings.replica, state.view, state.log.high
    role = "primary" if state.settings.committee.primary(view) == replica else "backup"
    return [
        TraceLine(now_ms, replica, role, view, state.stable, state.executed, high, event, effects, cause)
        for event, effects, cause in _happened(ready)
    ]


def _happened(ready: CoreReady) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Event, effects and cause, each in the protocol's words."""
    for write in ready.writes:
        yield from _written(write)
    if ready.halt is not None:
        yield f"halt {ready.halt.sequence}", (), f"own {ready.halt.own.hex()} certified {ready.halt.certified.hex()}"


def _written(write: Write) -> Iterator[tuple[str, tuple[str, ...], str]]:
    match write:
        case StoreVote(vote):
            phase, sequence = vote_phase(vote), vote.sequence
            yield f"{phase} {sequence}", ("record", f"send {phase}"), _CAUSES[phase].format(sequence)
        case StoreBatch(batch):
            yield f"batch {batch.author}#{batch.number}", ("record", f"transactions {batch.count}"), ""
        case StoreBlock(header, _, executed, receipts=receipts):
            accepted = sum(receipt.status is Status.ACCEPTED for receipt in receipts)
            effects = (f"batches {len(executed)}", f"accepted {accepted}", f"refused {len(receipts) - accepted}")
            yield f"executed {header.height}", effects, f"committed-local {header.height}"
        case StoreCertificate(height, votes):
            senders = " ".join(str(vote.sender) for vote in votes)
            yield f"certified {height}", ("final",), f"block-vote {height} from {senders}"
        case Stabilise(sequence):
            yield f"stable {sequence}", ("collect garbage",), f"certified {sequence}"
        case StoreView():
            yield _about_view(write)
        case StoreMute(None):
            yield "votes-again", ("record",), "past all it may have signed"
        case StoreMute(until):
            yield f"mute until {until}", ("record",), "replies of the others"
        case StoreSnapshot(checkpoint, entries):
            yield f"installed {checkpoint.header.height}", ("record",), f"{entries} entries from others"
        case StorePrepared() | StoreEntries():
            # The COMMIT beside it says the same, and so does what all entries lead to.
            return
        case _:
            assert_never(write)


_CAUSES = {
    VotePhase.PRE_PREPARE: "batches wait for {}",
    VotePhase.PREPARE: "pre-prepare {}",
    VotePhase.COMMIT: "prepared {}",
    VotePhase.BLOCK: "executed {}",
}


def _about_view(write: StoreView) -> tuple[str, tuple[str, ...], str]:
    match write.statement:
        case None:
            return f"entered-view {write.view}", ("record",), f"new-view {write.view}"
        case ViewChange():
            return f"view-change {write.view}", ("record", "send view-change"), f"leave for view {write.view}"
        case NewView():
            return f"new-view {write.view}", ("record", "send new-view"), f"view-changes for {write.view}"
        case _:
            assert_never(write.statement)
