"""Which versions of the rules' code this ledger knows (R7.4).

A figure changes by vote and every release reads it. Code does not: two releases whose rules differ would come to two
states for one block. So the members vote on the version that judges from a height on, like on any figure
(`rules_version`), and a ledger that does not know it executes nothing from there: its node stops with a text. How a
change of code is introduced: docs/decisions/013-rules-have-versions.md.
"""

from ledger.parameters import Parameters

RULES_KNOWN = (1,)
"""Versions of the rules that this code has, the oldest first. All of them stay, since old blocks are judged by them."""


def are_known(parameters: Parameters) -> bool:
    """Whether this code has the rules by which the next block is judged."""
    return parameters.rules_version in RULES_KNOWN
