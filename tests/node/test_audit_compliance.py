"""What was checked and refused, proved out of a member's database; and every way in which it can fail to be."""

import sqlite3

import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from canonical.signing import PublicKey
from ledger.epochs import EPOCH_RULE_IDS
from ledger.receipts import ComplianceEntry, Receipt, Refusal, Status
from node.audit.compliance import about_transactions, audit_compliance, refusals_by_rule
from node.errors import StorageFailed
from node.home.keys import verify_signature
from node.storage.columns import COMPLIANCE, HEADER, RECEIPTS
from tests.node.audited_chain import BLOCKS, build_chain


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    return build_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def database(chain, tmp_path):
    return chain.copy(tmp_path)


def audited(chain, path, first=None, last=None):
    return audit_compliance(path, charter=chain.charter, first=first, last=last, verify=verify_signature)


def edit(path, *statements):
    connection = sqlite3.connect(path)
    with connection:
        for statement, *values in statements:
            connection.execute(statement, values)
    connection.close()


def column(path, name, height):
    connection = sqlite3.connect(path)
    (found,) = connection.execute(f"SELECT {name} FROM blocks WHERE height = ?", (height,)).fetchone()
    connection.close()
    return found


def test_every_certified_block_is_proved_and_its_counts_add_up(chain, database):
    whole = audited(chain, database)
    assert whole.count == 0
    assert [block.height for block in whole.blocks] == list(range(1, whole.last + 1))
    assert whole.last >= BLOCKS
    assert all(block.signers >= 3 for block in whole.blocks)
    totals = whole.totals()
    transactions = sum(block.transactions for block in whole.blocks)
    assert totals["L1"] == (transactions, 0)


def test_what_an_epochs_end_added_is_not_looked_for_in_receipts():
    asked = (ComplianceEntry("R10.4", 5, 1), ComplianceEntry("R10.5", 5, 2))
    added = tuple(ComplianceEntry(rule, 7, 3) for rule in EPOCH_RULE_IDS)
    assert about_transactions(asked) == about_transactions(asked + added) == asked
    assert about_transactions(added) == about_transactions(()) == ()


def test_a_rule_counts_once_for_a_transaction_however_many_of_its_rows_refused():
    hold, gone = (Refusal(code, "R10.1", 10, "No.", (), None) for code in ("E_HOLD", "E_OTHER"))
    key = Refusal("E_KEY", "L2", 0, "No.", (), None)
    receipts = [
        Receipt(Digest(bytes(32)), Status.REFUSED, (key, hold, gone), ()),
        Receipt(Digest(bytes(32)), Status.REFUSED, (hold,), ()),
        Receipt(Digest(bytes(32)), Status.ACCEPTED, (), ()),
    ]
    assert refusals_by_rule(receipts) == {"L2": 1, "R10.1": 2}


def test_a_range_is_the_sum_of_its_blocks(chain, database):
    single = [audited(chain, database, height, height) for height in (3, 4, 5)]
    together = audited(chain, database, 3, 5)
    assert together.blocks == tuple(block for each in single for block in each.blocks)
    assert [block.height for block in together.blocks] == [3, 4, 5]


def test_a_block_without_its_certificate_is_vouched_for_by_the_ones_above(chain, database):
    edit(database, ("DELETE FROM certificates WHERE height IN (7, 8)",))
    both = audited(chain, database, 7, 8)
    assert both.count == 0
    assert [(block.height, block.signers) for block in both.blocks] == [(7, 0), (8, 0)]


def test_a_report_that_was_edited_is_not_proved(chain, database):
    report = msgspec.msgpack.decode(column(database, "compliance", 9), type=tuple[ComplianceEntry, ...])
    better = tuple(msgspec.structs.replace(entry, refused=0, checked=entry.checked + 1) for entry in report)
    edit(database, ("UPDATE blocks SET compliance = ? WHERE height = 9", encode(better)))
    found = audited(chain, database)
    assert [str(each) for each in found.findings] == [
        "blocks height=9, column compliance: it does not lead to the header's compliance root"
    ]
    assert 9 not in {block.height for block in found.blocks}
    assert len(found.blocks) == found.last - 1


def test_receipts_that_were_edited_are_not_counted(chain, database):
    fewer = RECEIPTS.decode(column(database, "receipts", 9))[:-1]
    edit(database, ("UPDATE blocks SET receipts = ? WHERE height = 9", encode(fewer)))
    (finding,) = audited(chain, database, 9, 9).findings
    assert finding.column == "receipts"


def test_a_header_that_was_rewritten_with_its_report_is_signed_by_nobody(chain, database):
    header = msgspec.structs.replace(HEADER.decode(column(database, "header", 9)), timestamp_ms=1)
    edit(database, ("UPDATE blocks SET header = ? WHERE height = 9", encode(header)))
    (finding,) = audited(chain, database, 9, 9).findings
    assert (finding.row, finding.column, finding.message) == ("height=9", "header", "no quorum signed it")


def test_the_last_header_without_certificate_is_not_proved(chain, database):
    edit(database, ("DELETE FROM certificates WHERE height >= 9",))
    found = audited(chain, database, 8, 9)
    assert [block.height for block in found.blocks] == [8]
    assert "not certified" in found.findings[0].message
    assert audited(chain, database).last == 8


def test_another_charter_proves_nothing(chain, database):
    member = msgspec.structs.replace(chain.charter.members[0], node_key=PublicKey(bytes(32)))
    other = msgspec.structs.replace(chain.charter, members=(member, *chain.charter.members[1:]))
    found = audit_compliance(database, charter=other, first=1, last=5, verify=verify_signature)
    assert (found.blocks, found.count) == ((), 5)


def test_removed_rows_are_one_finding_and_so_are_heights_that_never_were(chain, database):
    edit(database, ("DELETE FROM blocks WHERE height BETWEEN 9 AND 11",))
    assert [each.row for each in audited(chain, database, 5, 15).findings] == ["height=9..11"]
    found = audited(chain, database, 1, 10**15)
    assert found.findings[0].row.startswith("height=")
    assert found.count < 5
    edit(database, ("INSERT INTO certificates(height, votes) VALUES(?, x'90')", 10**15))
    assert audited(chain, database).count < 10


def test_a_file_that_is_no_database_of_a_member_is_answered_in_words(chain, tmp_path):
    (tmp_path / "empty.db").touch()
    with pytest.raises(StorageFailed, match="no member's database"):
        audited(chain, tmp_path / "empty.db")
    (tmp_path / "text.db").write_text("no database" * 200)
    with pytest.raises(StorageFailed):
        audited(chain, tmp_path / "text.db")


def test_a_report_whose_refusals_the_receipts_do_not_tell_of_is_found(chain, database, monkeypatch):
    """A quorum that certified a wrong report cannot be made here, so the count is made wrong instead."""
    monkeypatch.setattr("node.audit.compliance.refusals_by_rule", lambda _: {"R10.1": 1})
    (finding,) = audited(chain, database, 9, 9).findings
    assert "the receipts tell of the refusals [('R10.1', 1)]" in finding.message
    assert COMPLIANCE.decode(column(database, "compliance", 9))
