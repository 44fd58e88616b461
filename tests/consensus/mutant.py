"""What a mutant is: a known wrong protocol, a line or two away from the right one.

Mutants test the tests. Each names what must find it; `test_mutants.py` holds that it does, and that the right protocol
passes there. Campaigns put the same mutants into whole nodes.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

PACKAGES = ("consensus", "node", "tests")
"""Where a function may be known by name. Those of `tests` are drivers that do what node/ does."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberate fault in the protocol."""

    name: str
    """The fault in a few words; unique."""
    what: str
    """What it does, in one sentence."""
    breaks: str
    """The line of PROTOCOL.md that it breaks."""
    found_by: str
    """A story or test in tests/consensus, `module.function`, that fails with it and holds without."""
    words: str
    """What the failure says, as a pattern; empty where any assertion of that test will do."""
    apply: Callable[[pytest.MonkeyPatch], None]
    """Puts the fault in, until the patch is undone."""


def mutant(*, breaks: str, found_by: str, words: str = "") -> Callable[[Callable[[pytest.MonkeyPatch], None]], Mutant]:
    """Make a mutant of the function that applies it: its name is the fault's, its docstring says what it does."""

    def make(apply: Callable[[pytest.MonkeyPatch], None]) -> Mutant:
        what = inspect.getdoc(apply) or ""
        return Mutant(apply.__name__.replace("_", " "), what, breaks, found_by, words, apply)

    return make


def swap(patch: pytest.MonkeyPatch, right: Callable[..., Any], wrong: Callable[..., Any]) -> None:
    """Put `wrong` wherever a module knows `right` by name."""
    known = [
        (module, name)
        for path, module in sorted(sys.modules.items())
        if path.partition(".")[0] in PACKAGES
        for name, value in list(vars(module).items())
        if value is right
    ]
    assert known, f"nobody knows {right} by name: this mutant changes nothing"
    for module, name in known:
        patch.setattr(module, name, wrong)
