"""Who holds how many: a count in each person's account, so that holding nothing can be proved by one row.

Editions that were not sold yet are their issuer's and are not counted: their series says how many they are.
"""

from msgspec.structs import replace

from ledger.state import State


def count(state: State, account: str, change: int) -> None:
    """Count a sold edition that a person got (1) or lost (-1); a member's own account holds none."""
    record = state.accounts.get(account)
    assert record is not None, "who holds something exists"
    if record.person is not None:
        assert record.tokens + change >= 0, "nobody loses what he does not have"
        state.accounts.put(account, replace(record, tokens=record.tokens + change))
