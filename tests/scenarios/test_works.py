"""Catalogues: the one that comes with Quorate, and everything that can be wrong with another."""

import csv
import re
from hashlib import sha256

import msgspec
import pytest

from ledger.names import Title, WorkId
from scenarios.errors import CatalogueUnreadable
from scenarios.first_day.stage import Scale
from scenarios.works import CATALOGUE_FILE, COLUMNS, read_works, works_from_csv

HEADER = ",".join(COLUMNS)
ROW = "IMA,40,tomb guardian,unknown,,early 700s,Tang dynasty,earthenware,1997.1,Anonymous Art Fund,A Museum,CC0 1.0"


def table(*rows):
    return "\n".join((HEADER, *rows)).encode()


def test_the_catalogue_that_comes_with_quorate_suffices_for_the_day():
    works = read_works(count_min=Scale().works)
    assert len(works) >= Scale().works
    assert {work.licence for work in works} == {"CC BY 3.0", "CC0 1.0"}


def test_every_work_of_the_catalogue_fits_the_ledgers_bounds():
    for work in read_works():
        msgspec.convert(work.id, WorkId)
        for text in (work.title, work.creator, work.holder):
            msgspec.convert(text, Title)


def test_no_work_of_the_catalogue_was_made_after_1900():
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert not re.search(r"\b(19|20)[0-9]{2}\b", row["date"] + row["creator_life"]), row


def test_a_row_becomes_a_work():
    (work,) = works_from_csv(table(ROW))
    assert (work.id, work.title, work.creator) == ("ima-40", "tomb guardian", "unknown")
    assert work.source == "A Museum, 1997.1; record under CC0 1.0"


def test_content_hash_is_that_of_the_canonical_row():
    (work,) = works_from_csv(table(ROW))
    cells = ROW.split(",")
    # MessagePack by hand: an array of 12, then fixstr or str 8.
    encoded = b"\x9c" + b"".join(
        (bytes([0xA0 | len(cell)]) if len(cell) < 32 else bytes([0xD9, len(cell)])) + cell.encode() for cell in cells
    )
    assert work.content_hash == sha256(encoded).digest()


def test_a_byte_order_mark_is_read_over():
    assert works_from_csv(b"\xef\xbb\xbf" + table(ROW)) == works_from_csv(table(ROW))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "row 1: column 'catalogue' is missing"),
        (b"title,maker\n", "row 1, column 1: the header says 'title', expected 'catalogue'"),
        (",".join(COLUMNS[:-1]).encode(), "row 1: column 'licence' is missing"),
        (f"{HEADER},price".encode(), "row 1: 'price' is no column"),
        (table(ROW, "IMA,41,fan"), "row 3: 3 cells, expected 12"),
        (table(ROW.replace("tomb guardian", "")), "row 2, column title: empty"),
        (table(ROW.replace("tomb guardian", "  ")), "row 2, column title: empty"),
        (table(ROW.replace("CC0 1.0", "")), "row 2, column licence: empty"),
        (table(ROW.replace("tomb guardian", "t" * 201)), "row 2, column title: 201 characters, at most 200"),
        (table(ROW.replace("earthenware", "e" * 501)), "row 2, column materials: 501 characters, at most 500"),
        (table(ROW.replace("tomb guardian", "tomb\x07guardian")), "row 2, column title: holds a control character"),
        (table(ROW, ROW), "row 3, columns catalogue and record: the same as in row 2"),
        (table(ROW.replace("IMA,40", "墓,俑")), "row 2, column record: gives no name"),
        (table(ROW.replace(",40,", f",{'4' * 60},")), "row 2, column record: gives no name"),
        (table(ROW)[:-3] + b"\xff\xfe", "row 2: not UTF-8"),
        (table(ROW, 'IMA,"41'), "row 3: not CSV"),
        (table(), "0 works; at least 1"),
    ],
)
def test_what_is_wrong_is_named_with_row_and_column(content, said):
    with pytest.raises(CatalogueUnreadable, match=re.escape(said)):
        works_from_csv(content)


def test_too_few_works_are_refused():
    with pytest.raises(CatalogueUnreadable, match="1 works; at least 40 are needed"):
        works_from_csv(table(ROW), count_min=40)


def test_a_catalogue_is_bounded(monkeypatch):
    monkeypatch.setattr("scenarios.works.CATALOGUE_BYTES_MAX", 100)
    with pytest.raises(CatalogueUnreadable, match="more than 100 bytes"):
        works_from_csv(b"x" * 101)


def test_the_number_of_works_is_bounded(monkeypatch):
    monkeypatch.setattr("scenarios.works.WORKS_MAX", 1)
    with pytest.raises(CatalogueUnreadable, match="row 3: more than 1 works"):
        works_from_csv(table(ROW, ROW.replace(",40,", ",41,")))


def test_an_absent_file_says_what_to_do(tmp_path):
    with pytest.raises(CatalogueUnreadable, match=r"absent\.csv.*cannot be read.*What to do"):
        read_works(tmp_path / "absent.csv")


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "wrong.csv").write_bytes(b"nonsense")
    with pytest.raises(CatalogueUnreadable, match=r"wrong\.csv: row 1"):
        read_works(tmp_path / "wrong.csv")
