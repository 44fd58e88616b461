"""The keeper's file in a platform's home: persons.json, mode 0600, sealed like the keys beside it.

It is replaced as a whole: the new file is on disk before it takes the old one's place, and the old one's bytes are then
overwritten. A command that is killed leaves one of the two, whole. What a disk keeps besides (worn blocks of an SSD,
snapshots, backups) is beyond a program's reach; the passphrase keeps that closed, and backups have to be erased where
they are.
"""

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from node.errors import KeysExposed, PassphraseWrong, PersonsUnreadable
from node.home.persons import PERSONS_MAX, Person, Persons
from node.home.sealing import (
    MEMORY_BYTES,
    MEMORY_BYTES_MAX,
    MEMORY_BYTES_MIN,
    OPERATIONS,
    OPERATIONS_MAX,
    Sealed,
    seal,
    unseal,
)

PERSON_FILE = "persons.json"

FILE_BYTES_MAX = 8 << 20
"""Twice what PERSONS_MAX take."""

Kept = Annotated[tuple[Person, ...], msgspec.Meta(max_length=PERSONS_MAX)]

_HEX = r"^([0-9a-f]{2})*\Z"


class OpenPersonFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="insecure"):
    """Salts as they are: for development only."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    persons: Kept


class SealedPersonFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="sealed"):
    """Salts under a passphrase."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    operations: Annotated[int, msgspec.Meta(ge=1, le=OPERATIONS_MAX)]
    """argon2id: passes."""
    memory_bytes: Annotated[int, msgspec.Meta(ge=MEMORY_BYTES_MIN, le=MEMORY_BYTES_MAX)]
    """argon2id: memory."""
    salt: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """argon2id's; nothing to do with anybody's."""
    nonce: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{48}\Z")]
    box: Annotated[str, msgspec.Meta(pattern=_HEX)]
    """All persons, encrypted and authenticated."""


def read_persons(path: Path, *, passphrase: bytes | None) -> Persons:
    """Who is kept in `path`; nobody where there is no such file. `passphrase` is None where the home has none.

    Raises: KeysExposed, PersonsUnreadable or PassphraseWrong, each naming the file and the cure.
    """
    content = _read(path)
    if content is None:
        return ()
    if isinstance(content, OpenPersonFile):
        return content.persons
    if passphrase is None:
        raise PassphraseWrong(
            f"{path}: the salts are sealed and no passphrase was given. Nothing was changed."
            " What to do: give the passphrase that the keys of this home had when the file was made."
        )
    sealed = Sealed(
        content.operations,
        content.memory_bytes,
        bytes.fromhex(content.salt),
        bytes.fromhex(content.nonce),
        bytes.fromhex(content.box),
    )
    opened = unseal(sealed, passphrase)
    if opened is None:
        raise PassphraseWrong(
            f"{path}: the passphrase does not open the salts, or the file was altered. Nothing was changed."
            " What to do: try the passphrase again; if it is the right one, restore the file from its backup."
        )
    try:
        return msgspec.msgpack.decode(opened, type=Kept)
    except msgspec.MsgspecError as error:
        raise _unreadable(path, error) from error


def write_persons(
    path: Path,
    persons: Persons,
    *,
    passphrase: bytes | None,
    operations: int = OPERATIONS,
    memory_bytes: int = MEMORY_BYTES,
) -> None:
    """Put these into the place of all that `path` keeps, sealed unless `passphrase` is None.

    Raises: OSError; the file is then as it was.
    """
    content: OpenPersonFile | SealedPersonFile
    if passphrase is None:
        content = OpenPersonFile(1, persons)
    else:
        made = seal(msgspec.msgpack.encode(persons), passphrase, operations=operations, memory_bytes=memory_bytes)
        content = SealedPersonFile(1, operations, memory_bytes, made.salt.hex(), made.nonce.hex(), made.box.hex())
    building = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        # Of a command that was killed: it may hold who was erased since.
        _overwrite(building)
        building.unlink()
    descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(content) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    with _open_still(path) as old:
        building.replace(path)
        _sync_folder(path.parent)
        if old is not None:
            _blank(old)


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """Let one command at a time read and change the file; the others wait."""
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> OpenPersonFile | SealedPersonFile | None:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeysExposed(
                    f"{path}: others may read or write the salts (mode {mode:04o}). Nothing was read."
                    f" What to do: chmod 600 {path}; if others had access to this machine, take the salts for known."
                )
            content = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        return msgspec.json.decode(content, type=OpenPersonFile | SealedPersonFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> PersonsUnreadable:
    return PersonsUnreadable(
        f"{path}: the salts cannot be read ({error}). Nothing was changed. What to do: restore the file from its"
        " backup; without it nobody can open the commitments of these people again."
    )


@contextlib.contextmanager
def _open_still(path: Path) -> Iterator[int | None]:
    """The file at `path` as it is now, even when another takes its place; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _overwrite(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        _blank(descriptor)
    finally:
        os.close(descriptor)


def _blank(descriptor: int) -> None:
    """Zeros in the place of a file's bytes, down to the disk."""
    left, place = os.fstat(descriptor).st_size, 0
    while left > 0:
        count = os.pwrite(descriptor, bytes(min(left, 1 << 20)), place)
        left, place = left - count, place + count
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
