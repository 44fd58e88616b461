"""The epoch table: what is looked at when `epoch_blocks` blocks have passed, and the numbering of epochs.

An epoch ends with each block whose height is a multiple of `epoch_blocks`. Epochs are numbered as they end, so that a
change of `epoch_blocks` repeats no number. A rule here refuses nothing: it reports, in rows of the state and in the
block's compliance report.
"""

from ledger.moment import Moment
from ledger.names import epoch_row
from ledger.receipts import ComplianceEntry
from ledger.recent import RecentGifts
from ledger.rules import develop_industry, national_culture, no_laundering, no_speculation
from ledger.rules.closing import Closing, EpochRule
from ledger.state import State

EPOCH_RULES = (
    EpochRule("R2.1", 2, national_culture.culture_has_its_share),
    EpochRule("R3.1", 3, develop_industry.no_author_prevails),
    EpochRule("R10.5", 10, no_speculation.hot_series_are_cooled),
    EpochRule("R11.2", 11, no_laundering.gifts_are_watched),
)
"""Every rule that is asked at the end of an epoch, in the order of their numbers."""

EPOCH_RULE_IDS = tuple(rule.id for rule in EPOCH_RULES)


def close_epoch(state: State, moment: Moment, recent: RecentGifts) -> tuple[ComplianceEntry, ...]:
    """Ask every rule of the table if the block of `moment` ends an epoch; what they say for the compliance report."""
    if moment.height % moment.parameters.epoch_blocks:
        return ()
    ended = len(state.epochs)
    last = state.epochs.get(epoch_row(ended))
    assert (last is None) == (ended == 0), "epochs are numbered without a gap, and their rows stay"
    closing = Closing(state, moment, ended + 1, 0 if last is None else last.ended_ms, recent)
    looked = [(rule.id, rule.at_epoch(closing)) for rule in EPOCH_RULES]
    return tuple(ComplianceEntry(rule, each.checked, each.refused) for rule, each in looked)
