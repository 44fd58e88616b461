"""Who complains of which view, and for how long that counts. Lines T2 and T3 of PROTOCOL.md.

A complaint is a state and not an event: it stands from the SUSPECT that raises it for as long as its sender's STATUS
repeats it, and ends with the first STATUS that does not. So complaints about a view that is truly stuck always add up,
however many messages are lost, and two old ones of different troubles never do. Who fell silent is not heard for long:
his complaint ends `COMPLAINT_TICKS` after it was last repeated.
"""

from consensus.messages import Status
from consensus.state import Complaint, State
from consensus.types import ReplicaId, View

COMPLAINT_TICKS = 10
"""Status intervals for which a complaint stands unrepeated: nine STATUSes in a row would have to be lost."""


def note_complaint(state: State, sender: ReplicaId, view: View) -> None:
    """Note that `sender` complains of `view`, or still does; his word about an earlier view changes nothing."""
    known = state.suspects.get(sender)
    if known is None or known.view <= view:
        state.suspects[sender] = Complaint(view, state.tick)


def note_from_status(state: State, sender: ReplicaId, message: Status) -> None:
    """Repeat or take back a complaint, as the sender's STATUS says."""
    if message.complains and message.view >= state.view:
        note_complaint(state, sender, message.view)
    known = state.suspects.get(sender)
    if known is not None and not message.complains and known.view <= message.view:
        del state.suspects[sender]


def standing_complaints(state: State) -> list[View]:
    """The views complained of, one for each member whose complaint stands, the latest first."""
    stands = [each.view for each in state.suspects.values() if state.tick < each.heard_at + COMPLAINT_TICKS]
    return sorted(stands, reverse=True)


def take_back(state: State) -> None:
    """What this replica complained of is over; its next STATUS says so."""
    state.complaint = None
