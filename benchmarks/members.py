"""What the members and the broker use while a load runs: read from outside, before and after the measured part."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
import psutil

from benchmarks.connection import Gateway
from scenarios.consortium import LiveConsortium
from scenarios.errors import MemberFailed

_COUNTED = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
"""Leading fields of the system's times; what follows counts guests twice."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What all members together did in a measured part."""

    cpu_ms: int
    """Processor time of all members."""
    broker_cpu_ms: int
    """And of the embedded broker; 0 where another one was used."""
    machine_cpu_ms: int
    """And of everything on this machine, these included."""
    memory_mib: dict[str, float]
    """Resident set of each member at the end."""
    blocks: int
    messages: int
    """Published by all members, those for one member only included."""
    message_bytes: int
    """Their payloads."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at one moment."""

    cpu_ms: int
    broker_cpu_ms: int
    machine_cpu_ms: int
    memory_mib: dict[str, float]
    certified: int
    messages: int
    message_bytes: int

    def until(self, later: "Reading") -> Use:
        """What happened between this and a later reading."""
        return Use(
            cpu_ms=later.cpu_ms - self.cpu_ms,
            broker_cpu_ms=later.broker_cpu_ms - self.broker_cpu_ms,
            machine_cpu_ms=later.machine_cpu_ms - self.machine_cpu_ms,
            memory_mib=later.memory_mib,
            blocks=later.certified - self.certified,
            messages=later.messages - self.messages,
            message_bytes=later.message_bytes - self.message_bytes,
        )


async def read_members(consortium: LiveConsortium, gateways: dict[str, Gateway]) -> Reading:
    """Read every counter once: first what this machine knows at once, then what busy members say.

    Raises: MemberFailed when a gateway does not answer.
    """
    usages = {name: process.usage() for name, process in consortium.members.items()}
    broker_cpu_ms, machine_cpu_ms = _broker_cpu_ms(consortium), _machine_cpu_ms()
    answers = await asyncio.gather(*(gateway.get("/metrics") for gateway in gateways.values()))
    for status, body in answers:
        if status != HTTPStatus.OK:
            raise MemberFailed(f"A gateway did not tell its figures (status {status}): {body[:200]!r}.")
    figures = [read_metrics(body) for _, body in answers]
    return Reading(
        cpu_ms=sum(usage.cpu_ms for usage in usages.values() if usage is not None),
        broker_cpu_ms=broker_cpu_ms,
        machine_cpu_ms=machine_cpu_ms,
        memory_mib={
            name: round(usage.memory_bytes / (1 << 20), 1) for name, usage in usages.items() if usage is not None
        },
        certified=max(each["quorate_certified_height"] for each in figures),
        messages=sum(each["quorate_bus_published_total"] for each in figures),
        message_bytes=sum(each["quorate_bus_published_bytes_total"] for each in figures),
    )


def read_metrics(text: bytes) -> dict[str, int]:
    """Figures without labels out of Prometheus' text format, by name."""
    pairs = (line.split(" ") for line in text.decode().splitlines() if line and not line.startswith("#"))
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and "{" not in pair[0]}


def _machine_cpu_ms() -> int:
    """Processor time that was not idle, on all cores."""
    times = psutil.cpu_times()
    waited = getattr(times, "iowait", 0.0)
    return int((sum(times[: len(_COUNTED)]) - times.idle - waited) * 1000)


def _broker_cpu_ms(consortium: LiveConsortium) -> int:
    pid = None if consortium.broker is None else consortium.broker.pid
    if pid is None:
        return 0
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0
    return int((times.user + times.system) * 1000)
