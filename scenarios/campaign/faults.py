"""What each kind of fault does to a simulation, and how it ends."""

from collections.abc import Callable
from functools import partial

from network.policy import LinkPolicy
from node.simulation import Simulation
from node.simulation.member import SYNC_US, SimulatedMember
from scenarios.campaign.plan import Fault, FaultKind
from scenarios.campaign.twins import copies_of


def schedule(simulation: Simulation, fault: Fault) -> None:
    """Let `fault` begin and end at its times."""
    simulation.at(fault.at_ms, partial(begin, simulation, fault))


def begin(simulation: Simulation, fault: Fault) -> None:
    """Do it now, and undo it after its time."""
    end = _begin_links(simulation, fault) or _begin_members(simulation, fault)
    simulation.at(simulation.now_ms + fault.lasts_ms, end)


def _begin_links(simulation: Simulation, fault: Fault) -> Callable[[], None] | None:
    ids = simulation.network.links.ids
    source = tuple(ids[each] for each in fault.members)
    target = tuple(ids[each] for each in fault.others)
    share = fault.amount / 100
    match fault.kind:
        case FaultKind.PARTITION:
            rest = [each for each in ids if each not in source]
            return simulation.network.partition([source, rest] if rest else [source[:1], source[1:]]).heal
        case FaultKind.CUT | FaultKind.LOSS:
            policy = LinkPolicy(source, target, drop=share)
        case FaultKind.SLOW:
            policy = LinkPolicy(source, target, delay_ms=fault.amount, delay_ms_spread=fault.amount)
        case FaultKind.DUPLICATE:
            policy = LinkPolicy(source, target, duplicate=share)
        case FaultKind.REORDER:
            policy = LinkPolicy(source, target, reorder=share, delay_ms_spread=20)
        case FaultKind.CORRUPT:
            policy = LinkPolicy(source, target, corrupt=share)
        case _:
            return None
    return simulation.network.add(policy).heal


def _begin_members(simulation: Simulation, fault: Fault) -> Callable[[], None]:
    members = [copies_of(simulation)[each] for each in fault.members]
    for member in members:
        match fault.kind:
            case FaultKind.KILL | FaultKind.POWER_CUT:
                member.kill()
            case FaultKind.TEAR:
                member.tear_next_write()
            case FaultKind.WIPE:
                member.wipe()
            case FaultKind.PAUSE:
                member.pause()
            case FaultKind.CLOCK:
                member.set_clock(fault.amount, drift_ppm=fault.amount % 200)
            case FaultKind.SLOW_DISK:
                member.sync_us = fault.amount * 1_000
            case FaultKind.HAND_OVER:
                member.hand_over()
            case _:
                raise AssertionError(f"{fault.kind} befalls links")
    return partial(_recover_all, members)


def recover(member: SimulatedMember) -> None:
    """Give a member all it had: a process, a clock, a quick disk."""
    member.sync_us = SYNC_US
    member.set_clock()
    member.tear_next_write(False)
    member.resume()
    member.start()


def _recover_all(members: list[SimulatedMember]) -> None:
    for member in members:
        recover(member)
