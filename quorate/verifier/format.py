"""The two files a certificate is checked from, read so strictly that nothing in them is without meaning.

docs/CERTIFICATE.md defines the certificate file. A third party reads it with this file alone: the standard library and
the plain `msgpack` package, none of the decoders of the nodes, so that a fault there cannot hide itself here. White
space between JSON tokens means nothing; everything else is exact. A key too many, too few or twice, a number written in
another way, a capital letter in a hexadecimal string, MessagePack longer than need be: each is refused, so that no byte
of a certificate can be altered without the reader noticing.
"""

import re
from dataclasses import dataclass
from typing import Any

from quorate.verifier.json import (
    INTEGER_MAX,
    parse_json,
    read_array,
    read_fields,
    read_hexadecimal,
    read_integer,
    read_path,
    read_text,
    refuse,
)
from quorate.verifier.records import ROLES

CERTIFICATE_FORMAT = "quorate-certificate/1"
"""Names this format; another version has another name."""

CERTIFICATE_FIELDS = ("format", "chain", "header", "votes", "envelope", "transaction", "block", "receipt")

VOTES_MAX = 1_024
"""No committee is larger."""

MEMBER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
ACCOUNT_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
SIDES = re.compile(r"[lr]{0,32}")


@dataclass(frozen=True, slots=True)
class VoteFile:
    """One member's block vote, taken out of the bundle it was said in."""

    sender: int
    """Index among the charter's voters."""
    index: int
    """Place of the vote in its bundle."""
    count: int
    """Items in the bundle."""
    path: tuple[bytes, ...]
    """Sibling hashes up to the bundle's root."""
    signature: bytes


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate as it stands in the file, every field of the right shape and none checked against another."""

    chain: bytes
    header: bytes
    """Canonical MessagePack of the block header."""
    votes: tuple[VoteFile, ...]
    account: str
    """The account whose envelope carried the transaction."""
    public_key: bytes
    """The key the envelope was signed with."""
    envelope_count: int
    """Transactions in the envelope."""
    envelope_index: int
    """Place of this one among them."""
    envelope_path: tuple[bytes, ...]
    """Sibling hashes from the transaction's id up to the envelope's root."""
    envelope_signature: bytes
    transaction: bytes
    """Canonical MessagePack of the transaction."""
    sides: str
    """On which side each sibling of the two paths below stands, lowest first: `l` or `r`."""
    transaction_path: tuple[bytes, ...]
    """Sibling hashes from the transaction's id up to the header's transactions root."""
    receipt: bytes
    """Canonical MessagePack of the receipt."""
    receipt_path: tuple[bytes, ...]
    """Sibling hashes from the receipt's leaf up to the header's receipts root."""


@dataclass(frozen=True, slots=True)
class MemberFile:
    """One institution of the charter."""

    id: str
    name: str
    name_zh: str
    role: str
    votes: bool
    node_key: bytes
    operator_key: bytes


@dataclass(frozen=True, slots=True)
class CharterFile:
    """The founding document."""

    version: int
    name: str
    founded_ms: int
    members: tuple[MemberFile, ...]
    parameters: dict[str, int]
    policies: dict[str, str]
    """Empty where the file has none."""
    chains: tuple[str, ...]
    """Empty where the file has none."""

    def voters(self) -> tuple[MemberFile, ...]:
        """The committee, replica i at index i."""
        return tuple(member for member in self.members if member.votes)


def read_certificate(data: bytes) -> CertificateFile:
    """Read a certificate file.

    Raises: UnreadableError naming the field.
    """
    top = read_fields(parse_json(data), "", *CERTIFICATE_FIELDS)
    if top["format"] != CERTIFICATE_FORMAT:
        refuse("format", f"is not {CERTIFICATE_FORMAT!r}")
    envelope = read_fields(top["envelope"], "envelope", "account", "public_key", "count", "index", "path", "signature")
    block = read_fields(top["block"], "block", "sides", "transaction_path", "receipt_path")
    sides = read_text(block["sides"], "block.sides", SIDES)
    certificate = CertificateFile(
        chain=read_hexadecimal(top["chain"], "chain", 32),
        header=read_hexadecimal(top["header"], "header"),
        votes=read_votes(top["votes"]),
        account=read_text(envelope["account"], "envelope.account", ACCOUNT_ID),
        public_key=read_hexadecimal(envelope["public_key"], "envelope.public_key", 32),
        envelope_count=read_integer(envelope["count"], "envelope.count"),
        envelope_index=read_integer(envelope["index"], "envelope.index"),
        envelope_path=read_path(envelope["path"], "envelope.path"),
        envelope_signature=read_hexadecimal(envelope["signature"], "envelope.signature", 64),
        transaction=read_hexadecimal(top["transaction"], "transaction"),
        sides=sides,
        transaction_path=read_path(block["transaction_path"], "block.transaction_path"),
        receipt=read_hexadecimal(top["receipt"], "receipt"),
        receipt_path=read_path(block["receipt_path"], "block.receipt_path"),
    )
    if not len(sides) == len(certificate.transaction_path) == len(certificate.receipt_path):
        refuse("block", "has a sides string and two paths that are not equally long")
    return certificate


def read_charter(data: bytes) -> CharterFile:
    """Read a charter file and check that it can found a chain at all.

    Raises: UnreadableError naming the field.
    """
    content = parse_json(data)
    if isinstance(content, dict):
        # What is not there is empty: charters from before these fields were named have the same chain id with them.
        content = {"policies": {}, "chains": [], **content}
    top = read_fields(content, "", "version", "name", "founded_ms", "members", "parameters", "policies", "chains")
    if read_integer(top["version"], "version") != 1:
        refuse("version", "is not 1")
    if not isinstance(top["parameters"], dict):
        refuse("parameters", "is not an object")
    if not isinstance(top["policies"], dict):
        refuse("policies", "is not an object")
    charter = CharterFile(
        version=1,
        name=read_text(top["name"], "name"),
        founded_ms=read_integer(top["founded_ms"], "founded_ms"),
        members=tuple(_member(each, f"members[{i}]") for i, each in enumerate(read_array(top["members"], "members"))),
        parameters={
            read_text(name, "parameters"): read_integer(value, f"parameters.{name}", minimum=-INTEGER_MAX)
            for name, value in sorted(top["parameters"].items())
        },
        policies={
            read_text(kind, "policies"): read_text(policy, f"policies.{kind}")
            for kind, policy in sorted(top["policies"].items())
        },
        chains=tuple(read_text(each, f"chains[{i}]") for i, each in enumerate(read_array(top["chains"], "chains"))),
    )
    if len({member.id for member in charter.members}) < len(charter.members):
        refuse("members", "names a member twice")
    if len({member.node_key for member in charter.members if member.votes}) < len(charter.voters()):
        refuse("members", "lets one key vote for two members")
    if not charter.voters():
        refuse("members", "has nobody who votes")
    return charter


def _member(value: Any, where: str) -> MemberFile:
    fields = read_fields(value, where, "id", "name", "name_zh", "role", "votes", "node_key", "operator_key")
    role = read_text(fields["role"], f"{where}.role")
    if role not in ROLES:
        refuse(f"{where}.role", "is no role of this version")
    if not isinstance(fields["votes"], bool):
        refuse(f"{where}.votes", "is neither true nor false")
    return MemberFile(
        id=read_text(fields["id"], f"{where}.id", MEMBER_ID),
        name=read_text(fields["name"], f"{where}.name"),
        name_zh=read_text(fields["name_zh"], f"{where}.name_zh"),
        role=role,
        votes=fields["votes"],
        node_key=read_hexadecimal(fields["node_key"], f"{where}.node_key", 32),
        operator_key=read_hexadecimal(fields["operator_key"], f"{where}.operator_key", 32),
    )


def read_votes(value: Any) -> tuple[VoteFile, ...]:
    """Read the votes of a file.

    Raises: UnreadableError naming the field.
    """
    votes = read_array(value, "votes")
    if len(votes) > VOTES_MAX:
        refuse("votes", f"has more than {VOTES_MAX} votes")
    return tuple(_vote(each, f"votes[{i}]") for i, each in enumerate(votes))


def _vote(value: Any, where: str) -> VoteFile:
    fields = read_fields(value, where, "sender", "index", "count", "path", "signature")
    return VoteFile(
        sender=read_integer(fields["sender"], f"{where}.sender"),
        index=read_integer(fields["index"], f"{where}.index"),
        count=read_integer(fields["count"], f"{where}.count"),
        path=read_path(fields["path"], f"{where}.path"),
        signature=read_hexadecimal(fields["signature"], f"{where}.signature", 64),
    )
