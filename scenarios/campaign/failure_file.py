"""A failure as a file: the smallest plan that shows it, and what was seen; `quorate campaign --replay` runs it again.

A picture of the moment lies beside it, under the same name.

A seed stands for a plan only as long as nobody changes how plans are drawn; a file stands for it always.
"""

from pathlib import Path

import msgspec

from consensus.messages import CertifiedBlock
from node.simulation import Crypto
from scenarios.campaign.plan import Plan
from scenarios.campaign.run import Outcome
from scenarios.errors import FolderUnusable, ScenarioFault

FILE_BYTES_MAX = 16 << 20
"""A plan is a page, a fork with its certificates some more; nothing longer is read."""

PICTURE_SUFFIX = ".svg"


class FailureUnreadable(ScenarioFault):
    """A file that is no failure of a campaign; the text says why."""


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds."""

    plan: Plan
    """Shrunk, if the campaign shrinks."""
    crypto: Crypto
    verdict: str
    """The verdict's name, in lower case."""
    reason: str
    trace: str
    """The trace hash of the run of `plan`."""
    accused: tuple[int, ...] = ()
    """Members that evidence names."""
    fork: tuple[CertifiedBlock, CertifiedBlock] | None = None
    """Both certified blocks, as on the wire; bytes are in base64."""
    detail: str = ""
    """Where each member stood and what it waited for, or a traceback; empty where the reason says all."""


def write_failure(folder: Path, outcome: Outcome, *, crypto: Crypto) -> Path:
    """Leave a failure and its picture in `folder`, which is made if it is not there; return the path of the plan.

    Raises: FolderUnusable.
    """
    failure = Failure(
        outcome.plan,
        crypto,
        outcome.verdict.name.lower(),
        outcome.reason,
        outcome.trace,
        outcome.accused,
        outcome.fork,
        outcome.detail,
    )
    path = folder / f"seed-{outcome.plan.seed}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(failure), indent=2) + b"\n")
        if outcome.picture:
            path.with_suffix(PICTURE_SUFFIX).write_text(outcome.picture, encoding="utf-8")
    except OSError as error:
        raise FolderUnusable(
            f"{folder}: a failure's plan cannot be written there ({error.strerror}). The campaign stopped at seed"
            f" {outcome.plan.seed}. What to do: give a folder that you may write with --directory DIR."
        ) from error
    return path


def read_failure(path: Path) -> Failure:
    """Read what `write_failure` wrote.

    Raises: FailureUnreadable.
    """
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise FailureUnreadable(f"{path}: longer than {FILE_BYTES_MAX} bytes")
        return msgspec.json.decode(path.read_bytes(), type=Failure)
    except (OSError, ValueError) as error:
        raise FailureUnreadable(f"{path}: not a failure of a campaign: {error}") from error


def is_failure(path: Path) -> bool:
    """Whether `read_failure` would read it."""
    try:
        read_failure(path)
    except FailureUnreadable:
        return False
    return True
