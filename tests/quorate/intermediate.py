"""What a verifier has in hand on its way, of two of the vectors: here shows where another one went astray."""

from hashlib import sha256

from quorate.verifier.contents import read_header
from quorate.verifier.format import read_certificate, read_charter
from quorate.verifier.hashing import (
    account_signed_bytes,
    chain_id,
    committee_digest,
    header_digest,
    leaf_hash,
    pack,
    root_from_path,
    transaction_id,
    vote_signed_bytes,
)
from quorate.verifier.rows import BITS, branch_hash
from quorate.verifier.rows import leaf_hash as state_leaf
from quorate.verifier.statements import read_statement


def intermediate_values(certificate: bytes, statement: bytes, charter: bytes) -> dict[str, dict[str, object]]:
    """All in hexadecimal, in the words of docs/CERTIFICATE.md."""
    return {
        "charter.json": _of_charter(charter),
        "transaction-one-of-five.json": _of_certificate(certificate, charter),
        "ownership-scroll-a-0001.json": _of_first_row(statement),
    }


def _of_charter(data: bytes) -> dict[str, object]:
    charter = read_charter(data)
    return {"chain id": chain_id(charter).hex(), "committee digest": committee_digest(charter.voters()).hex()}


def _of_certificate(data: bytes, charter: bytes) -> dict[str, object]:
    read, chain = read_certificate(data), chain_id(read_charter(charter))
    header, vote = read_header(read.header), read.votes[0]
    digest = header_digest(read.header, chain=chain)
    said = pack(("block-vote", header.height, digest))
    bundle = vote_signed_bytes(vote, height=header.height, digest=digest, chain=chain, epoch=header.epoch)
    identifier = transaction_id(read.account, read.public_key, read.transaction, chain=chain)
    root = root_from_path(identifier, index=read.envelope_index, count=read.envelope_count, path=read.envelope_path)
    assert bundle is not None, "the vector is good"
    assert root is not None, "the vector is good"
    return {
        "header digest": digest.hex(),
        "first vote": said.hex(),
        "first vote as a leaf": leaf_hash(said).hex(),
        "what its sender signed": bundle.hex(),
        "transaction id": identifier.hex(),
        "root of the envelope": root.hex(),
        "what the account signed": account_signed_bytes(read, root=root, chain=chain).hex(),
        "receipt as a leaf": leaf_hash(read.receipt).hex(),
        "transactions root": header.transactions_root.hex(),
        "receipts root": header.receipts_root.hex(),
    }


def _of_first_row(data: bytes) -> dict[str, object]:
    row = read_statement(data).rows[0]
    assert row.value is not None, "the vector is of a token"
    key_hash, value_hash = sha256(row.key.encode()).digest(), sha256(row.value).digest()
    number, node = int.from_bytes(key_hash, "big"), state_leaf(key_hash, value_hash)
    way = [node.hex()]
    for depth, sibling in reversed(row.steps):
        sides = (sibling, node) if number >> (BITS - 1 - depth) & 1 else (node, sibling)
        node = branch_hash(depth, number >> (BITS - depth), *sides)
        way.append(node.hex())
    return {
        "key of the first row": row.key,
        "its hash": key_hash.hex(),
        "hash of the value": value_hash.hex(),
        "from the leaf to the state root": way,
    }
