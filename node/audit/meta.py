"""The frame: an undamaged file, the tables as they were made, and the rows of `meta`."""

import sqlite3

from canonical.hashing import Digest
from node.audit.findings import Findings
from node.storage.columns import meta_seal
from node.storage.meta import NAMES, Meta, read_meta
from node.storage.schema import SCHEMA_VERSION, create, is_passing

_OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"


def audit_file(connection: sqlite3.Connection, findings: Findings) -> None:
    """Find damaged pages and tables, indices or triggers that are not as they were made."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        findings.add("the file", "", "", f"its pages are damaged: {verdict}")
        return
    with_schema = sqlite3.connect(":memory:")
    create(with_schema)
    expected = {name: (kind, sql) for kind, name, sql in with_schema.execute(_OBJECTS)}
    with_schema.close()
    # A table that took another's place has its name in quotes.
    found = {
        name: (kind, sql.replace('"', ""))
        for kind, name, sql in connection.execute(_OBJECTS)
        if not (kind == "table" and is_passing(name))
    }
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            findings.add("sqlite_master", f"name={name}", "", f"the {expected[name][0]} is missing")
        elif name not in expected:
            findings.add("sqlite_master", f"name={name}", "", f"a {found[name][0]} that no node makes")
        elif found[name] != expected[name]:
            findings.add("sqlite_master", f"name={name}", "sql", f"the {expected[name][0]} was changed")


def audit_meta(connection: sqlite3.Connection, findings: Findings, *, chain: Digest, member: int) -> Meta | None:
    """Find rows of `meta` whose value is not the one that was written; return them typed if all is well."""
    rows = {name: (value, seal) for name, value, seal in connection.execute("SELECT name, value, seal FROM meta")}
    for name in sorted(rows.keys() | set(NAMES)):
        row = f"name={name}"
        if name not in rows:
            findings.add("meta", row, "", "the row is missing")
        elif name not in NAMES:
            findings.add("meta", row, "", "a row that no node writes")
        elif rows[name][1] != meta_seal(name, rows[name][0]):
            findings.add("meta", row, "value", "value and seal do not belong together: one of them was edited")
    if findings.has("meta"):
        return None
    meta = read_meta(connection)
    for name, found, expected in (
        ("schema", meta.schema, SCHEMA_VERSION),
        ("chain", meta.chain, chain.hex()),
        ("member", str(meta.member), str(member)),
    ):
        if found != expected:
            findings.add("meta", f"name={name}", "value", f"this database is of {name} {found}, not of {expected}")
    return None if findings.has("meta") else meta
