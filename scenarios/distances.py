"""How far live members are put apart: a network's profile as LinkPolicies."""

from collections.abc import Sequence

from network.policy import LinkPolicy
from node.simulation.profiles import profile_of
from scenarios.plan import NEAR


def distances(members: Sequence[str], network: str) -> tuple[LinkPolicy, ...]:
    """Policies that put `members` as far apart as the profile of that name says, rounded to milliseconds.

    A profile's tail is exponential, a policy's is even: the mean is the same. On this machine all are near anyhow.

    Raises: ValueError for a profile that does not exist.
    """
    profile = profile_of(network, len(members))
    if network == NEAR:
        return ()
    policies: list[LinkPolicy] = []
    for source, name in enumerate(members):
        alike: dict[tuple[int, int], list[str]] = {}
        for target, other in enumerate(members):
            if target != source:
                alike.setdefault(profile.links[source][target], []).append(other)
        for (base_us, tail_us), targets in alike.items():
            policies.append(
                LinkPolicy(
                    (name,),
                    tuple(targets),
                    delay_ms=round(base_us / 1_000),
                    delay_ms_spread=round(2 * tail_us / 1_000),
                )
            )
    return tuple(policies)
