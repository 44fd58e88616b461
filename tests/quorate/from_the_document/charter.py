"""The charter: the root of trust, its id, and the keys that may vote."""

from dataclasses import dataclass

from tests.quorate.from_the_document.packing import pack
from tests.quorate.from_the_document.text import UnreadableError, fields, integer, items, octets, parse, string
from tests.quorate.from_the_document.trees import sha256

_FIELDS = ("version", "name", "founded_ms", "members", "parameters")
_OPTIONAL = ("policies", "chains")
_MEMBER = ("id", "name", "name_zh", "role", "votes", "node_key", "operator_key")
_ROLES = ("platform", "registrar", "institution", "notary", "regulator")


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


def read_charter(data: bytes) -> Charter:
    """The charter in `data`. Raises UnreadableError, also where one key would vote twice."""
    content = fields(parse(data), _FIELDS, _OPTIONAL)
    integer(content["version"], smallest=1, largest=1)
    members = [_member(item) for item in items(content["members"])]
    voters = [member for member in members if member["votes"]]
    if len({member["node_key"] for member in voters}) != len(voters):
        raise UnreadableError("one key votes twice")
    if not voters or len({member["id"] for member in members}) != len(members):
        raise UnreadableError("nobody votes, or two members have one id")
    parameters = _sorted(content["parameters"])
    packed: dict[str, object] = {
        "version": integer(content["version"]),
        "name": string(content["name"]),
        "founded_ms": integer(content["founded_ms"]),
        "members": members,
        "parameters": {name: integer(figure, smallest=-(2**63) + 1) for name, figure in parameters.items()},
    }
    policies = {kind: string(policy) for kind, policy in _sorted(content.get("policies", {})).items()}
    chains = [string(chain) for chain in items(content.get("chains", []))]
    packed |= {"policies": policies} if policies else {}
    packed |= {"chains": chains} if chains else {}
    return Charter(
        chain=sha256(b"quorate/charter/1\0", pack(packed)),
        committee=sha256(b"quorate/committee/1\0", pack([[member["id"], member["node_key"]] for member in voters])),
        voters=tuple(octets_of(member) for member in voters),
    )


def octets_of(member: dict[str, object]) -> bytes:
    """The key of a member's node."""
    key = member["node_key"]
    assert isinstance(key, bytes), "a member was read without its key"
    return key


def _member(value: object) -> dict[str, object]:
    """A member as it is packed: its keys as bytes."""
    content = fields(value, _MEMBER)
    if not isinstance(content["votes"], bool):
        raise UnreadableError("whether a member votes is true or false")
    if content["role"] not in _ROLES:
        raise UnreadableError("a member has no role that the chain knows")
    return {
        "id": string(content["id"], "[a-z0-9][a-z0-9-]{0,31}"),
        "name": string(content["name"]),
        "name_zh": string(content["name_zh"]),
        "role": content["role"],
        "votes": content["votes"],
        "node_key": octets(content["node_key"], 32),
        "operator_key": octets(content["operator_key"], 32),
    }


def _sorted(value: object) -> dict[str, object]:
    """A map, by its names."""
    if not isinstance(value, dict):
        raise UnreadableError("a map of names was expected")
    return {string(name): value[name] for name in sorted(value)}
