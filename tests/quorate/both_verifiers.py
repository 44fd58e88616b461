"""`python -m tests.quorate.both_verifiers --count 10000`: both verifiers say the same of whatever is altered.

The one is Quorate's; the other was written from docs/CERTIFICATE.md (tests/quorate/from_the_document). They must agree
on the outcome of each check, and neither may let an altered file hold. As many files as asked for are altered in one
byte, and as many in one value: a field of the JSON becomes another one, of its own type or none of it.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import click

from quorate.verifier.checks import verify as verify_as_quorate
from tests.quorate.alterations import files
from tests.quorate.from_the_document.verify import verify as verify_from_the_document

_DIGITS = b"0123456789abcdef"
_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, 2, 255, 256, -1, 2**63 - 1, 2**63, 2**64, 1.0),
    *("", "a", "A", "é", "\ud800", "0", "00", "0" * 64, "0" * 66, "0" * 128, "l", "leaf", "branch", "holdings"),
    *([], {}, [None], ["0" * 64], ["0" * 64] * 2, ["0" * 64] * 3, ["0" * 64] * 33, {"a": 1}),
)

Outcomes = list[tuple[str, str]]
"""Every check's name and what became of it, in order."""

Alter = Callable[[bytes, Random], bytes]
"""Another file, made of a good one."""


def outcomes_of_both(file: bytes, charter: bytes, content_hash: bytes | None = None) -> tuple[Outcomes, Outcomes]:
    """What Quorate's verifier makes of `file`, and what the one from the document does."""
    first = verify_as_quorate(file, charter, content_hash)
    second = verify_from_the_document(file, charter, content_hash)
    return (
        [(check.name, str(check.outcome)) for check in first.checks],
        [(name, str(outcome)) for name, outcome in second.outcomes],
    )


def in_one_byte(data: bytes, random: Random) -> bytes:
    """`data` with another byte at one place; a digit often becomes another digit, which gets past `format`."""
    place = random.randrange(len(data))
    others = _DIGITS if data[place] in _DIGITS and random.random() < 0.7 else bytes(range(256))
    byte = random.choice([other for other in others if other != data[place]])
    return data[:place] + bytes([byte]) + data[place + 1 :]


def in_one_value(data: bytes, random: Random) -> bytes:
    """`data` with another value in one field of its JSON, or with one too many, too few, or twice."""
    content: object = json.loads(data)
    holder, key = random.choice(list(_fields(content)))
    old = holder[key]
    ways = [value for value in _VALUES if value != old or type(value) is not type(old)]
    if isinstance(old, str) and old:
        ways += [old + "0", old + "00", old[:-1], old[2:], old.upper() + " ", old + "\n", old[::-1] + "é"]
    if isinstance(old, int):
        ways += [old + 1, old - 1]
    if isinstance(old, list) and old:
        ways += [old * 2, old * 400, old[1:], old[:-1], [*old, None]]
    if isinstance(old, dict):
        ways += [old | {"more": 1}, dict(list(old.items())[1:])]
    holder[key] = random.choice(ways)
    return json.dumps(content, separators=(",", ":")).encode()


def compare(count: int, *, seed: int, alter: Alter) -> tuple[Counter[str], list[str]]:
    """Alter `count` files, the kinds in turn: how often each check was the reason, and a line for each disagreement.

    A line says also where an altered file holds, be it that both verifiers say so.
    """
    random = Random(seed)
    kinds = files()
    reasons: Counter[str] = Counter()
    disagreements: list[str] = []
    for number in range(count):
        name, data, charter = kinds[number % len(kinds)]
        first, second = outcomes_of_both(alter(data, random), charter)
        failed = [check for check, outcome in second if outcome == "failed"]
        reasons[failed[0] if failed else "none"] += 1
        if first != second or not failed:
            disagreements.append(f"{name}, number {number} of seed {seed}: {first} and {second}")
    return reasons, disagreements


def _fields(content: object) -> list[tuple[dict[object, object], object]]:
    """Every place in `content` that holds a value: what it is in, and its key or index there."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    places: list[tuple[dict[object, object], object]] = []
    for key, value in inner:
        places += [(content, key), *_fields(value)]  # type: ignore[list-item]  # a list is indexed as a dict is
    return places


def main() -> int:
    """Print what was tried and what the reasons were; exit 1 at a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    found = False
    for name, alter in (("byte", in_one_byte), ("value", in_one_value)):
        reasons, disagreements = compare(arguments.count, seed=arguments.seed, alter=alter)
        found = found or bool(disagreements)
        click.echo(
            f"{arguments.count} files altered in one {name} each, seed {arguments.seed}:"
            f" {len(disagreements)} disagreements."
        )
        click.echo("  " + ", ".join(f"{reason} {times}" for reason, times in reasons.most_common()))
        for line in disagreements:
            click.echo(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
