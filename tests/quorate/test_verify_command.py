import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from quorate.__main__ import main
from quorate.commands.safe_text import shown, written
from quorate.commands.verify import EXIT_REFUSED
from tests.quorate.certificates import block_of, charter_json

BLOCK = block_of()


@pytest.fixture
def files(tmp_path):
    (tmp_path / "certificate.json").write_bytes(BLOCK.certificate(1, 2))
    (tmp_path / "charter.json").write_bytes(charter_json(BLOCK.charter))
    return [str(tmp_path / "certificate.json"), "--charter", str(tmp_path / "charter.json")]


def test_certificate_that_holds_exits_0_and_says_what_is_proved_and_what_is_claimed(files):
    result = CliRunner().invoke(main, ["verify", *files])
    assert result.exit_code == 0, result.output
    assert "FAILED" not in result.output
    assert "3 of 4 members signed it (member-0, member-1, member-2); 3 are a quorum" in result.output
    assert "It did: minted token=series-1-0001" in result.output
    assert result.output.index("What the chain proves") < result.output.index("What somebody claimed")


def test_refused_transaction_shows_the_rule_and_when_to_try_again(tmp_path, files):
    (tmp_path / "certificate.json").write_bytes(BLOCK.certificate(1, 0))
    result = CliRunner().invoke(main, ["verify", *files])
    assert result.exit_code == 0
    assert (
        'The ledger refused it: E_SEALED (R5.2), in its words "The series is sealed.". It may be tried again from '
        "2021-12-20" in result.output
    )
    assert "The ledger accepted it" not in result.output


def test_altered_certificate_exits_10_and_names_the_check_and_shows_no_contents(tmp_path, files):
    altered = BLOCK.certificate(1, 2).replace(b'"sides":"', b'"sides":"l', 1)
    (tmp_path / "certificate.json").write_bytes(altered)
    result = CliRunner().invoke(main, ["verify", *files])
    assert result.exit_code == EXIT_REFUSED == 10
    assert "does NOT hold. It fails: format." in result.output
    assert "proves" not in result.output


def test_json_says_the_same_to_a_program(files):
    result = CliRunner().invoke(main, ["verify", *files, "--json"])
    report = json.loads(result.output)
    assert result.exit_code == 0
    assert report["holds"] is True
    assert report["failed"] == []
    assert [check["outcome"] for check in report["checks"]] == ["passed"] * 13
    assert report["proved"]
    assert report["claimed"]


def test_json_of_a_refused_certificate_exits_10_and_proves_nothing(tmp_path, files):
    (tmp_path / "certificate.json").write_bytes(b"{}")
    result = CliRunner().invoke(main, ["verify", *files, "--json"])
    report = json.loads(result.output)
    assert result.exit_code == EXIT_REFUSED
    assert report["holds"] is False
    assert report["failed"] == ["format"]
    assert report["proved"] == report["claimed"] == []


def test_missing_file_is_a_wrong_command_line(files):
    assert CliRunner().invoke(main, ["verify", "nowhere.json", *files[1:]]).exit_code == 2


def test_text_from_a_file_cannot_steer_the_terminal():
    assert shown("\x1b[2Jred\u202e") == "\N{REPLACEMENT CHARACTER}[2Jred\N{REPLACEMENT CHARACTER}"
    assert len(shown("x" * 10_000)) == 160


def test_time_beyond_the_calendar_is_shown_as_a_number():
    assert written(2**62) == f"{2**62} ms"
    assert written(0) == "1970-01-01 00:00:00 UTC"


def test_help_lists_every_command_and_imports_none():
    code = (
        "import sys; from click.testing import CliRunner; from quorate.__main__ import COMMANDS, main\n"
        "result = CliRunner().invoke(main, ['--help'])\n"
        "assert result.exit_code == 0, result.output\n"
        "assert all(name in result.output for name in COMMANDS), result.output\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "click" in loaded
    assert not {"nacl", "msgspec", "msgpack", "litestar", "aiomqtt", "rich", "networkx", "asyncio"} & loaded


def test_every_command_can_be_imported_and_has_a_help_page():
    for name in main.list_commands(None):  # type: ignore[arg-type]
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0, f"{name}: {result.output}"


def test_unknown_command_is_a_wrong_command_line():
    assert CliRunner().invoke(main, ["veryfi"]).exit_code == 2


def test_verify_can_be_imported_from_the_package():
    import quorate

    assert quorate.verify(BLOCK.certificate(), charter_json(BLOCK.charter)).holds
    with pytest.raises(AttributeError, match="nothing"):
        quorate.nothing  # noqa: B018
