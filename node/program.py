"""How this program is called from where its user stands, so that a command which is printed can be run; its version."""

import shlex
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def quorate_command() -> str:
    """`quorate` where a shell finds this very installation under that name, else the script's path or the module."""
    script = _beside_python("quorate")
    found = shutil.which("quorate")
    if not script.is_file():
        return f"{python_command()} -m quorate"
    return "quorate" if found is not None and script.samefile(found) else _from_here(script)


def python_command() -> str:
    """The interpreter that runs this, from here."""
    return _from_here(Path(sys.executable))


def program_version() -> str:
    """Of the installed program."""
    try:
        return version("quorate")
    except PackageNotFoundError:
        return "not installed"


def _beside_python(name: str) -> Path:
    """The script of that name in the interpreter's own folder, which is where an installation puts it."""
    return Path(sys.executable).parent / name


def _from_here(path: Path) -> str:
    """A path that a shell takes, short where it lies below the current folder."""
    return shlex.quote(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
