"""`python -m tests.quorate.from_the_document FILE CHARTER [CONTENT]`: exit 0 where it holds, 10 where it does not."""

import sys
from pathlib import Path

from tests.quorate.from_the_document.verify import verify


def main() -> int:
    """Print every check and what became of it."""
    verdict = verify(*(Path(argument).read_bytes() for argument in sys.argv[1:4]))
    for name, outcome in verdict.outcomes:
        sys.stdout.write(f"{outcome:8} {name}\n")
    sys.stdout.write("It holds.\n" if verdict.holds else f"It does not hold: {verdict.reason}.\n")
    return 0 if verdict.holds else 10


if __name__ == "__main__":
    sys.exit(main())
