"""What a member makes in a calendar day (China Standard Time) that is kept for good (R8.2)."""

from ledger.records.bounds import DayRecord
from ledger.rules.no_speculation import day_of
from ledger.rules.request import Request


def made_today(request: Request) -> DayRecord:
    """What the signer has made on the day of this block."""
    today = day_of(request.now_ms)
    record = request.state.days.get(request.account)
    return record if record is not None and record.day == today else DayRecord(today)


def count_made(
    request: Request, *, accounts: int = 0, works: int = 0, series: int = 0, editions: int = 0, statements: int = 0
) -> None:
    """Count what the signer has just made."""
    made = made_today(request)
    counted = DayRecord(
        made.day,
        made.accounts + accounts,
        made.works + works,
        made.series + series,
        made.editions + editions,
        made.statements + statements,
    )
    request.state.days.put(request.account, counted)
