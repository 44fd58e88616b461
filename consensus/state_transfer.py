"""Taking over the state after a stable checkpoint, where too many blocks are missing. Lines S1-S6 of PROTOCOL.md.

This replica knows nothing of the state. It hands FETCH, META-DATA and DATA on to whoever composes it with one, and is
told when a state was installed. It goes on meanwhile as it always does: final blocks are taken over, whatever comes
first, and each is executed once, since what is executed or below the checkpoint is not executed again.
"""

from consensus.bundle import Signed
from consensus.effects import Reason
from consensus.events import Installed
from consensus.messages import header_digest
from consensus.mute import end_if_past
from consensus.normal_case import decide
from consensus.state import State


def on_transfer(state: State, signed: Signed) -> Reason | None:
    """S1: hand on what is about the state, but for this replica's own."""
    if signed.sender != state.settings.replica:
        state.ready.transfers.append(signed)
    return None


def on_installed(state: State, event: Installed) -> None:
    """S6: go on from a stable checkpoint as if all blocks up to it had been executed here."""
    header = event.checkpoint.header
    assert header.height > state.executed, "I3: a state is installed above what was executed"
    assert header.height % state.settings.checkpoint_interval == 0, "I6: what is installed is a stable checkpoint"
    state.executed = state.decided = state.certified = header.height
    state.executed_digest = header_digest(header, chain=state.settings.chain)
    state.executed_at_ms = header.timestamp_ms
    state.checkpoint = event.checkpoint
    state.failed_views = 0
    state.requests.skip_to(event.executed_batches)
    state.ready.stable = header.height
    state.log.truncate(header.height)
    state.blocks.clear()
    for height in [each for each in state.block_votes if each <= header.height]:
        del state.block_votes[height]
    end_if_past(state)
    decide(state)
