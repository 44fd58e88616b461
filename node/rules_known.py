"""A member stops before the first block that is judged by rules which its release does not have (R7.4).

It would come to another state than the others, and vote for it.
"""

from ledger.ledger import Ledger
from ledger.rules_version import RULES_KNOWN, are_known
from node.errors import RulesUnknown


def refuse_unknown_rules(ledger: Ledger) -> None:
    """Ask before a start, before a ledger is taken over, and before each block.

    Raises: RulesUnknown saying which rules are wanted, which there are, what is kept, and what to do.
    """
    if are_known(ledger.parameters):
        return
    wanted, known = ledger.parameters.rules_version, ", ".join(map(str, RULES_KNOWN))
    raise RulesUnknown(
        f"block {ledger.height + 1} of this chain is judged by rules version {wanted}, and this release of Quorate"
        f" knows version {known}. This member stops before it: another state than the other members' would be a fork."
        f" All blocks up to {ledger.height} and all that was said are kept. Install a release of Quorate that knows"
        f" rules version {wanted} (its CHANGELOG says so) and start the node again on the same home"
    )
