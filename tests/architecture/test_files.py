import re
import subprocess

import pytest

from tests.architecture.files import ROOT, name_of, sources

LINES_MAX = 400
QUORUM_FORMULA = re.compile(r"\bn\s*-\s*1\s*\)?\s*//\s*3|-\s*1\)\s*//\s*3|2\s*\*\s*f\s*\+\s*1")
MAY_STATE_THE_QUORUM = {"consensus/quorum.py", "quorate/verifier/block.py"}
UNCLEAR = {"manager", "helper", "helpers", "util", "utils", "common", "misc"}
TEXT = {".py", ".md", ".toml", ".lock", ".json", ".csv", ".txt", ".yml", ".cfg", ".html", ".js", ".css", ""}


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_file_is_short_and_named_for_what_it_is(path):
    assert path.read_text(encoding="utf-8").count("\n") <= LINES_MAX
    assert path.stem not in UNCLEAR


def test_quorum_arithmetic_stands_in_one_file_and_in_the_independent_verifier():
    found = {
        name_of(path)
        for path in sources()
        if any(QUORUM_FORMULA.search(line.split("#")[0]) for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert found == MAY_STATE_THE_QUORUM


def test_no_file_names_a_machine_or_leaves_work_for_later():
    here = name_of(ROOT / "tests/architecture/test_files.py")
    unwanted = [f"{slash}{place}{slash}" for slash in "/" for place in ("work", "root", "home/user")] + [
        "TO" + "DO",
        "FIX" + "ME",
    ]
    for name in tracked():
        path = ROOT / name
        if name == here or path.suffix not in TEXT:
            continue
        text = path.read_text(encoding="utf-8")
        assert not [each for each in unwanted if each in text], name


def test_lock_files_bind_every_package_by_hash_and_name_no_index():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip() and not entry.startswith("#")]
        assert len(entries) > 20
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
        assert "--index" not in text


def test_development_lock_holds_what_the_runtime_lock_holds():
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert versions("requirements.lock") < versions("requirements-dev.lock")
