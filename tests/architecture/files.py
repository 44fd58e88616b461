"""Reads the sources as text and syntax, for rules that no linter knows."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("canonical", "consensus", "ledger", "network", "node", "scenarios", "benchmarks", "console", "quorate")


def sources(*packages: str) -> list[Path]:
    """Every Python file of the packages, by default of all but the tests."""
    return [path for package in packages or PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name_of(path: Path) -> str:
    """The file's name from the root, as the messages show it."""
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The dotted name of every import, wherever in the file it stands."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return tuple(found)
