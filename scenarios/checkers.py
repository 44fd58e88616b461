"""What must hold after a run, one checker a property. Each reads what lies on the members' disks; none asks a member.

A checker answers with what is wrong, in sentences, and nothing where all is well. Liars' disks are never believed.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from canonical.hashing import Digest
from ledger.receipts import Status
from scenarios.linearizable import check_linearizable
from scenarios.plan import PlanUnreadable
from scenarios.world import Findings, SeenBlock

Checker = Callable[[Findings], list[str]]
"""Says what is wrong."""


def _honest(findings: Findings) -> Iterator[tuple[int, tuple[SeenBlock, ...]]]:
    for member, blocks in enumerate(findings.blocks):
        if member in findings.honest:
            yield member, blocks


def check_agreement(findings: Findings) -> list[str]:
    """No two honest members have different final blocks at one height: a fork is what must never happen."""
    first: dict[int, tuple[int, Digest]] = {}
    wrong: list[str] = []
    for member, blocks in _honest(findings):
        for block in blocks:
            other, digest = first.setdefault(block.height, (member, block.digest))
            if digest != block.digest:
                wrong.append(f"members {other} and {member} have different blocks at height {block.height}")
                break
    return wrong


def check_prefix(findings: Findings) -> list[str]:
    """Each member's chain has no gap, each block names the one below as its parent."""
    wrong: list[str] = []
    for member, blocks in _honest(findings):
        for below, above in pairwise(blocks):
            if above.height != below.height + 1 or above.parent != below.digest:
                wrong.append(f"member {member}: block {above.height} does not stand on block {below.height}")
                break
    return wrong


def check_exactly_once(findings: Findings) -> list[str]:
    """No transaction takes effect twice in one chain, however often it was sent."""
    wrong: list[str] = []
    for member, blocks in _honest(findings):
        accepted: dict[Digest, int] = {}
        for block in blocks:
            for transaction, status in zip(block.transactions, block.statuses, strict=True):
                if status is Status.ACCEPTED and accepted.setdefault(transaction, block.height) != block.height:
                    wrong.append(f"member {member}: {transaction.hex()[:8]} took effect twice, at {block.height} too")
    return wrong


def check_state_root(findings: Findings) -> list[str]:
    """Equal height, equal ledger; and nothing is wrong with any of them that no other check is named for."""
    roots: dict[int, tuple[int, Digest]] = {}
    wrong = check_ledger(findings)
    for member, blocks in _honest(findings):
        for block in blocks:
            other, root = roots.setdefault(block.height, (member, block.state_root))
            if root != block.state_root:
                wrong.append(f"members {other} and {member} have different ledgers at height {block.height}")
                break
    return wrong


def check_time(findings: Findings) -> list[str]:
    """Block time never runs back, whatever the clocks do."""
    return [
        f"member {member}: block {above.height} is older than the one below"
        for member, blocks in _honest(findings)
        for below, above in pairwise(blocks)
        if above.timestamp_ms < below.timestamp_ms
    ]


def check_view_monotone(findings: Findings) -> list[str]:
    """A member never goes back to an earlier view, not even after a restart, unless its disk was lost."""
    return [
        f"member {member} went back from view {before} to {after}"
        for member, views in enumerate(findings.views)
        if member in findings.honest
        for before, after in pairwise(views)
        if after < before
    ]


def check_evidence(findings: Findings) -> list[str]:
    """Proof of a lie never names an honest member."""
    return [f"member {member} is honest and stands accused" for member in sorted(findings.accused & findings.honest)]


def check_liars_named(findings: Findings) -> list[str]:
    """Every member that lied is named by proof that somebody holds."""
    liars = set(range(len(findings.blocks))) - findings.honest
    return [f"nobody holds proof against member {member}" for member in sorted(liars - findings.accused)]


def check_validity(findings: Findings) -> list[str]:
    """Members decide nothing of their own: each transaction in a block was signed and handed in by a client."""
    if findings.asked is None:
        return []
    return [
        f"member {member}: block {block.height} has {transaction.hex()[:8]}, which no client handed in"
        for member, blocks in _honest(findings)
        for block in blocks
        for transaction in block.transactions
        if transaction not in findings.asked
    ]


def check_certificates(findings: Findings) -> list[str]:
    """Beside each final block lie votes of a quorum for exactly this block: whoever has the charter can see it."""
    return list(findings.unsound)


def check_recorded(findings: Findings) -> list[str]:
    """No vote without its record: what binds a member was on its disk before anybody heard it."""
    return list(findings.unrecorded)


def check_one_owner(findings: Findings) -> list[str]:
    """Every token has one owner, an account that exists and may own it."""
    return _violated(findings, "one owner")


def check_never_oversold(findings: Findings) -> list[str]:
    """Never more is sold than was made, nor made than was announced, and every sale is counted for its buyer."""
    return _violated(findings, "never oversold", "purchases match sales")


def check_no_coin(findings: Findings) -> list[str]:
    """There is no coin: no number in the ledger can pass from account to account (R9.1)."""
    return _violated(findings, "no transferable balance")


def check_ledger(findings: Findings) -> list[str]:
    """The ledger of every honest member is whole: whatever else the ledger's invariants or the disk complained of."""
    named = {each for check in (check_one_owner, check_never_oversold, check_no_coin) for each in check(findings)}
    return [each for each in findings.violations if each not in named]


def _violated(findings: Findings, *invariants: str) -> list[str]:
    """What was found against the ledger's invariants of these names."""
    return [each for each in findings.violations if any(f"{name}:" in each for name in invariants)]


def check_read_your_commit(findings: Findings) -> list[str]:
    """What an honest gateway told its client was final is in the longest honest chain."""
    longest = max((blocks for _, blocks in _honest(findings)), key=len, default=())
    there = {transaction for block in longest for transaction in block.transactions}
    lost = findings.acknowledged - there
    return [f"{len(lost)} transactions were told final and are in no chain"] if lost else []


def check_believed(findings: Findings) -> list[str]:
    """Clients who believe proofs only are not lied to: what they believed is so in the longest honest chain."""
    longest = max((blocks for _, blocks in _honest(findings)), key=len, default=())
    became: dict[Digest, Status] = {}
    for block in longest:
        for transaction, status in zip(block.transactions, block.statuses, strict=True):
            # What several gateways took in is ordered several times, and refused from the second on.
            became.setdefault(transaction, status)
    return [
        f"a client believed of {transaction.hex()[:8]}: {status}; but it was: {became.get(transaction, 'never final')}"
        for transaction, status in findings.believed.items()
        if became.get(transaction) is not status
    ]


def check_liars_exposed(findings: Findings) -> list[str]:
    """Every gateway that told its clients what is not so was found out by one of them."""
    return [
        f"member {member} lied to its clients, and none of them saw it"
        for member in sorted(findings.false_answers - findings.doubted)
    ]


def check_linearizable_history(findings: Findings) -> list[str]:
    """One order of all purchases, gifts and quorum reads explains every answer that clients got, and respects time."""
    return check_linearizable(findings.history)


CHECKERS: Mapping[str, Checker] = {
    "agreement": check_agreement,
    "prefix": check_prefix,
    "exactly-once": check_exactly_once,
    "validity": check_validity,
    "certificates": check_certificates,
    "recorded": check_recorded,
    "no-coin": check_no_coin,
    "state-root": check_state_root,
    "time": check_time,
    "view-monotone": check_view_monotone,
    "evidence": check_evidence,
    "liars-named": check_liars_named,
    "one-owner": check_one_owner,
    "never-oversold": check_never_oversold,
    "read-your-commit": check_read_your_commit,
    "believed": check_believed,
    "liars-exposed": check_liars_exposed,
    "linearizable": check_linearizable_history,
}
"""By the name that plans use."""


def checker(name: str) -> Checker:
    """The checker of this name, underscores read as hyphens.

    Raises: PlanUnreadable.
    """
    found = CHECKERS.get(name.replace("_", "-"))
    if found is None:
        raise PlanUnreadable(f"there is no check {name!r}; there are {', '.join(CHECKERS)}")
    return found
