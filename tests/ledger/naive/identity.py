"""Who is somebody: age, an identity that was checked, and both ends of what changes hands (R6.1, R11.1)."""

from tests.ledger.naive.known import Known
from tests.ledger.naive.reasons import Reasons


def judge_claims(known: Known, account: str, age: int, no: Reasons) -> None:
    """R6.1: who is over 18 is over 14, and more than 14 is shown by `over18`."""
    receiver = known.accounts.get(account)
    if receiver is not None:
        is_old_enough = "over18" in receiver.claims or (age <= 14 and "over14" in receiver.claims)
        no.when(not is_old_enough, "R6.1", "E_AGE", account)
        no.when("real_name" not in receiver.claims, "R6.1", "E_REAL_NAME", account)


def judge_identity(known: Known, ends: tuple[str, ...], no: Reasons) -> None:
    """R11.1: the first of `ends` that is not a person is named, or the last, who receives, if it is not identified."""
    for end in ends:
        account = known.accounts.get(end)
        is_unnamed = account is not None and end == ends[-1] and "real_name" not in account.claims
        if account is not None and (account.person is None or is_unnamed):
            no.when(True, "R11.1", "E_IDENTITY", end)
            return
