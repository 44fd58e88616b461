"""Stories that are told with every build. Each teaches one thing that can go wrong, and what then holds."""

from collections.abc import Mapping

from scenarios.library.clocks_and_load import censoring_primary, clock_jump, slow_primary
from scenarios.library.crashes import (
    broker_away,
    far_behind,
    frozen_primary,
    happy_path,
    late_fifth,
    power_cut,
    primary_killed,
    rolling_restart,
    torn_write,
    wiped_member,
)
from scenarios.library.liars import (
    amnesia_of_one,
    double_votes,
    equivocating_primary,
    flooding_member,
    forged_opening,
    huge_view,
    mutated_fields,
    restless_member,
    too_many_liars,
)
from scenarios.library.links import (
    bridge,
    deaf_primary,
    flapping_link,
    isolated_member,
    lossy_network,
    mute_primary,
    old_traffic,
    ring_of_majorities,
    two_halves,
)
from scenarios.library.moments import (
    decided_at_one,
    diverging_locks,
    final_while_leaving,
    killed_while_catching_up,
    two_chosen_steps,
)
from scenarios.library.shopping import gifts_and_power_cuts, limited_drop, stale_reader
from scenarios.vocabulary import Scenario

LIBRARY: Mapping[str, Scenario] = {
    each.name: each
    for each in (
        happy_path,
        primary_killed,
        frozen_primary,
        power_cut,
        torn_write,
        late_fifth,
        rolling_restart,
        wiped_member,
        far_behind,
        broker_away,
        deaf_primary,
        mute_primary,
        two_halves,
        isolated_member,
        ring_of_majorities,
        bridge,
        flapping_link,
        lossy_network,
        old_traffic,
        slow_primary,
        censoring_primary,
        clock_jump,
        equivocating_primary,
        double_votes,
        amnesia_of_one,
        huge_view,
        forged_opening,
        mutated_fields,
        restless_member,
        flooding_member,
        too_many_liars,
        two_chosen_steps,
        diverging_locks,
        decided_at_one,
        final_while_leaving,
        killed_while_catching_up,
        limited_drop,
        stale_reader,
        gifts_and_power_cuts,
    )
}
"""By name, in the order of reading."""
