"""Who signs what a command hands in: the member whose key lies in a home, or a person whose key it keeps."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from canonical.hashing import Digest
    from node.home.keys import KeyPair


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
    from node.home.key_file import is_sealed, read_key_file
    from node.home.passphrase import find_passphrase

    file = home / KEY_FILE
    try:
        charter = read_charter(home / CHARTER_FILE)
        passphrase = find_passphrase(passphrase_file, environment=os.environ) if is_sealed(file) else None
        keys = read_key_file(file, passphrase=passphrase).operator
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    member = next((each.id for each in charter.members if each.operator_key == keys.public_key), None)
    if member is None:
        raise click.ClickException(
            f"{file}: these keys are no member's of the charter beside them. Nothing was changed."
            " What to do: use the home as it was made, with its own charter.json and keys.json."
        )
    return Opened(Signer(member, keys, chain_id(charter)), passphrase)


def signer_of(home: Path, *, passphrase_file: Path | None, account: str | None = None) -> Signer:
    """The member of `home`, or the person with `account` whose key its keeper has.

    Raises: click.ClickException saying what is wrong and what to do.
    """
    from node.errors import NodeFault
    from node.home.person_file import PERSON_FILE, read_persons
    from node.home.persons import find

    opened = open_keys(home, passphrase_file=passphrase_file)
    if account in (None, opened.member.account):
        return opened.member
    assert account is not None, "looked at before"
    try:
        person = find(read_persons(home / PERSON_FILE, passphrase=opened.passphrase), account)
    except NodeFault as fault:
        raise click.ClickException(str(fault)) from fault
    if person is None or person.keys is None:
        raise click.ClickException(
            f"The key of {account} is not in {home}. Nothing was signed. What to do: sign for {opened.member.account},"
            " or for an account that `quorate person show` lists with a key."
        )
    return Signer(account, person.keys, opened.member.chain)


def node_of(home: Path, node: str | None) -> str:
    """Whom to hand it to: `node`, or the node of the home.

    Raises: click.UsageError for the home of a member that runs none.
    """
    from node.home.home import SETTINGS_FILE

    if node is None and not (home / SETTINGS_FILE).exists():
        raise click.UsageError(f"{home} is the home of a member that runs no node: name one with --node")
    return str(home) if node is None else node
