"""The charter as a file that people read: indented JSON, keys in hex, Chinese as Chinese.

The chain's id is a digest of the charter's *content*, not of these bytes, so that white space and the order of fields
are free. Everything else is strict: a field too many, twice, missing or out of bounds is refused by name, since whoever
verifies a certificate rests on this file alone.
"""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from canonical.signing import PublicKey
from consensus.types import MEMBERS_MAX
from ledger.charter import Charter, Member, Role
from ledger.governance import CHAINS_MAX
from ledger.parameters import parameters_from
from ledger.policies import policies_from
from node.errors import CharterUnreadable

CHARTER_BYTES_MAX = 1 << 20
"""A thousand members fit several times."""

TIME_MS_MAX = 2**53
"""What every JSON reader can hold exactly."""

_MEMBER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_CHAIN_ID = re.compile(r"[0-9a-f]{64}|[a-z][a-z-]{0,31}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)

T = TypeVar("T")


def charter_to_json(charter: Charter) -> bytes:
    """Write a charter for people. What is empty of `policies` and `chains` is left out."""
    content: dict[str, object] = {
        "version": charter.version,
        "name": charter.name,
        "founded_ms": charter.founded_ms,
        "members": [
            {
                "id": member.id,
                "name": member.name,
                "name_zh": member.name_zh,
                "role": member.role.value,
                "votes": member.votes,
                "node_key": member.node_key.hex(),
                "operator_key": member.operator_key.hex(),
            }
            for member in charter.members
        ],
        "parameters": dict(sorted(charter.parameters.items())),
    }
    if charter.policies:
        content["policies"] = dict(sorted(charter.policies.items()))
    if charter.chains:
        content["chains"] = charter.chains
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def charter_from_json(data: bytes) -> Charter:
    """Read a charter.

    Raises: CharterUnreadable naming the field and what is expected there.
    """
    if len(data) > CHARTER_BYTES_MAX:
        raise CharterUnreadable(f"the charter has {len(data)} bytes; at most {CHARTER_BYTES_MAX} are read")
    try:
        content = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CharterUnreadable(f"the charter is not JSON in UTF-8: {error}") from error
    needed = {"version", "name", "founded_ms", "members", "parameters"}
    fields = _Fields("", content, needed, optional={"policies", "chains"})
    listed = fields.take("members", list, "a list of members")
    members = tuple(_member(f"members[{place}].", each) for place, each in enumerate(listed))
    _check_members(members)
    return Charter(
        version=fields.whole_number("version", 1, 1),
        name=fields.text("name", 64),
        founded_ms=fields.whole_number("founded_ms", 0, TIME_MS_MAX - 1),
        members=members,
        parameters=_parameters(fields.take("parameters", dict, "an object of whole numbers by name")),
        policies=_policies(
            fields.take_or("policies", {}, dict, "an object of policies by kind of decision"),
            voters=sum(member.votes for member in members),
        ),
        chains=_chains(fields.take_or("chains", [], list, "a list of chain ids")),
    )


def read_charter(path: Path) -> Charter:
    """Read a charter file.

    Raises: CharterUnreadable naming the file, the field and the cure.
    """
    try:
        return charter_from_json(path.read_bytes())
    except OSError as error:
        raise CharterUnreadable(
            f"{path}: the charter cannot be read ({error.strerror}). Nothing was changed."
            " What to do: copy the consortium's charter.json here; it is public."
        ) from error
    except CharterUnreadable as error:
        raise CharterUnreadable(
            f"{path}: {error}. Nothing was changed. What to do: copy the consortium's charter.json here again."
        ) from error


class _Fields:
    """One JSON object whose fields are taken one by one, each with its place in the error."""

    def __init__(
        self, place: str, content: object, names: set[str], *, optional: Collection[str] = frozenset()
    ) -> None:
        if not isinstance(content, dict):
            raise CharterUnreadable(f"{place.rstrip('.') or 'the charter'} is no object")
        for name in sorted(names - content.keys()):
            raise CharterUnreadable(f"{place}{name} is missing")
        for name in sorted(content.keys() - names - set(optional)):
            raise CharterUnreadable(f"{place}{name} is no field of a charter of version 1")
        self._place, self._content = place, content

    def take(self, name: str, kind: type[T], expected: str) -> T:
        value = self._content[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise CharterUnreadable(f"{self._place}{name} is {value!r:.80}; expected {expected}")
        return value

    def take_or(self, name: str, absent: T, kind: type[T], expected: str) -> T:
        return self.take(name, kind, expected) if name in self._content else absent

    def text(self, name: str, length_max: int) -> str:
        value = self.take(name, str, "text")
        if not 1 <= len(value) <= length_max or not value.isprintable():
            raise CharterUnreadable(f"{self._place}{name} must be 1 to {length_max} printable characters")
        return value

    def whole_number(self, name: str, smallest: int, largest: int) -> int:
        value = self.take(name, int, "a whole number")
        if not smallest <= value <= largest:
            raise CharterUnreadable(f"{self._place}{name} is {value}; expected {smallest} to {largest}")
        return value

    def matching(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.take(name, str, expected)
        if pattern.fullmatch(value) is None:
            raise CharterUnreadable(f"{self._place}{name} is {value!r:.80}; expected {expected}")
        return value

    def key(self, name: str) -> PublicKey:
        return PublicKey(bytes.fromhex(self.matching(name, _KEY, "64 lower-case hex digits")))


def _member(place: str, content: object) -> Member:
    fields = _Fields(place, content, {"id", "name", "name_zh", "role", "votes", "node_key", "operator_key"})
    roles = [role.value for role in Role]
    role = fields.take("role", str, "text")
    if role not in roles:
        raise CharterUnreadable(f"{place}role is {role!r:.80}; expected one of {', '.join(roles)}")
    return Member(
        id=fields.matching("id", _MEMBER_ID, "1 to 32 lower-case letters, digits and hyphens"),
        name=fields.text("name", 128),
        name_zh=fields.text("name_zh", 128),
        role=Role(role),
        votes=fields.take("votes", bool, "true or false"),
        node_key=fields.key("node_key"),
        operator_key=fields.key("operator_key"),
    )


def _check_members(members: tuple[Member, ...]) -> None:
    if len(members) > MEMBERS_MAX:
        raise CharterUnreadable(f"members has {len(members)} entries; at most {MEMBERS_MAX} are read")
    if not any(member.votes for member in members):
        raise CharterUnreadable("members: at least one must vote")
    ids: set[str] = set()
    keys: set[bytes] = set()
    for place, member in enumerate(members):
        if member.id in ids:
            raise CharterUnreadable(f"members[{place}].id is {member.id!r} again; each member has its own")
        for name, key in (("node_key", member.node_key), ("operator_key", member.operator_key)):
            if key in keys:
                raise CharterUnreadable(f"members[{place}].{name} stands in the charter twice; each key has one use")
            keys.add(key)
        ids.add(member.id)


def _parameters(content: dict[str, int]) -> dict[str, int]:
    fields = _Fields("parameters.", content, set(content))
    for name in content:
        fields.take(name, int, "a whole number")
    try:
        parameters_from(content)
    except ValueError as error:
        raise CharterUnreadable(f"parameters: {error}") from error
    return content


def _policies(content: dict[str, str], *, voters: int) -> dict[str, str]:
    fields = _Fields("policies.", content, set(content))
    for kind in content:
        fields.take(kind, str, "a policy, as text")
    try:
        policies_from(content, voters=voters)
    except ValueError as error:
        raise CharterUnreadable(f"policies: {error}") from error
    return content


def _chains(content: list[object]) -> tuple[str, ...]:
    if len(content) > CHAINS_MAX:
        raise CharterUnreadable(f"chains has {len(content)} entries; at most {CHAINS_MAX} are read")
    chains: list[str] = []
    for place, each in enumerate(content):
        if not isinstance(each, str) or _CHAIN_ID.fullmatch(each) is None:
            raise CharterUnreadable(
                f"chains[{place}] is {each!r:.80}; expected a chain id, 64 digits in hex, or a name of 1 to 32"
                " lower-case letters and hyphens"
            )
        if each in chains:
            raise CharterUnreadable(f"chains[{place}] is {each!r} again; each chain is listed once")
        chains.append(each)
    return tuple(chains)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice!r} stands twice in one object")
    return content


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
