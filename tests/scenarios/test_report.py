"""The claims page on terminals of all widths, and what is listed of the run's folder."""

from scenarios.first_day.claims import Claim, Kind
from scenarios.first_day.report import _where, claims_page

CLAIMS = (
    Claim(
        Kind.SAFETY, "a certificate with one digit altered does not verify", True, "FAILED receipt path: " + "x " * 30
    ),
    Claim(Kind.LIVENESS, "all members hold all blocks", False, "ant 29, jd 28"),
)


def test_where_there_is_room_what_was_found_stands_beside_the_claim():
    first, second = claims_page(CLAIMS, width=None)
    assert first.startswith("  holds   a certificate")
    assert first.rstrip().endswith("x")
    assert second.split("  ")[-1] == "ant 29, jd 28"
    assert second.startswith("  BROKEN  all members hold all blocks (liveness)")


def test_at_80_columns_what_was_found_stands_indented_below():
    lines = claims_page(CLAIMS, width=80)
    assert all(len(line) <= 80 for line in lines)
    assert [line[:12].isspace() for line in lines] == [False, True, True, False, True]


def test_only_files_that_exist_are_listed(tmp_path):
    (tmp_path / "story.log").write_text("")
    (tmp_path / "ant").mkdir()
    (tmp_path / "ant" / "quorate.db").write_text("")
    assert _where(tmp_path) == [f"The run's folder is {tmp_path}:", "  story.log", "  ant/ with quorate.db"]
