"""`python -m tests.quorate.alterations --count 10000`: no proof altered in one random byte holds, of any kind."""

import argparse
import sys
from random import Random

import click

from node.statement_file import Kind
from quorate.verifier.checks import verify
from tests.quorate.certificates import block_of, charter_json
from tests.quorate.statements import GOOD, TOKEN, Life


def files() -> list[tuple[str, bytes, bytes]]:
    """One file of each kind: its name, its bytes, and the charter's."""
    life, block = Life(), block_of()
    charter = charter_json(life.charter)
    found = [(f"{kind.value} of {subject}", life.statement(kind, subject), charter) for kind, subject in GOOD]
    found.append(("ownership of what is held", Life.held().statement(Kind.OWNERSHIP, TOKEN), charter))
    return [("transaction", block.certificate(), charter_json(block.charter)), *found]


def passing(count: int, *, seed: int) -> list[str]:
    """Alter `count` files in one byte each, the kinds in turn; what held all the same."""
    random, found = Random(seed), []
    proofs = files()
    for number in range(count):
        name, data, charter = proofs[number % len(proofs)]
        place = random.randrange(len(data))
        altered = bytearray(data)
        altered[place] ^= random.randrange(1, 256)
        if verify(bytes(altered), charter).holds:
            found.append(f"{name}: byte {place} from {data[place]} to {altered[place]}")
    return found


def main() -> int:
    """Print what was tried; exit 1 if anything altered held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2021)
    options = parser.parse_args()
    for name, data, charter in files():
        assert verify(data, charter).holds, name
    found = passing(options.count, seed=options.seed)
    click.echo(
        f"{options.count} proofs of {len(files())} kinds, each altered in one byte (seed {options.seed}): "
        f"{len(found)} held"
    )
    click.echo("\n".join(found), nl=bool(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
