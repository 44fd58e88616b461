"""A member's keys on disk: one JSON file, mode 0600, sealed with a passphrase unless made for development.

Sealed means: both seeds in one box under the passphrase (node/home/sealing.py), whose parameters stand in the file.
"""

import os
import stat
from pathlib import Path
from typing import Annotated

import msgspec

from node.errors import KeysExposed, KeysUnreadable, PassphraseWrong
from node.home.keys import SEED_BYTES, KeyPair, MemberKeys
from node.home.sealing import (
    MEMORY_BYTES,
    MEMORY_BYTES_MAX,
    MEMORY_BYTES_MIN,
    NONCE_BYTES,
    OPERATIONS,
    OPERATIONS_MAX,
    SALT_BYTES,
    TAG_BYTES,
    Sealed,
    seal,
    unseal,
)

FILE_BYTES_MAX = 4_096
"""Several times what a key file has."""


def _hex(size_bytes: int) -> msgspec.Meta:
    return msgspec.Meta(pattern=rf"^[0-9a-f]{{{2 * size_bytes}}}\Z")


class OpenKeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="insecure"):
    """Keys as they are: for development only."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    node_seed: Annotated[str, _hex(SEED_BYTES)]
    operator_seed: Annotated[str, _hex(SEED_BYTES)]


class SealedKeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="sealed"):
    """Keys under a passphrase."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)]
    operations: Annotated[int, msgspec.Meta(ge=1, le=OPERATIONS_MAX)]
    """argon2id: passes."""
    memory_bytes: Annotated[int, msgspec.Meta(ge=MEMORY_BYTES_MIN, le=MEMORY_BYTES_MAX)]
    """argon2id: memory."""
    salt: Annotated[str, _hex(SALT_BYTES)]
    nonce: Annotated[str, _hex(NONCE_BYTES)]
    box: Annotated[str, _hex(TAG_BYTES + 2 * SEED_BYTES)]
    """Node seed and operator seed, encrypted and authenticated."""


def write_key_file(
    path: Path,
    keys: MemberKeys,
    *,
    passphrase: bytes | None,
    operations: int = OPERATIONS,
    memory_bytes: int = MEMORY_BYTES,
) -> None:
    """Write a new key file, sealed unless `passphrase` is None. The mode is 0600 from the first instant.

    Raises: FileExistsError; a key file is never overwritten.
    """
    seeds = keys.node.seed + keys.operator.seed
    content: OpenKeyFile | SealedKeyFile
    if passphrase is None:
        content = OpenKeyFile(1, keys.node.seed.hex(), keys.operator.seed.hex())
    else:
        made = seal(seeds, passphrase, operations=operations, memory_bytes=memory_bytes)
        content = SealedKeyFile(1, operations, memory_bytes, made.salt.hex(), made.nonce.hex(), made.box.hex())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def is_sealed(path: Path) -> bool:
    """Whether the key file asks for a passphrase. Raises: as `read_key_file`."""
    return isinstance(_read(path), SealedKeyFile)


def read_key_file(path: Path, *, passphrase: bytes | None) -> MemberKeys:
    """Read a member's keys; `passphrase` is not looked at where the file is not sealed.

    Raises: KeysExposed, KeysUnreadable or PassphraseWrong, each naming the file and the cure.
    """
    content = _read(path)
    if isinstance(content, OpenKeyFile):
        seeds = bytes.fromhex(content.node_seed + content.operator_seed)
    else:
        if passphrase is None:
            raise PassphraseWrong(
                f"{path}: the keys are sealed and no passphrase was given. Nothing was changed."
                " What to do: give --passphrase-file or set QUORATE_PASSPHRASE_FILE to a file that holds it."
            )
        opened = unseal(
            Sealed(
                content.operations,
                content.memory_bytes,
                bytes.fromhex(content.salt),
                bytes.fromhex(content.nonce),
                bytes.fromhex(content.box),
            ),
            passphrase,
        )
        if opened is None:
            raise PassphraseWrong(
                f"{path}: the passphrase does not open the keys, or the file was altered. Nothing was changed."
                " What to do: try the passphrase again; if it is the right one, restore the file from its backup."
            )
        seeds = opened
    return MemberKeys(KeyPair.from_seed(seeds[:SEED_BYTES]), KeyPair.from_seed(seeds[SEED_BYTES:]))


def _read(path: Path) -> OpenKeyFile | SealedKeyFile:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeysExposed(
                    f"{path}: others may read or write this key file (mode {mode:04o}). Nothing was read."
                    f" What to do: chmod 600 {path}; if others had access to this machine, make new keys."
                )
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise KeysUnreadable(
            f"{path}: the key file cannot be read ({error.strerror}). Nothing was changed."
            " What to do: check the member's home, or restore the file from its backup."
        ) from error
    try:
        return msgspec.json.decode(content, type=OpenKeyFile | SealedKeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise KeysUnreadable(
            f"{path}: no complete key file of version 1 ({error}). Nothing was changed."
            " What to do: restore the file from its backup; without it the member's keys are lost."
        ) from error
