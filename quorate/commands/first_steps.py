"""What `quorate charter new` ends with: how to bring the new consortium up by hand, and a first transaction."""

import shlex
from pathlib import Path

from node.program import python_command, quorate_command


def first_steps(directory: Path, members: list[str], *, broker_port: int | None) -> str:
    """Return commands that run as they are printed; `broker_port` is None where the operator has a broker."""
    program, first = quorate_command(), members[0]
    homes = {member: shlex.quote(str(directory / member)) for member in members}
    nodes = [f"  {program} node --home {home}" for home in homes.values()]
    broker = [] if broker_port is None else [f"  {python_command()} -m network.broker --port {broker_port}"]
    proposal = f'{first}.1 change_parameters gifts_per_day=5 --reason "Five gifts a day."'
    return "\n".join(
        [
            "",
            "Start it by hand, each line in a terminal of its own:",
            *broker,
            *nodes,
            "",
            f"When each has said that it is ready, let {first} propose a change of the rules, and see it proved:",
            f"  {program} propose {homes[first]} {proposal}",
            f"  {program} query {homes[first]} proposals --proof",
            "",
            f"What else can be done: {program} --help",
        ]
    )
