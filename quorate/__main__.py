"""The command `quorate`. Each group of commands has a file of its own, named here and imported only when it is called.

So `quorate --help` answers at once, and a command that needs little (`verify` needs no bus, no ledger, no server) loads
little.
"""

import importlib

import click

import quorate

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("quorate.commands.demo", "A consortium's first day on this machine, in under a minute."),
    "start": ("quorate.commands.start", "Start the members of a run again, and a broker, to ask them."),
    "node": ("quorate.commands.node", "Run one member's node."),
    "campaign": ("quorate.commands.campaign", "Many seeds of simulated faults and lies, each judged."),
    "run": ("quorate.commands.run", "Run one scenario, in virtual time or with real processes."),
    "replay": ("quorate.commands.replay", "Ask a fresh core what a recorded node was asked; compare."),
    "scenarios": ("quorate.commands.scenarios", "List the scenarios, a line each."),
    "explain": ("quorate.commands.explain", "Ask members why the chain moves or does not."),
    "doctor": ("quorate.commands.doctor", "Print the three knobs and what they became."),
    "bench": ("quorate.commands.bench", "Measure a consortium on this machine."),
    "charter": ("quorate.commands.charter", "Found a consortium, and read what was founded."),
    "audit": ("quorate.commands.audit", "What was checked and refused in any block, with its proof."),
    "policy": ("quorate.commands.policy", "What would have happened under other rules."),
    "query": ("quorate.commands.query", "Ask a member about the ledger, with proof."),
    "submit": ("quorate.commands.submit", "Sign any operation for a member, and read its receipt."),
    "propose": ("quorate.commands.propose", "Put a change of the rules or the members to the vote."),
    "vote": ("quorate.commands.propose", "Vote for or against a proposal."),
    "person": ("quorate.commands.person", "Keep the salts of a platform's people, and erase them."),
    "certificate": ("quorate.commands.certificate", "Take a proof away from a member."),
    "verify": ("quorate.commands.verify", "Check a certificate with nothing but the charter."),
}
"""Name of a command -> the module that defines a click command of that name, and its line in `quorate --help`."""


class LateGroup(click.Group):
    """A group whose commands are imported when they are called, and listed without being imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return the command; None where there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module_name, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module_name), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command), f"{module_name} defines a click command {cmd_name}"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print one line a command without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(quorate.__version__, prog_name="quorate")
def main() -> None:
    """Run a consortium blockchain: PBFT over a message bus, a ledger of digital collectibles, no coin."""


if __name__ == "__main__":
    main(prog_name="quorate")
