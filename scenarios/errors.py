"""The world's faults that end a story before its claims can be judged. Each text says what happened and what to do."""


class ScenarioFault(Exception):
    """Base of everything a story gives up for; the command line prints its text and no stack."""


class CatalogueUnreadable(ScenarioFault):
    """A works file breaks its form; the text names file, row and column."""


class HistoryUnreadable(ScenarioFault):
    """A history of transfers breaks its form; the text names file, row and column."""


class LedgerNotReplayed(ScenarioFault):
    """A recorded ledger cannot be executed again; the text says from where on, and what to do."""


class MemberFailed(ScenarioFault):
    """A member's process did not come up, or ended again and again."""


class MemberCrashed(MemberFailed):
    """A member's process ended by itself, with an exit code of its own: it is a finding, not the machine's fault."""


class MemberKilled(MemberFailed):
    """A member's process was killed from outside, as this machine may do; starting it again may work."""


class BusUnreachable(ScenarioFault):
    """No broker answers at any of the addresses given."""


class FolderUnusable(ScenarioFault):
    """The run's folder cannot be made or written."""


class NotAnswered(ScenarioFault):
    """The consortium gave no definite answer in the time a story waits for one: a failure of liveness."""


class CommandFailed(ScenarioFault):
    """A member did not do what the story commanded: it said nothing, or that it can not."""
