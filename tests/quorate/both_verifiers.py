"""`python -m tests.quorate.both_verifiers --count 10000`: both verifiers say the same of files altered in one byte.

The one is Quorate's; the other was written from docs/CERTIFICATE.md (tests/quorate/from_the_document). They must agree
on the outcome of each check, and neither may let an altered file hold.
"""

import argparse
import sys
from collections import Counter
from hashlib import sha256
from random import Random

import click

from quorate.verifier.checks import verify as verify_as_quorate
from tests.quorate.alterations import files
from tests.quorate.from_the_document.verify import verify as verify_from_the_document

_DIGITS = b"0123456789abcdef"

Outcomes = list[tuple[str, str]]
"""Every check's name and what became of it, in order."""


def outcomes_of_both(file: bytes, charter: bytes, content: bytes | None = None) -> tuple[Outcomes, Outcomes]:
    """What Quorate's verifier makes of `file`, and what the one from the document does."""
    first = verify_as_quorate(file, charter, None if content is None else sha256(content).digest())
    second = verify_from_the_document(file, charter, content)
    return (
        [(check.name, str(check.outcome)) for check in first.checks],
        [(name, str(outcome)) for name, outcome in second.outcomes],
    )


def altered(data: bytes, random: Random) -> bytes:
    """`data` with another byte at one place; a digit often becomes another digit, which gets past `format`."""
    place = random.randrange(len(data))
    others = _DIGITS if data[place] in _DIGITS and random.random() < 0.7 else bytes(range(256))
    byte = random.choice([other for other in others if other != data[place]])
    return data[:place] + bytes([byte]) + data[place + 1 :]


def compare(count: int, *, seed: int) -> tuple[Counter[str], list[str]]:
    """Alter `count` files, the kinds in turn: how often each check was the reason, and a line for each disagreement.

    A line says also where an altered file holds, be it that both verifiers say so.
    """
    random = Random(seed)
    kinds = files()
    reasons: Counter[str] = Counter()
    disagreements: list[str] = []
    for number in range(count):
        name, data, charter = kinds[number % len(kinds)]
        file = altered(data, random)
        first, second = outcomes_of_both(file, charter)
        failed = [check for check, outcome in second if outcome == "failed"]
        reasons[failed[0] if failed else "none"] += 1
        if first != second or not failed:
            disagreements.append(f"{name}, number {number} of seed {seed}: {first} and {second}")
    return reasons, disagreements


def main() -> int:
    """Print what was tried and what the reasons were; exit 1 at a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    reasons, disagreements = compare(arguments.count, seed=arguments.seed)
    click.echo(
        f"{arguments.count} files altered in one byte each, seed {arguments.seed}: {len(disagreements)} disagreements."
    )
    for reason, times in reasons.most_common():
        click.echo(f"{times:7}  {reason}")
    for line in disagreements:
        click.echo(line)
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
