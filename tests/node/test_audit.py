"""The audit: an untouched database passes, and every table, column and row is watched."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.messages import header_digest
from ledger.charter import chain_id
from node.audit.database import FINDINGS_SHOWN_MAX, refuse_if_edited
from node.errors import DatabaseEdited, StorageFailed
from node.storage.columns import CERTIFICATE, HEADER, meta_seal
from node.storage.schema import SCHEMA
from tests.node.audited_chain import BLOCKS, AuditedChain, build_chain, editing

TABLES = {
    "meta": "name",
    "votes": "lsn",
    "prepared": "sequence",
    "statements": "tag",
    "batches": "batch",
    "payloads": "batch",
    "blocks": "height",
    "certificates": "height",
    "transactions": "id",
    "state": "key",
}
"""Every table with its key, but for `base`, which is empty here (test_state_transfer_disk.py)."""


def columns() -> list[tuple[str, str]]:
    """Every column of every table, as the schema has them."""
    made = sqlite3.connect(":memory:")
    made.executescript(SCHEMA)
    assert {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == {
        *TABLES,
        "base",
    }
    found = [
        (table, name) for table in TABLES for (name,) in made.execute(f"SELECT name FROM pragma_table_info('{table}')")
    ]
    made.close()
    return found


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> AuditedChain:
    return build_chain(tmp_path_factory.mktemp("chain"))


def altered(value: object, place: int) -> object:
    """Another value of the same type, as close as can be."""
    match value:
        case None:
            return 7
        case int():
            return value + 1_000
        case str():
            return str(int(value) + 1) if value.isdigit() else value[:-1] + ("0" if value[-1] != "0" else "1")
        case bytes():
            place = place % len(value)
            return value[:place] + bytes([value[place] ^ 0x10]) + value[place + 1 :]
    raise AssertionError(f"no such column: {value!r}")


def rows_of(path: Path, table: str) -> list[object]:
    with editing(path) as session:
        return [key for (key,) in session.execute(f"SELECT {TABLES[table]} FROM {table} ORDER BY 1")]


@pytest.mark.parametrize("member", range(4))
def test_an_untouched_database_passes_and_yields_its_ledger(chain: AuditedChain, member: int) -> None:
    audited = chain.audit(chain.paths[member], member)
    assert audited.findings == ()
    assert audited.ledger is not None
    assert audited.ledger.height == BLOCKS
    refuse_if_edited(chain.paths[member], audited)


@pytest.mark.parametrize(("table", "column"), columns())
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_an_edited_value_is_found_and_named(
    chain: AuditedChain, tmp_path: Path, table: str, column: str, where: str
) -> None:
    path = chain.copy(tmp_path)
    keys = rows_of(path, table)
    key = {"first": keys[0], "middle": keys[len(keys) // 2], "last": keys[-1]}[where]
    name = TABLES[table]
    with editing(path) as session:
        (value,) = session.execute(f"SELECT {column} FROM {table} WHERE {name} = ?", (key,)).fetchone()
        session.execute(f"UPDATE {table} SET {column} = ? WHERE {name} = ?", (altered(value, len(keys)), key))
    findings = chain.audit(path).findings
    assert findings, "the edit went unseen"
    if column == name:
        # A key that was edited is a row that is missing and another one too many; `batches` shows by its payloads.
        assert {finding.table for finding in findings} <= {table, "payloads"}
        assert len(findings) == 2 or (table, column) in (("prepared", "sequence"), ("statements", "tag"))
        return
    (finding,) = findings
    expected = "value" if table == "meta" else column
    assert (finding.table, finding.column) == (table, expected)
    shown = (
        key.hex() if isinstance(key, bytes) and table != "state" else key.decode() if isinstance(key, bytes) else key
    )
    if table != "batches":
        assert finding.row == f"{name}={shown}"
    assert f"{table} {finding.row}, column {expected}: " in str(finding)


@pytest.mark.parametrize("place", range(0, 150, 7))
def test_every_part_of_a_payload_is_covered(chain: AuditedChain, tmp_path: Path, place: int) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        (payload,) = session.execute("SELECT payload FROM payloads WHERE batch = 5").fetchone()
        session.execute("UPDATE payloads SET payload = ? WHERE batch = 5", (altered(payload, place),))
    (finding,) = chain.audit(path).findings
    assert (finding.table, finding.row, finding.column) == ("payloads", "batch=5", "payload")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_removed_row_is_found_and_named(chain: AuditedChain, tmp_path: Path, table: str, where: str) -> None:
    path = chain.copy(tmp_path)
    keys = rows_of(path, table)
    key = {"first": keys[0], "middle": keys[len(keys) // 2], "last": keys[-1]}[where]
    with editing(path) as session:
        session.execute(f"DELETE FROM {table} WHERE {TABLES[table]} = ?", (key,))
    findings = chain.audit(path).findings
    tables = {finding.table for finding in findings}
    if table == "batches":
        assert tables <= {"batches", "payloads"}
        assert findings
        return
    (finding,) = findings
    assert (finding.table, finding.column) == (table, "")
    assert "missing" in finding.message


@pytest.mark.parametrize("table", TABLES)
def test_an_inserted_row_is_found_and_named(chain: AuditedChain, tmp_path: Path, table: str) -> None:
    path = chain.copy(tmp_path)
    name = TABLES[table]
    with editing(path) as session:
        last, *others = session.execute(f"SELECT * FROM {table} ORDER BY {name} DESC LIMIT 1").fetchone()
        unique = [bytes(32), *others[1:]] if table == "batches" else others
        session.execute(f"INSERT INTO {table} VALUES({','.join('?' * (1 + len(others)))})", (altered(last, 5), *unique))
    findings = chain.audit(path).findings
    assert {finding.table for finding in findings} <= {table, "payloads"}
    assert findings


def test_a_waiting_batch_that_was_removed_whole_is_missed(chain: AuditedChain, tmp_path: Path) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        (batch,) = session.execute("SELECT batch FROM batches WHERE height IS NULL AND author = 1").fetchone()
        session.execute("DELETE FROM batches WHERE batch = ?", (batch,))
        session.execute("DELETE FROM payloads WHERE batch = ?", (batch,))
    (finding,) = chain.audit(path).findings
    assert str(finding) == "batches height=NULL: 1 missing that waited here for execution"


def test_an_own_waiting_batch_that_was_removed_is_missed_since_its_number_must_not_be_used_again(
    chain: AuditedChain, tmp_path: Path
) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        (batch,) = session.execute("SELECT batch FROM batches WHERE height IS NULL AND author = 0").fetchone()
        session.execute("DELETE FROM batches WHERE batch = ?", (batch,))
        session.execute("DELETE FROM payloads WHERE batch = ?", (batch,))
    (finding,) = chain.audit(path).findings
    assert finding.table == "batches"
    assert "gave out numbers up to" in finding.message


@pytest.mark.parametrize("height", [1, BLOCKS // 2, BLOCKS])
def test_a_header_forged_together_with_its_digest_is_found(chain: AuditedChain, tmp_path: Path, height: int) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        (content,) = session.execute("SELECT header FROM blocks WHERE height = ?", (height,)).fetchone()
        header = HEADER.decode(content)
        forged = type(header)(
            header.height,
            header.parent,
            header.epoch,
            header.proposal,
            header.timestamp_ms + 1,
            header.transactions_root,
            header.receipts_root,
            header.state_root,
            header.compliance_root,
            header.next_members,
        )
        content, digest = encode(forged), header_digest(forged, chain=chain_id(chain.charter))
        session.execute("UPDATE blocks SET header = ?, digest = ? WHERE height = ?", (content, digest, height))
    findings = chain.audit(path).findings
    assert [(finding.table, finding.row, finding.column) for finding in findings] == [
        ("blocks", f"height={height}", "header")
    ]


def test_certificates_that_changed_places_prove_nothing(chain: AuditedChain, tmp_path: Path) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        votes = dict(session.execute("SELECT height, votes FROM certificates WHERE height IN (7, 8)"))
        session.execute("UPDATE certificates SET votes = ? WHERE height = 7", (votes[8],))
        session.execute("UPDATE certificates SET votes = ? WHERE height = 8", (votes[7],))
    rows = [(finding.table, finding.row) for finding in chain.audit(path).findings]
    assert rows == [("certificates", "height=7"), ("certificates", "height=8")]


def test_a_certificate_cut_below_the_quorum_proves_nothing(chain: AuditedChain, tmp_path: Path) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        (votes,) = session.execute("SELECT votes FROM certificates WHERE height = 9").fetchone()
        session.execute("UPDATE certificates SET votes = ? WHERE height = 9", (encode(CERTIFICATE.decode(votes)[:2]),))
    (finding,) = chain.audit(path).findings
    assert str(finding) == "certificates height=9, column votes: it does not prove the block"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER cheat AFTER INSERT ON votes BEGIN DELETE FROM votes WHERE lsn = 1; END",
        "DROP INDEX batches_pending",
        "CREATE TABLE notes(text TEXT)",
        "ALTER TABLE state ADD COLUMN note TEXT",
    ],
)
def test_tables_that_were_rebuilt_are_found(chain: AuditedChain, tmp_path: Path, statement: str) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        session.execute(statement)
    (finding,) = chain.audit(path).findings
    assert finding.table == "sqlite_master"


def test_a_database_of_another_member_is_refused_by_its_row(chain: AuditedChain) -> None:
    (finding,) = chain.audit(chain.paths[1], 0).findings
    assert str(finding) == "meta name=member, column value: this database is of member 1, not of 0"


def test_a_sealed_but_wrong_count_is_found(chain: AuditedChain, tmp_path: Path) -> None:
    """Who recomputes the seal has read this code; the counts must still agree with the tables."""
    for name in ("executed", "certificates", "batches", "own_batch", "votes_last", "stable"):
        path = chain.copy(tmp_path)
        with editing(path) as session:
            (value,) = session.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
            forged = str(int(value) + 32)
            session.execute(
                "UPDATE meta SET value = ?, seal = ? WHERE name = ?", (forged, meta_seal(name, forged), name)
            )
        assert chain.audit(path).count, name


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:4096] + bytes(4096) + content[8192:],
        lambda content: b"not a database at all" + content[21:],
        lambda content: content[:-1],
        lambda content: b"",
    ],
)
def test_a_damaged_file_is_a_finding_and_no_crash__t_f2(
    chain: AuditedChain, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = chain.copy(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    audited = chain.audit(path)
    assert audited.count
    assert audited.ledger is None


def test_a_missing_file_says_so(chain: AuditedChain, tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"quorate\.db: reading failed"):
        chain.audit(tmp_path / "quorate.db")


def test_a_node_refuses_to_start_on_findings_and_says_what_to_do(chain: AuditedChain, tmp_path: Path) -> None:
    path = chain.copy(tmp_path)
    with editing(path) as session:
        session.execute("UPDATE transactions SET position = position + 1")
    audited = chain.audit(path)
    assert audited.count == BLOCKS
    with pytest.raises(DatabaseEdited) as caught:
        refuse_if_edited(path, audited)
    text = str(caught.value)
    assert text.count("transactions id=") == FINDINGS_SHOWN_MAX
    assert f"and {BLOCKS - FINDINGS_SHOWN_MAX} more" in text
    assert "move the file away" in text
    assert len(text.splitlines()) == 1 + len(caught.value.rows) + 1
    assert "transactions id=" not in caught.value.summary


def test_an_audit_changes_nothing(chain: AuditedChain, tmp_path: Path) -> None:
    path = chain.copy(tmp_path)
    before = path.read_bytes()
    chain.audit(path)
    assert path.read_bytes() == before


def test_the_digest_of_the_audited_tip_is_the_same_at_every_member(chain: AuditedChain) -> None:
    tips: set[Digest] = set()
    for path in chain.paths:
        with editing(path) as session:
            (digest,) = session.execute("SELECT digest FROM blocks WHERE height = ?", (BLOCKS,)).fetchone()
            tips.add(digest)
    assert len(tips) == 1
