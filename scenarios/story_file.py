"""Stories in a Python file of one's own: the file is executed, and the scenarios that it defines are taken from it."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from scenarios.plan import Plan, PlanUnreadable
from scenarios.vocabulary import Scenario

SUFFIX = ".py"
"""What is executed; any other file is read as data."""

_MODULE = "told_story"
"""What the file is called while it is a module: its own name may be that of another one."""


def split_name(name: str) -> tuple[str, str]:
    """The file and the scenario of `FILE.py::NAME`; the scenario is empty where none is named."""
    file, mark, chosen = name.rpartition("::")
    return (file, chosen) if mark and file.endswith(SUFFIX) else (name, "")


def read_story(path: Path, chosen: str = "", *, members: int | None = None) -> Plan:
    """Execute a Python file and compile its scenario, or the one of that name.

    What the file only imports is not its own.

    Raises: PlanUnreadable for a file or a story that raises, and where no scenario or several are meant.
    """
    stories = _scenarios(path)
    listed = ", ".join(f"{path}::{name}" for name in sorted(stories))
    if chosen:
        wanted = chosen.replace("_", "-")
        if wanted not in stories:
            raise PlanUnreadable(f"{path}: no scenario {chosen!r} in it; there are: {listed or 'none'}")
        told = stories[wanted]
    elif len(stories) == 1:
        (told,) = stories.values()
    elif stories:
        raise PlanUnreadable(f"{path}: several scenarios; say which: {listed}")
    else:
        raise PlanUnreadable(f"{path}: no scenario in it; a story is a function under @scenario() (docs/SCENARIOS.md)")
    try:
        return told.plan(members=members)
    except PlanUnreadable:
        raise
    except Exception as error:
        raise PlanUnreadable(f"{path}::{told.name}: {type(error).__name__}: {error}") from error


def _scenarios(path: Path) -> dict[str, Scenario]:
    """Those that the file defines, by name.

    Raises: PlanUnreadable.
    """
    spec = spec_from_file_location(_MODULE, path)
    assert spec is not None, "a file that ends like Python source has a loader"
    assert spec.loader is not None, "a file is no package without one"
    module = module_from_spec(spec)
    # Classes look their module up by name while they are made.
    sys.modules[_MODULE] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise PlanUnreadable(f"{path}: cannot be executed: {type(error).__name__}: {error}") from error
    finally:
        del sys.modules[_MODULE]
    found = [each for each in vars(module).values() if isinstance(each, Scenario)]
    return {each.name: each for each in found if each.story.__module__ == _MODULE}
