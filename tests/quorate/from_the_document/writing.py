"""Files written from the document: a chain with keys of our own, blocks of any content, signed by a real quorum.

What no node would ever write can be written here and signed all the same; so each check can be asked alone.
"""

import hashlib
import json

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from tests.quorate.from_the_document.packing import pack
from tests.quorate.from_the_document.trees import leaf, sha256

_VOTERS = 4
_QUORUM = 3


def key_pair(name: str) -> tuple[bytes, bytes]:
    """The public and the secret key that `name` is the seed of."""
    return crypto_sign_seed_keypair(hashlib.sha256(name.encode()).digest())


def signature(name: str, message: bytes) -> bytes:
    """The signature of `message` with the key of `name`."""
    return crypto_sign(message, key_pair(name)[1])[:64]


def charter_file() -> dict[str, object]:
    """A charter of four platforms that vote, as JSON."""
    return {
        "version": 1,
        "name": "Written by hand",
        "founded_ms": 1,
        "members": [
            {
                "id": f"member-{number}",
                "name": f"Member {number}",
                "name_zh": f"成员{number}",
                "role": "platform",
                "votes": True,
                "node_key": key_pair(f"node {number}")[0].hex(),
                "operator_key": key_pair(f"operator {number}")[0].hex(),
            }
            for number in range(_VOTERS)
        ],
        "parameters": {},
    }


CHARTER = json.dumps(charter_file()).encode()
"""The charter of the files that are written here."""


def _as_packed(member: dict[str, object]) -> dict[str, object]:
    """A member of the charter with its keys as bytes."""
    keys = {name: bytes.fromhex(str(member[name])) for name in ("node_key", "operator_key")}
    return member | keys


def _members() -> list[dict[str, object]]:
    """The members as they are packed."""
    members = charter_file()["members"]
    assert isinstance(members, list), "the charter that is written here has members"
    return [_as_packed(member) for member in members]


CHAIN = sha256(b"quorate/charter/1\0", pack(charter_file() | {"members": _members()}))
"""Its chain id."""

COMMITTEE = sha256(b"quorate/committee/1\0", pack([[member["id"], member["node_key"]] for member in _members()]))
"""The digest of its voters."""


def header(
    height: object = 7,
    *,
    epoch: object = 0,
    transactions_root: bytes = bytes(32),
    receipts_root: bytes = bytes(32),
    state_root: bytes = bytes(32),
    compliance_root: bytes = bytes(32),
) -> list[object]:
    """A header, before it is packed."""
    return [
        height,
        bytes(32),
        epoch,
        bytes(32),
        1,
        transactions_root,
        receipts_root,
        state_root,
        compliance_root,
        COMMITTEE,
    ]


def votes(of_header: bytes, *, height: object = 7, epoch: object = 0) -> list[dict[str, object]]:
    """A quorum's block votes for the header packed in `of_header`, each alone in its bundle."""
    said = leaf(pack(["block-vote", height, sha256(b"quorate/header/1\0", CHAIN, of_header)]))
    return [
        {
            "sender": sender,
            "index": 0,
            "count": 1,
            "path": [],
            "signature": signature(
                f"node {sender}", b"quorate/bundle/1\0" + CHAIN + pack([epoch, sender, 1]) + said
            ).hex(),
        }
        for sender in range(_QUORUM)
    ]


def certificate(transaction: bytes, receipt: bytes, *, account: str = "member-0") -> dict[str, object]:
    """A certificate of the transaction packed in `transaction`, alone in its block, with `receipt`.

    The id is made of the transaction's bytes as they are, so they need not be canonical, nor a transaction.
    """
    named = transaction_id(transaction, account=account)
    public_key = key_pair("operator 0")[0]
    signed = b"quorate/envelope/1\0" + CHAIN + pack([account, public_key, 1]) + named
    packed = pack(header(transactions_root=named, receipts_root=leaf(receipt)))
    return {
        "format": "quorate-certificate/1",
        "chain": CHAIN.hex(),
        "header": packed.hex(),
        "votes": votes(packed),
        "envelope": {
            "account": account,
            "public_key": public_key.hex(),
            "count": 1,
            "index": 0,
            "path": [],
            "signature": signature("operator 0", signed).hex(),
        },
        "transaction": transaction.hex(),
        "block": {"sides": "", "transaction_path": [], "receipt_path": []},
        "receipt": receipt.hex(),
    }


def transaction_id(transaction: bytes, *, account: str = "member-0") -> bytes:
    """The id of the transaction packed in `transaction`."""
    return sha256(
        b"quorate/transaction/1\0", CHAIN, b"\x93", pack(account), pack(key_pair("operator 0")[0]), transaction
    )


def statement(kind: str, subject: str, rows: list[tuple[str, bytes]], report: bytes | None = None) -> dict[str, object]:
    """A statement of `subject`, from a state that holds `rows` (keys and packed records) and nothing else."""
    leaves = {sha256(key.encode()): sha256(value) for key, value in rows}
    packed = pack(
        header(
            state_root=_trie(leaves),
            compliance_root=bytes(32) if report is None else sha256(b"quorate/compliance/1\0", report),
        )
    )
    return {
        "format": "quorate-statement/1",
        "chain": CHAIN.hex(),
        "kind": kind,
        "subject": subject,
        "header": packed.hex(),
        "votes": votes(packed),
        "rows": [
            {"key": key, "value": value.hex(), "steps": _steps(leaves, sha256(key.encode())), "other": None}
            for key, value in rows
        ],
        "report": None if report is None else report.hex(),
    }


def written(content: object) -> bytes:
    """The file of `content`: compact JSON in ASCII."""
    return json.dumps(content, separators=(",", ":")).encode()


def _bit(key: bytes, depth: int) -> int:
    """Bit `depth` of `key`."""
    return int.from_bytes(key) >> (255 - depth) & 1


def _split(leaves: dict[bytes, bytes]) -> tuple[int, dict[bytes, bytes], dict[bytes, bytes]]:
    """The bit at which the keys part, and both sides."""
    depth = next(depth for depth in range(256) if len({_bit(key, depth) for key in leaves}) == 2)
    left = {key: value for key, value in leaves.items() if not _bit(key, depth)}
    return depth, left, {key: value for key, value in leaves.items() if key not in left}


def _trie(leaves: dict[bytes, bytes]) -> bytes:
    """The root over `leaves`, hashed keys and hashed values."""
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        [(key, value)] = leaves.items()
        return sha256(b"\0", key, value)
    depth, left, right = _split(leaves)
    common = int.from_bytes(next(iter(leaves))) >> (256 - depth)
    return sha256(b"\1", depth.to_bytes(2), common.to_bytes(32), _trie(left), _trie(right))


def _steps(leaves: dict[bytes, bytes], key: bytes) -> list[dict[str, object]]:
    """The branches from the root down to `key`."""
    if len(leaves) == 1:
        return []
    depth, *sides = _split(leaves)
    taken = _bit(key, depth)
    sibling = _trie(sides[1 - taken])
    return [{"depth": depth, "sibling": sibling.hex()}, *_steps(sides[taken], key)]
