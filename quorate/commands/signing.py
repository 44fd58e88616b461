"""Who signs what a command hands in: the member whose key lies in a home, or a person whose key it keeps.

A member whose key was replaced has a key file of its own beside the home's: it signs with `--account` and `--key-file`.
"""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from canonical.hashing import Digest
    from node.home.keys import KeyPair, MemberKeys

WAIT_S = 30

WAIT_S_MAX = 3_600


@dataclass(frozen=True, slots=True)
class Signer:
    """An account with its key, on one chain."""

    account: str
    keys: "KeyPair"
    chain: "Digest"


@dataclass(frozen=True, slots=True)
class Opened:
    """A home whose keys were opened."""

    member: Signer
    """The member whose home it is."""
    passphrase: bytes | None = field(repr=False)
    """Of its keys; None where they are not sealed."""


def open_keys(home: Path, *, passphrase_file: Path | None) -> Opened:
    """Open the keys of `home`, which may be one that runs no node: a regulator has keys and a charter all the same.

    Raises: click.ClickException saying what is wrong with the home and what to do.
    """
    from ledger.charter import chain_id
    from node.errors import NodeFault
    from node.home.charter_file import read_charter
    from node.home.home import CHARTER_FILE, KEY_FILE

    file = home / KEY_FILE
    try:
        charter = read_charter(home / CHARTER_FILE)
        opened, passphrase = _open(file, passphrase_file)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    keys = opened.operator
    member = next((each.id for each in charter.members if each.operator_key == keys.public_key), None)
    if member is None:
        raise click.ClickException(
            f"{file}: these keys are no member's of the charter beside them. Nothing was changed."
            " What to do: use the home as it was made; for a key that came later give --account and --key-file."
        )
    return Opened(Signer(member, keys, chain_id(charter)), passphrase)


def signer_of(
    home: Path, *, passphrase_file: Path | None, account: str | None = None, key_file: Path | None = None
) -> Signer:
    """The member of `home`, or the person with `account` whose key its keeper has, or whoever has the key in a file.

    Raises: click.UsageError; click.ClickException saying what is wrong and what to do.
    """
    if key_file is not None:
        if account is None:
            raise click.UsageError("--key-file holds the key of some account: name it with --account")
        return _signer_from(home, key_file, account, passphrase_file=passphrase_file)
    opened = open_keys(home, passphrase_file=passphrase_file)
    return opened.member if account in (None, opened.member.account) else _person(home, opened, str(account))


def _signer_from(home: Path, key_file: Path, account: str, *, passphrase_file: Path | None) -> Signer:
    """Whoever has the operator key in `key_file`, on the chain of `home`."""
    from ledger.charter import chain_id
    from node.errors import NodeFault
    from node.home.charter_file import read_charter
    from node.home.home import CHARTER_FILE

    try:
        keys, _ = _open(key_file, passphrase_file)
        return Signer(account, keys.operator, chain_id(read_charter(home / CHARTER_FILE)))
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault


def _person(home: Path, opened: Opened, account: str) -> Signer:
    """A person whose key is kept in `home`."""
    from node.errors import NodeFault
    from node.home.person_file import PERSON_FILE, read_persons
    from node.home.persons import find

    try:
        person = find(read_persons(home / PERSON_FILE, passphrase=opened.passphrase), account)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    if person is None or person.keys is None:
        raise click.ClickException(
            f"The key of {account} is not in {home}. Nothing was signed. What to do: sign for {opened.member.account},"
            " or for an account that `quorate person show` lists with a key, or give its key file with --key-file."
        )
    return Signer(account, person.keys, opened.member.chain)


def _open(file: Path, passphrase_file: Path | None) -> tuple["MemberKeys", bytes | None]:
    """The keys in a file, and the passphrase that opened it. Raises: NodeFault."""
    from node.home.key_file import is_sealed, read_key_file
    from node.home.passphrase import find_passphrase

    passphrase = find_passphrase(passphrase_file, environment=os.environ) if is_sealed(file) else None
    return read_key_file(file, passphrase=passphrase), passphrase


def node_of(home: Path, node: str | None) -> str:
    """Whom to hand it to: `node`, or the node of the home.

    Raises: click.UsageError for the home of a member that runs none.
    """
    from node.home.home import SETTINGS_FILE

    if node is None and not (home / SETTINGS_FILE).exists():
        raise click.UsageError(f"{home} is the home of a member that runs no node: name one with --node")
    return str(home) if node is None else node


@dataclass(frozen=True, slots=True)
class Signing:
    """What the options of a command that signs say."""

    node: str | None
    account: str | None
    key_file: Path | None
    passphrase_file: Path | None
    wait_s: int
    as_json: bool

    def node_of(self, home: Path) -> str:
        """Whom to hand it to. Raises: click.UsageError."""
        return node_of(home, self.node)

    def signer_of(self, home: Path) -> Signer:
        """Who signs. Raises: as the function."""
        return signer_of(home, passphrase_file=self.passphrase_file, account=self.account, key_file=self.key_file)


def signing_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of whoever signs; it takes them as one argument, `signing`."""

    @functools.wraps(command)
    def taking(
        *arguments: Any,
        node: str | None,
        account: str | None,
        key_file: Path | None,
        passphrase_file: Path | None,
        wait_s: int,
        as_json: bool,
        **others: Any,
    ) -> None:
        command(*arguments, signing=Signing(node, account, key_file, passphrase_file, wait_s, as_json), **others)

    taken: Callable[..., None] = taking
    for option in reversed(_OPTIONS):
        taken = option(taken)
    return taken


_OPTIONS = (
    click.option(
        "--node", metavar="NODE", help="Whom to hand it to: a gateway's URL, a home. Default: HOME's own node."
    ),
    click.option(
        "--account",
        metavar="ID",
        help="Who signs: a person whose key HOME keeps (`quorate person`). Default: the member.",
    ),
    click.option(
        "--key-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The key of --account, where HOME has not got it (`quorate charter keys`).",
    ),
    click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help="File with the passphrase of the keys. Default: $QUORATE_PASSPHRASE_FILE, else you are asked.",
    ),
    click.option(
        "--wait",
        "wait_s",
        type=click.IntRange(1, WAIT_S_MAX),
        default=WAIT_S,
        show_default=True,
        help="How many seconds it may take to become final.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print what the gateway answered."),
)
