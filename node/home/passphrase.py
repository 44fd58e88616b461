"""Where the passphrase of a key file comes from: a file, or somebody at the keyboard.

Never the command line, which every user of the machine can read.
"""

import sys
from collections.abc import Callable, Mapping
from getpass import getpass
from pathlib import Path

from node.errors import PassphraseWrong

VARIABLE = "QUORATE_PASSPHRASE_FILE"
"""Environment variable that names a file with the passphrase in it."""

PASSPHRASE_BYTES_MAX = 1_024
"""Longer than any passphrase; who points at a wrong file learns it at once."""


def ask(prompt: str) -> str:
    """Ask at the terminal, without showing what is typed.

    Raises: PassphraseWrong where there is no terminal.
    """
    if not sys.stdin.isatty():
        raise PassphraseWrong(
            "The keys are sealed and there is no terminal to ask for the passphrase. Nothing was changed."
            f" What to do: give --passphrase-file, or set {VARIABLE} to a file that holds it."
        )
    return getpass(prompt)


def find_passphrase(
    file: Path | None,
    *,
    environment: Mapping[str, str],
    prompt: str = "Passphrase of the member's keys: ",
    asking: Callable[[str], str] = ask,
) -> bytes:
    """The passphrase from `file`, else from the file that the environment names, else from `asking`.

    One line end after it is no part of it.

    Raises: PassphraseWrong where it is empty, too long or cannot be read.
    """
    if file is None and environment.get(VARIABLE):
        file = Path(environment[VARIABLE])
    if file is None:
        passphrase, source = asking(prompt).encode(), "the terminal"
    else:
        source = str(file)
        try:
            with file.open("rb") as opened:
                passphrase = opened.read(PASSPHRASE_BYTES_MAX + 2)
        except OSError as error:
            raise PassphraseWrong(
                f"{file}: the passphrase file cannot be read ({error.strerror}). Nothing was changed."
                " What to do: check the path and the right to read it."
            ) from error
        passphrase = passphrase.removesuffix(b"\n").removesuffix(b"\r")
    if not 1 <= len(passphrase) <= PASSPHRASE_BYTES_MAX:
        raise PassphraseWrong(
            f"The passphrase from {source} is empty or longer than {PASSPHRASE_BYTES_MAX} bytes. Nothing was changed."
            " What to do: give one of at least one byte."
        )
    return passphrase
