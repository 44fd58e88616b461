"""`python -m tests.quorate.from_the_document FILE CHARTER [CONTENT]`: exit 0 where it holds, 10 where it does not."""

import hashlib
import sys
from pathlib import Path

from tests.quorate.from_the_document.verify import verify


def main() -> int:
    """Print every check and what became of it."""
    file, charter, *content = (Path(argument).read_bytes() for argument in sys.argv[1:])
    verdict = verify(file, charter, hashlib.sha256(content[0]).digest() if content else None)
    for name, outcome in verdict.outcomes:
        sys.stdout.write(f"{outcome:8} {name}\n")
    sys.stdout.write("It holds.\n" if verdict.holds else f"It does not hold: {verdict.reason}.\n")
    return 0 if verdict.holds else 10


if __name__ == "__main__":
    sys.exit(main())
