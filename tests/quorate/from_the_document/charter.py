"""The charter: the root of trust, its id, and the keys that may vote."""

from dataclasses import dataclass

from tests.quorate.from_the_document.packing import pack
from tests.quorate.from_the_document.records import ROLES
from tests.quorate.from_the_document.text import UnreadableError, fields, integer, items, octets, parse, string
from tests.quorate.from_the_document.trees import sha256

_FIELDS = ("version", "name", "founded_ms", "members", "parameters")
_OPTIONAL = ("policies", "chains")
_MEMBER = ("id", "name", "name_zh", "role", "votes", "node_key", "operator_key")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Charter:
    """What a verifier needs of a charter."""

    chain: bytes
    """The chain id, 32 bytes."""

    committee: bytes
    """The committee digest, 32 bytes."""

    voters: tuple[bytes, ...]
    """The Ed25519 keys of the voting members' nodes, in the charter's order."""

    def quorum(self) -> int:
        """ceil((n + f + 1) / 2) with f = floor((n - 1) / 3)."""
        count = len(self.voters)
        return (count + (count - 1) // 3 + 2) // 2


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of the charter."""

    name: str
    """Its id."""

    votes: bool
    """Whether its node takes part in consensus."""

    node_key: bytes
    """What its node signs with."""

    packed: dict[str, object]
    """The map that it is packed as."""


def read_charter(data: bytes) -> Charter:
    """The charter in `data`. Raises UnreadableError."""
    content = fields(parse(data), _FIELDS, _OPTIONAL)
    members = [_member(item) for item in items(content["members"])]
    voters = [member for member in members if member.votes]
    if len({member.name for member in members}) != len(members):
        raise UnreadableError("two members have one id")
    if len({member.node_key for member in voters}) != len(voters) or not voters:
        raise UnreadableError("one key votes twice, or nobody votes")
    packed: dict[str, object] = {
        "version": integer(content["version"], 1, 1),
        "name": string(content["name"]),
        "founded_ms": integer(content["founded_ms"]),
        "members": [member.packed for member in members],
        "parameters": {name: integer(value, _LARGEST, -_LARGEST) for name, value in _by_name(content["parameters"])},
    }
    policies = {name: string(value) for name, value in _by_name(content.get("policies", {}))}
    chains = [string(name) for name in items(content.get("chains", []))]
    if policies:
        packed["policies"] = policies
    if chains:
        packed["chains"] = chains
    return Charter(
        chain=sha256(b"quorate/charter/1\0", pack(packed)),
        committee=sha256(b"quorate/committee/1\0", pack([[member.name, member.node_key] for member in voters])),
        voters=tuple(member.node_key for member in voters),
    )


def _member(value: object) -> _Member:
    """A member of the charter. Raises UnreadableError."""
    content = fields(value, _MEMBER)
    votes = content["votes"]
    if not isinstance(votes, bool):
        raise UnreadableError("whether a member votes is true or false")
    name, node_key = string(content["id"], "[a-z0-9][a-z0-9-]{0,31}"), octets(content["node_key"], 32)
    packed: dict[str, object] = {
        "id": name,
        "name": string(content["name"]),
        "name_zh": string(content["name_zh"]),
        "role": string(content["role"], "|".join(ROLES)),
        "votes": votes,
        "node_key": node_key,
        "operator_key": octets(content["operator_key"], 32),
    }
    return _Member(name, votes, node_key, packed)


def _by_name(value: object) -> list[tuple[str, object]]:
    """An object's entries, sorted by their names as UTF-8 bytes sort. Raises UnreadableError."""
    if not isinstance(value, dict):
        raise UnreadableError("an object was expected")
    return sorted(((string(name), entry) for name, entry in value.items()), key=lambda pair: pair[0].encode())
