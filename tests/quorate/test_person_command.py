"""`quorate person`: from papers to an account on a chain, and to being nobody again."""

import re
import stat

import pytest
from click.testing import CliRunner

from canonical.hashing import Digest
from ledger.person import opens
from node.home.home import new_consortium
from node.home.person_file import read_persons
from quorate.__main__ import main
from tests.quorate.served import command, served

LI = "11010519491231002X"


@pytest.fixture
def home(tmp_path):
    new_consortium(tmp_path / "all", members=4, passphrase=None, founded_ms=1, gateway_port_first=0)
    return tmp_path / "all" / "ant"


def run(*arguments: object, written: str = ""):
    return CliRunner().invoke(main, [str(each) for each in arguments], input=written)


async def test_a_person_is_kept_registered_signs_and_is_erased(tmp_path):
    async with served(tmp_path) as (member, home):
        kept = await command("person", "add", home, "ant.li", "--document-file", "-", written=f"{LI}\n")
        assert kept.exit_code == 0, kept.output
        # What it printed is run as it stands.
        words = re.sub(r"\\\n", "", kept.output.split("quorate ", 1)[1]).split()
        registered = await command(*words)
        assert registered.exit_code == 0, registered.output
        (salt,) = {each.salt for each in read_persons(home / "persons.json", passphrase=None)}
        commitment = Digest(bytes.fromhex((await member.client.account("ant.li")).person or ""))
        assert opens(commitment, salt, LI)

        approved = ("set_approval_for_all", "operator=ant", "approved=true")
        signed = await command("submit", home, *approved, "--account", "ant.li")
        assert signed.exit_code == 0, signed.output
        assert (await member.client.account("ant.li")).nonce_highest == 1
        nobody = await command("submit", home, *approved, "--account", "ant.wang")
        assert nobody.exit_code == 1
        assert "The key of ant.wang is not in" in nobody.output

        erased = await command("person", "erase", home, "ant.li", written="y\n")
        assert erased.exit_code == 0, erased.output
        assert read_persons(home / "persons.json", passphrase=None) == ()
        # The chain is as it was.
        assert bytes.fromhex((await member.client.account("ant.li")).person or "") == commitment
        assert (await command("submit", home, *approved, "--account", "ant.li")).exit_code == 1


def test_what_is_kept_is_shown_without_the_salt_unless_it_is_asked_for(home, tmp_path):
    paper = tmp_path / "paper"
    paper.write_text(LI)
    for name in ("ant.li", "ant.li-2"):
        assert run("person", "add", home, name, "--document-file", paper).exit_code == 0
    (salt,) = {each.salt for each in read_persons(home / "persons.json", passphrase=None)}
    listed = run("person", "show", home)
    assert "2 accounts of 1 people" in listed.output
    assert salt.hex() not in listed.output + run("person", "show", home, "ant.li").output
    assert f"salt        {salt.hex()}" in run("person", "show", home, "ant.li", "--salt").output
    assert "is this person's" in run("person", "show", home, "ant.li", "--document-file", paper).output
    paper.write_text("E12345678")
    assert "is NOT this person's" in run("person", "show", home, "ant.li", "--document-file", paper).output
    assert run("person", "show", home, "ant.wang").exit_code == 1
    assert run("person", "show", home, "--salt").exit_code == 2


def test_a_salt_goes_with_the_person_to_another_platform(home, tmp_path):
    paper, salt = tmp_path / "paper", tmp_path / "salt"
    paper.write_text(LI)
    run("person", "add", home, "ant.li", "--document-file", paper)
    (here,) = read_persons(home / "persons.json", passphrase=None)
    salt.write_text(f"{here.salt.hex()}\n")
    done = run("person", "add", home.parent / "jd", "jd.li", "--document-file", paper, "--salt-file", salt)
    assert f"person={here.person.hex()}" in done.output
    salt.write_text("ab")
    wrong = run("person", "add", home.parent / "jd", "jd.li-2", "--document-file", paper, "--salt-file", salt)
    assert wrong.exit_code == 2
    assert "64 hex digits" in wrong.output


@pytest.mark.slow
def test_salts_are_sealed_with_the_passphrase_of_the_keys(tmp_path):
    word, paper = tmp_path / "word", tmp_path / "paper"
    word.write_text("open sesame")
    paper.write_text(LI)
    new_consortium(tmp_path / "all", members=1, passphrase=b"open sesame", founded_ms=1, gateway_port_first=0)
    home = tmp_path / "all" / "ant"
    asked = ("person", "add", home, "ant.li", "--document-file", paper, "--passphrase-file", word)
    assert run(*asked).exit_code == 0
    file = home / "persons.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ant.li" not in file.read_bytes()
    word.write_text("open sesam")
    wrong = run("person", "show", home, "--passphrase-file", word)
    assert wrong.exit_code == 1
    assert "does not open the keys" in wrong.output


def test_what_cannot_be_done_is_said_and_changes_nothing(home, tmp_path):
    paper = tmp_path / "paper"
    paper.write_text(LI)
    other = run("person", "add", home, "jd.li", "--document-file", paper)
    assert other.exit_code == 1
    assert "no account of ant" in other.output
    assert run("person", "erase", home, "ant.li", "--yes").exit_code == 1
    unasked = run("person", "add", home, "ant.li")
    assert unasked.exit_code == 2
    assert "--document-file" in unasked.output
    assert run("person", "add", home, "ant.li", "--document-file", paper).exit_code == 0
    assert run("person", "add", home, "ant.li", "--document-file", paper).exit_code == 1
    assert run("person", "erase", home, "ant.li", written="n\n").exit_code == 1
    assert len(read_persons(home / "persons.json", passphrase=None)) == 1
    own = run("person", "add", home, "ant.li-2", "--document-file", paper, "--own-key", "ab")
    assert own.exit_code == 2
