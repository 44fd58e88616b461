"""`quorate person`: a platform keeps the salts of the people it has checked, and erases them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

DOCUMENT_BYTES_MAX = 1_024
"""Longer than what stands on any document; who points at a wrong file learns it at once."""

HOME = click.argument("home", type=click.Path(exists=True, file_okay=False, path_type=Path))

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="File with the passphrase of keys.json. Default: $QUORATE_PASSPHRASE_FILE, else you are asked.",
)

DOCUMENT = click.option(
    "--document-file",
    type=click.Path(allow_dash=True, path_type=str),
    help="File with the number of the identity document, or - for standard input. Default: you are asked.",
)


@click.group("person")
def person() -> None:
    """Keep the salts of the people whose papers a platform has checked; erase them when they leave.

    On the chain a person is a commitment that nobody opens without the salt. Salts lie in persons.json of the
    platform's HOME, mode 0600, under the passphrase of its keys. No document's number is kept anywhere, and none is
    given on a command line, which every user of the machine can read.
    """


@person.command("add", epilog="Exit status: 0 when the account is kept; 1 when not; 2 for a wrong command line.")
@HOME
@click.argument("account")
@DOCUMENT
@click.option(
    "--salt-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the salt that the person brought from another platform, in hexadecimal.",
)
@click.option("--own-key", metavar="HEX", help="The customer's public key. Default: HOME makes a key and keeps it.")
@PASSPHRASE
def add(
    home: Path,
    account: str,
    document_file: str | None,
    salt_file: Path | None,
    own_key: str | None,
    passphrase_file: Path | None,
) -> None:
    """Keep a new ACCOUNT of a person whose papers were checked.

    The account is called <platform>.<name>. What registers it on the chain is printed. A person who has another account
    here keeps the salt, so that limits hold for the person.
    """
    from node.errors import PersonRefused
    from node.home import persons

    if own_key is not None:
        _bytes(own_key, "--own-key")
    salt = None if salt_file is None else _bytes(salt_file.read_text(errors="replace").strip()[:256], "--salt-file")
    with _keeper(home, passphrase_file) as keeper:
        platform = keeper.member
        if not account.startswith(f"{platform}."):
            raise PersonRefused(
                f"{account[:80]!r} is no account of {platform}. Nothing was changed."
                f" What to do: a person's account there is called {platform}.<name>."
            )
        document = _document(document_file)
        kept, made = persons.add(keeper.persons, account, document, salt=salt, own_key=own_key is not None)
        keeper.write(kept)
    key = own_key if own_key is not None else (persons.public_key_of(made) or b"").hex()
    click.echo(f"{account}: kept in {home}, {len(kept)} of at most {persons.PERSONS_MAX:,} accounts. To register it:")
    click.echo(
        f"  quorate submit {home} register_account account={account} \\\n    person={made.person.hex()} \\\n"
        f"    public_key={key} \\\n    claims=real_name"
    )


@person.command("show", epilog="Exit status: 0; 1 where there is no such account; 2 for a wrong command line.")
@HOME
@click.argument("account", required=False)
@click.option("--check", is_flag=True, help="Ask for a document, and say whether this person holds it.")
@DOCUMENT
@click.option("--salt", is_flag=True, help="Print the salt, for the person to take to another platform.")
@PASSPHRASE
def show(
    home: Path,
    account: str | None,
    check: bool,
    document_file: str | None,
    salt: bool,
    passphrase_file: Path | None,
) -> None:
    """Print whom HOME keeps, or what it keeps of ACCOUNT."""
    from ledger.person import opens
    from node.home import persons

    if account is None and (check or salt or document_file):
        raise click.UsageError("name the account")
    with _keeper(home, passphrase_file) as keeper:
        found = keeper.persons
    if account is None:
        for each in found:
            click.echo(f"{each.account}  person {each.person.hex()}  key {'kept here' if each.seed else 'its own'}")
        click.echo(f"{len(found)} accounts of {len({each.salt for each in found})} people")
        return
    one = persons.find(found, account)
    if one is None:
        raise click.ClickException(f"{account} is not kept in {home}.")
    key = persons.public_key_of(one)
    click.echo(f"person      {one.person.hex()}")
    click.echo(f"public_key  {'its own' if key is None else key.hex()}")
    if salt:
        click.echo(f"salt        {one.salt.hex()}")
    if check or document_file:
        holds = opens(one.person, one.salt, persons.written_number(_document(document_file)))
        click.echo(f"document    {'is this person' if holds else 'is NOT this person'}'s")


@person.command("erase", epilog="Exit status: 0 when it is erased; 1 when not; 2 for a wrong command line.")
@HOME
@click.argument("account")
@click.option("--yes", is_flag=True, help="Do not ask.")
@PASSPHRASE
def erase(home: Path, account: str, yes: bool, passphrase_file: Path | None) -> None:
    """Erase the person who has ACCOUNT, for good.

    Salt and keys of all accounts of that person are gone. Nobody can open the commitment again, while certificates and
    counts hold as before. What the accounts own can be given with a new key only (`quorate submit HOME
    rotate_key ...`).
    """
    from node.home import persons

    with _keeper(home, passphrase_file) as keeper:
        kept, erased = persons.erase(keeper.persons, account)
        if not yes:
            click.confirm(f"Erase the salt and keys of {', '.join(erased)}? This cannot be undone", abort=True)
        keeper.write(kept)
    click.echo(
        f"Erased: {', '.join(erased)}. No copy of the salt is in {home}; erase your backups of persons.json too."
    )


class _Keeper:
    """persons.json of one home, open."""

    def __init__(self, home: Path, passphrase_file: Path | None) -> None:
        from node.home.person_file import PERSON_FILE, read_persons
        from quorate.commands.signing import open_keys

        opened = open_keys(home, passphrase_file=passphrase_file)
        self.member = opened.member.account
        self._path = home / PERSON_FILE
        self._passphrase = opened.passphrase
        self.persons = read_persons(self._path, passphrase=opened.passphrase)

    def write(self, persons: Any) -> None:
        """Keep these from now on."""
        from node.home.person_file import write_persons

        write_persons(self._path, persons, passphrase=self._passphrase)


@contextmanager
def _keeper(home: Path, passphrase_file: Path | None) -> Iterator[_Keeper]:
    """The keeper of `home`; nobody else changes it meanwhile.

    Raises: click.ClickException for whatever is wrong, and nothing was changed.
    """
    from node.errors import NodeFault
    from node.home.person_file import PERSON_FILE, changing

    try:
        with changing(home / PERSON_FILE):
            yield _Keeper(home, passphrase_file)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or home}: {error.strerror}. Nothing was changed. What to do: see to the disk, and repeat."
        ) from error


def _document(file: str | None) -> str:
    """The number on a document, from a file, standard input or the keyboard.

    Raises: click.ClickException.
    """
    if file is None and sys.stdin.isatty():
        return str(click.prompt("Number of the document", hide_input=True))
    if file is None:
        raise click.UsageError("there is no terminal to ask for the document: give --document-file, or - to read it")
    with click.open_file(file, "rb") as opened:
        content: bytes = opened.read(DOCUMENT_BYTES_MAX + 1)
    try:
        return content[:DOCUMENT_BYTES_MAX].decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is no text in UTF-8") from error


def _bytes(text: str, option: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise click.BadParameter("32 bytes are 64 hex digits", param_hint=option)
    return value
