"""What is looked at before the stage opens: a user's mistake is answered before anything was started or written."""

import os
from pathlib import Path

from network.url import parse_bus_url
from scenarios.errors import FolderUnusable
from scenarios.works import Work, read_works


def look_ahead(directory: Path, *, works: Path, works_min: int, buses: tuple[str, ...]) -> tuple[Work, ...]:
    """Return the works to be registered.

    Raises: FolderUnusable, CatalogueUnreadable, BadBusUrl.
    """
    _check_folder(directory)
    for url in buses:
        parse_bus_url(url)
    return read_works(works, count_min=works_min)[:works_min]


def _check_folder(directory: Path) -> None:
    """Make sure that the run's folder can be made and is nobody's yet.

    Raises: FolderUnusable.
    """
    if os.path.lexists(directory):
        raise FolderUnusable(
            f"{directory}: this exists already, and a run never writes into what it did not make. Nothing was changed."
            " What to do: give a folder that does not exist yet with --directory DIR, or move this one away."
        )
    parent = next(each for each in directory.absolute().parents if os.path.lexists(each))
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise FolderUnusable(
            f"{directory}: the run's folder cannot be made, for {parent} is no folder that you may write."
            " Nothing was started. What to do: give another folder with --directory DIR."
        )
