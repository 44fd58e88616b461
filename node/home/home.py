"""A consortium's folder and a member's home in it.

    DIRECTORY/charter.json          public; what a third party verifies certificates with
    DIRECTORY/<member>/charter.json the same, so that a home can be moved to a host of its own
                       keys.json    the member's keys, mode 0600
                       persons.json salts of the people whom a platform has checked, mode 0600 (`quorate person`)
                       member.json  where its node listens and how it is tuned; absent for learners, who run none yet
                       voted-….json that its key has signed on this chain, and in which view last (made by the node)
                       quorate.db   everything durable (made by the node)
                       trace.jsonl  what it did (made by the node)
                       gateway.json where its gateway answers, while the node runs (made by the node)
                       node.recording  what went into it, where that is recorded for a whole consortium

A consortium is made beside its place and moved there in one step: it is there whole or not at all.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from consensus.types import MEMBERS_MAX, ReplicaId
from ledger.charter import Charter, Member
from node.batch import BATCH_BYTES_MAX
from node.errors import HomeUnusable, KeysUnreadable
from node.home.charter_file import charter_from_json, charter_to_json, read_charter
from node.home.institutions import Institution, learners, voters
from node.home.key_file import read_key_file, write_key_file
from node.home.keys import MemberKeys
from node.program import quorate_command

CHARTER_FILE = "charter.json"
KEY_FILE = "keys.json"
SETTINGS_FILE = "member.json"
DATABASE_FILE = "quorate.db"
TRACE_FILE = "trace.jsonl"
RECORDING_FILE = "node.recording"

BUS = "mqtt://127.0.0.1:1883"
"""Where a broker listens that nobody configured."""

GATEWAY_PORT_FIRST = 7460
"""The first member's gateway; the others follow in order."""


class MemberSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """member.json: what an operator may change, and nothing that members must agree on."""

    member: str
    """The member's id in the charter."""
    gateway_host: str = "127.0.0.1"
    """Where the HTTP gateway listens."""
    gateway_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    """0 takes any free one."""
    buses: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=16)] = (BUS,)
    """Bus URLs; everything is said on all of them."""
    block_interval_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 10
    """How long a primary lets a proposal fill up while others are open."""
    target_failover_ms: Annotated[int, msgspec.Meta(ge=50, le=600_000)] = 500
    """How soon a primary that stopped is to be replaced."""
    batch_bytes_max: Annotated[int, msgspec.Meta(ge=4_096, le=BATCH_BYTES_MAX)] = 128 << 10
    """The gateway packs what it admitted into batches of at most so many bytes."""


@dataclass(frozen=True, slots=True)
class Home:
    """A member's home whose charter and settings were read and fit together."""

    path: Path
    charter: Charter
    settings: MemberSettings
    replica: ReplicaId
    """The member's number among the voters."""

    @property
    def member(self) -> Member:
        """The member whose home it is."""
        return self.charter.voters()[self.replica]

    @property
    def key_file(self) -> Path:
        """Where its keys lie."""
        return self.path / KEY_FILE

    @property
    def database(self) -> Path:
        """Where everything durable lies."""
        return self.path / DATABASE_FILE

    @property
    def trace(self) -> Path:
        """Where the trace is written."""
        return self.path / TRACE_FILE

    def keys(self, *, passphrase: bytes | None) -> MemberKeys:
        """The member's keys, checked against the charter.

        Raises: KeysExposed, KeysUnreadable or PassphraseWrong, each naming the file and the cure.
        """
        return read_member_keys(self.key_file, self.member, passphrase=passphrase)


def open_home(path: Path) -> Home:
    """Read a member's home.

    Raises: HomeUnusable or CharterUnreadable, each naming the file and the cure.
    """
    if not path.is_dir():
        raise HomeUnusable(
            f"{path}: there is no such home. Nothing was changed."
            f" What to do: make a consortium with `{quorate_command()} charter new DIRECTORY`,"
            " then use DIRECTORY/<member>."
        )
    charter = read_charter(path / CHARTER_FILE)
    settings = _read_settings(path / SETTINGS_FILE)
    voting = [member.id for member in charter.voters()]
    if settings.member not in voting:
        raise HomeUnusable(
            f"{path / SETTINGS_FILE}, field member: {settings.member!r} is no voting member of this charter."
            f" Nothing was changed. What to do: name one of {', '.join(voting)}."
        )
    return Home(path, charter, settings, ReplicaId(voting.index(settings.member)))


def read_member_keys(path: Path, member: Member, *, passphrase: bytes | None) -> MemberKeys:
    """Read the key file at `path` and make sure that it is this member's.

    Raises: KeysExposed, KeysUnreadable or PassphraseWrong, each naming the file and the cure.
    """
    keys = read_key_file(path, passphrase=passphrase)
    for name, own, chartered in (
        ("node_key", keys.node.public_key, member.node_key),
        ("operator_key", keys.operator.public_key, member.operator_key),
    ):
        if own != chartered:
            raise KeysUnreadable(
                f"{path}: these keys are not {member.id}'s: the charter names another {name}. Nothing was changed."
                " What to do: put the key file that was made with this charter back."
            )
    return keys


def new_consortium(
    directory: Path,
    *,
    members: int,
    passphrase: bytes | None,
    founded_ms: int,
    name: str = "quorate",
    parameters: Mapping[str, int] | None = None,
    policies: Mapping[str, str] | None = None,
    chains: Sequence[str] = (),
    buses: Sequence[str] = (BUS,),
    gateway_port_first: int = GATEWAY_PORT_FIRST,
) -> Charter:
    """Found a consortium of `members` voters and the learners: its charter, and a home for each with new keys.

    `passphrase` seals every key file; None leaves them open (`--insecure-dev`). `gateway_port_first` 0 lets each
    gateway take any free port.

    Raises: HomeUnusable where `directory` exists; ValueError for a wrong number of members; CharterUnreadable for a
    name, time, parameter, policy or chain that no charter can have.
    """
    if not 1 <= members <= MEMBERS_MAX:
        raise ValueError(f"{members} members: a consortium has 1 to {MEMBERS_MAX} voting members")
    if not 0 <= gateway_port_first <= 65_536 - members:
        raise ValueError(f"gateway_port_first {gateway_port_first}: 0, or {members} ports must follow from it")
    if directory.exists():
        raise _exists(directory)
    voting = voters(members)
    rows = [(each, True) for each in voting] + [(each, False) for each in learners(voting)]
    keys = [MemberKeys.generate() for _ in rows]
    charter = Charter(
        1,
        name,
        founded_ms,
        tuple(_member(row, votes, own) for (row, votes), own in zip(rows, keys, strict=True)),
        dict(parameters or {}),
        dict(policies or {}),
        tuple(chains),
    )
    content = charter_to_json(charter)
    charter_from_json(content)
    directory.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        (building / CHARTER_FILE).write_bytes(content)
        for place, ((row, votes), own) in enumerate(zip(rows, keys, strict=True)):
            home = building / row.id
            home.mkdir(mode=0o700)
            (home / CHARTER_FILE).write_bytes(content)
            write_key_file(home / KEY_FILE, own, passphrase=passphrase)
            if votes:
                port = gateway_port_first + place if gateway_port_first else 0
                settings = MemberSettings(member=row.id, gateway_port=port, buses=tuple(buses))
                (home / SETTINGS_FILE).write_bytes(settings_to_json(settings))
        building.chmod(0o755)
        _move(building, directory)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return charter


def settings_to_json(settings: MemberSettings) -> bytes:
    """Write member.json for people."""
    return msgspec.json.format(msgspec.json.encode(settings)) + b"\n"


def _move(building: Path, directory: Path) -> None:
    try:
        building.rename(directory)
    except OSError as error:
        raise _exists(directory) from error


def _exists(directory: Path) -> HomeUnusable:
    return HomeUnusable(
        f"{directory}: this folder exists already, and keys are never overwritten. Nothing was changed."
        " What to do: choose another folder, or move this one away."
    )


def _member(institution: Institution, votes: bool, keys: MemberKeys) -> Member:
    return Member(
        institution.id,
        institution.name,
        institution.name_zh,
        institution.role,
        votes,
        keys.node.public_key,
        keys.operator.public_key,
    )


def _read_settings(path: Path) -> MemberSettings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=MemberSettings)
    except OSError as error:
        raise HomeUnusable(
            f"{path}: the member's settings cannot be read ({error.strerror}). Nothing was changed."
            " What to do: use the home of a voting member; learners run no node yet."
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HomeUnusable(
            f"{path}: these settings are wrong ({error}). Nothing was changed."
            " What to do: correct the field, or take it out to have its default."
        ) from error
