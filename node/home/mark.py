"""The mark beside a member's keys: this key has bound its member on this chain, in views up to this one.

A member that starts with an empty database cannot tell whether it is new or lost what it said. The mark can: it lies
with the keys, apart from the database, and is on disk before the first vote or batch ever leaves. With it an empty
database is a lost one, and its member is mute (consensus/mute.py). It also holds the latest view in which the member
bound itself. How high the lost votes went, others can tell, since they rest on blocks that a quorum certified. What a
member alone asked for, in a VIEW-CHANGE that maybe one liar received, nobody can be trusted to tell. Views are few, so
the file is written seldom.
"""

import os
from pathlib import Path
from typing import Annotated

import msgspec

from canonical.hashing import Digest
from consensus.types import View
from node.errors import HomeUnusable, StorageFailed


class MarkFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """voted-<chain>.json."""

    chain: str
    """The chain id in hex."""
    view: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    """The latest view in which the member bound itself."""


class Mark:
    """One key's mark on one chain."""

    def __init__(self, home: Path, *, chain: Digest) -> None:
        """Stand for the mark in `home`, whether it is there or not."""
        self.path = home / f"voted-{chain.hex()[:16]}.json"
        self._chain = chain.hex()

    def read(self) -> View | None:
        """The view that it says, or None where there is no mark.

        Raises: HomeUnusable where it is there and cannot be understood.
        """
        try:
            mark = msgspec.json.decode(self.path.read_bytes(), type=MarkFile)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise HomeUnusable(
                f"{self.path}: this mark of what the member's key has signed cannot be read ({error}). Nothing was"
                " changed. What to do: restore it from its backup. Where the database beside it is whole, moving the"
                " mark away does no harm: it is made again."
            ) from error
        if mark.chain != self._chain:
            raise HomeUnusable(
                f"{self.path}, field chain: this mark is of another chain, {mark.chain}. Nothing was changed."
                " What to do: put the file back where it came from."
            )
        return View(mark.view)

    def write(self, view: View) -> None:
        """Make it say `view`; on return the disk has it, in one piece.

        Raises: StorageFailed; what it said before is kept, and nothing that needs it may leave.
        """
        building = self.path.with_suffix(".new")
        content = msgspec.json.format(msgspec.json.encode(MarkFile(self._chain, view))) + b"\n"
        try:
            with building.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            building.rename(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageFailed(
                f"{self.path}: the mark of what this key has signed cannot be written ({error.strerror}). What it said"
                " before is kept, and no vote left the node. What to do: check that the disk has room and that the"
                " member's user may write there, then start the member again."
            ) from error
