"""One seed, many streams of chance, each with a name: whoever draws more from one does not reshuffle the others."""

from hashlib import sha256
from random import Random


def stream(seed: int, name: str) -> Random:
    """The stream called `name` under `seed`; the same in every process, whatever its hash seed."""
    return Random(int.from_bytes(sha256(f"{seed}/{name}".encode()).digest(), "big"))
