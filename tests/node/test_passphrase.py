"""Where a passphrase comes from, and where it does not."""

from pathlib import Path

import pytest

from node.errors import PassphraseWrong
from node.home.passphrase import PASSPHRASE_BYTES_MAX, VARIABLE, ask, find_passphrase


def never(prompt: str) -> str:
    raise AssertionError("nobody is to be asked")


def test_the_named_file_comes_first_then_the_environments_then_the_keyboard(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("first\n")
    two.write_text("second\r\n")
    assert find_passphrase(one, environment={VARIABLE: str(two)}, asking=never) == b"first"
    assert find_passphrase(None, environment={VARIABLE: str(two)}, asking=never) == b"second"
    assert find_passphrase(None, environment={}, asking=lambda prompt: "第三") == "第三".encode()


@pytest.mark.parametrize(
    ("content", "passphrase"), [(b"a\n\n", b"a\n"), (b" a ", b" a "), (b"a", b"a"), (b"a\n", b"a")]
)
def test_only_one_line_end_is_taken_off(tmp_path: Path, content: bytes, passphrase: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert find_passphrase(tmp_path / "file", environment={}, asking=never) == passphrase


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n", b"x" * (PASSPHRASE_BYTES_MAX + 1), b"x" * 1_000_000])
def test_an_empty_or_absurd_passphrase_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(PassphraseWrong, match="empty or longer"):
        find_passphrase(tmp_path / "file", environment={}, asking=never)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PassphraseWrong, match=r"nowhere: .*cannot be read"):
        find_passphrase(tmp_path / "nowhere", environment={}, asking=never)


def test_without_a_terminal_nobody_waits_for_a_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(PassphraseWrong, match=VARIABLE):
        ask("Passphrase: ")
