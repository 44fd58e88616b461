"""When something will end: the times worth jumping to."""

from tests.ledger.naive.figures import DAY_MS, HOUR_MS, MINUTE_MS
from tests.ledger.naive.gifts import hold_ms
from tests.ledger.naive.known import Known

LAST_MS = 2**52
"""What ends later never does."""


def times_ahead(known: Known) -> list[int]:
    """Each time at which some rule changes its mind, the next one first."""
    found = {each.end_ms() for each in known.freezes.values()}
    found |= {each.ends_ms for each in known.freezes.values()}
    found |= {each.ends_ms for each in known.disputes.values()}
    found |= {each.until_ms for each in known.takedowns.values() if not each.done}
    found |= {each.until_ms for each in known.forced.values() if not each.done}
    found |= {each.expires_ms for each in known.proposals.values() if each.state == "open"}
    found |= set(known.winding.values()) | set(known.cooling.values())
    for token in known.tokens.values():
        if token.state == "issued":
            held_ms = hold_ms(known, token)
            found |= {token.since_ms + held_ms, token.since_ms + 2 * held_ms}
            found.add(token.since_ms + known.days_ms("refund_days"))
            found |= {given_ms + 30 * DAY_MS for given_ms in token.gifts_ms}
    for account in known.accounts.values():
        found |= set(account.keys_until_ms.values()) | set(account.suspended.values())
        rest_ms = known.days_ms("suspension_rest_days")
        found |= {ended_ms + rest_ms for ended_ms in account.suspensions.values()}
        if account.next_key is not None:
            found.add(account.next_key[1])
    found.add((known.now_ms // MINUTE_MS + 1) * MINUTE_MS)
    found.add(((known.now_ms + 8 * HOUR_MS) // DAY_MS + 1) * DAY_MS - 8 * HOUR_MS)
    return sorted(each for each in found if known.now_ms < each < LAST_MS)
