"""Stories that are told with every build. Each teaches one thing that can go wrong, and what then holds.

A story's docstring is for reading aloud: what happens, in the paper's words; what to watch for in the trace and in the
picture; and the invariant (docs/INVARIANTS.md) or line of the protocol (docs/PROTOCOL.md) that holds all the while.
"""

from collections.abc import Mapping

from scenarios.library.clocks_and_load import censored_client, censoring_primary, clock_jump, slow_primary
from scenarios.library.crashes import frozen_primary, happy_path, power_cut, primary_killed
from scenarios.library.disks import amnesia_of_one, full_disk, slow_disks, torn_write, wiped_member
from scenarios.library.liars import (
    double_votes,
    equivocating_primary,
    lying_gateway,
    mutated_fields,
    poisoned_snapshot,
    too_many_liars,
)
from scenarios.library.liars_about_views import flooding_member, forged_opening, huge_view, restless_member
from scenarios.library.links import deaf_primary, isolated_member, mute_primary, two_halves
from scenarios.library.moments import (
    decided_at_one,
    diverging_locks,
    final_while_leaving,
    killed_while_catching_up,
    two_chosen_steps,
)
from scenarios.library.returns import broker_away, far_behind, handed_over, late_fifth, rolling_restart
from scenarios.library.shapes import bridge, flapping_link, lossy_network, old_traffic, ring_of_majorities
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
        slow_disks,
        full_disk,
        wiped_member,
        amnesia_of_one,
        late_fifth,
        rolling_restart,
        handed_over,
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
        censored_client,
        clock_jump,
        equivocating_primary,
        double_votes,
        mutated_fields,
        poisoned_snapshot,
        lying_gateway,
        huge_view,
        forged_opening,
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
