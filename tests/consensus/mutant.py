"""What a mutant is: a known wrong protocol, or a wrong ledger, a line or two away from the right one.

Mutants test the tests. Each names what must find it; `test_mutants.py` holds that it does, and that the right one
passes there. Campaigns put those of the protocol into whole nodes.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import pytest

PACKAGES = ("consensus", "ledger", "node", "tests")
"""Where a function may be known by name. Those of `tests` are drivers that do what node/ does."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberate fault in the protocol, or in the ledger."""

    name: str
    """The fault in a few words; unique."""
    what: str
    """What it does, in one sentence."""
    breaks: str
    """The line of PROTOCOL.md that it breaks, or the rule or part of LEDGER.md."""
    found_by: str
    """A story or test in tests/consensus or tests/ledger, `module.function`, that fails with it and holds without."""
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


def runs_of(package: str, found_by: str) -> Iterator[Callable[[], None]]:
    """The story or test of this name in `package`, once for each of its parameters."""
    module, _, name = found_by.rpartition(".")
    story = getattr(importlib.import_module(f"{package}.{module}"), name)
    parameters = [mark.args for mark in getattr(story, "pytestmark", []) if mark.name == "parametrize"]
    for values in product(*(values for _, values in parameters)):
        arguments: dict[str, object] = {}
        for (names, _), value in zip(parameters, values, strict=True):
            arguments.update({names: value} if isinstance(names, str) else dict(zip(names, value, strict=True)))
        yield partial(story, **arguments)
