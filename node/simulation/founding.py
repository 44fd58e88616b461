"""The consortium of a simulated world: the institutions that exist, with keys from the world's keyring."""

from collections.abc import Mapping

from ledger.charter import Charter, Member
from node.home.institutions import learners, voters
from node.simulation.keyring import Keyring

FOUNDED_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where every simulated run begins."""


def charter_of(size: int, keyring: Keyring, rules: Mapping[str, int]) -> Charter:
    """A charter with `size` voters, and `rules` where they differ from the defaults."""
    voting = voters(size)
    members = tuple(
        Member(
            each.id,
            each.name,
            each.name_zh,
            each.role,
            each in voting,
            keyring.key(f"node {each.id}").public_key,
            keyring.key(each.id).public_key,
        )
        for each in (*voting, *learners(voting))
    )
    return Charter(1, "simulation", FOUNDED_MS, members, dict(rules))
