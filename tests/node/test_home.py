"""Founding a consortium and opening its homes."""

import json
import stat
from pathlib import Path

import pytest

from ledger.charter import Charter, Role
from ledger.ledger import Ledger
from node.errors import CharterUnreadable, HomeUnusable, KeysExposed, KeysUnreadable
from node.home.charter_file import read_charter
from node.home.home import MemberSettings, new_consortium, open_home, read_member_keys, settings_to_json
from node.home.institutions import LEARNERS, VOTERS

FOUNDED_MS = 1_600_000_000_000


def found(directory: Path, members: int = 4) -> Charter:
    return new_consortium(directory, members=members, passphrase=None, founded_ms=FOUNDED_MS)


@pytest.mark.parametrize("members", range(1, 32))
def test_a_consortium_of_any_size_is_whole(tmp_path: Path, members: int) -> None:
    charter = found(tmp_path / "c", members)
    voting = charter.voters()
    assert len(voting) == members
    assert [each.id for each in voting[:7]] == [each.id for each in VOTERS[:members]]
    assert charter == read_charter(tmp_path / "c" / "charter.json")
    assert {path.name for path in (tmp_path / "c").iterdir()} == {"charter.json"} | {
        each.id for each in charter.members
    }
    for index, member in enumerate(voting):
        home = open_home(tmp_path / "c" / member.id)
        assert (home.replica, home.member, home.charter) == (index, member, charter)
        assert home.keys(passphrase=None).node.public_key == member.node_key
    assert {each.id for each in LEARNERS} <= {each.id for each in charter.members if not each.votes}
    assert any(each.role is Role.REGISTRAR for each in charter.members)
    Ledger.genesis(charter)


@pytest.mark.parametrize("members", [0, -1, 1_025])
def test_an_impossible_size_is_refused(tmp_path: Path, members: int) -> None:
    with pytest.raises(ValueError, match="1 to 1024 voting members"):
        found(tmp_path / "c", members)
    assert list(tmp_path.iterdir()) == []


def test_everyday_members_are_the_conventions_signatories(tmp_path: Path) -> None:
    charter = found(tmp_path / "c")
    assert [(each.id, each.name_zh) for each in charter.voters()] == [
        ("ant", "蚂蚁集团"),
        ("tencent", "腾讯云"),
        ("jd", "京东科技"),
        ("copyright", "国家版权交易中心联盟"),
    ]


@pytest.mark.parametrize("content", [None, "precious"])
def test_an_existing_folder_is_never_touched(tmp_path: Path, content: str | None) -> None:
    directory = tmp_path / "c"
    directory.mkdir()
    if content:
        (directory / "file").write_text(content)
    with pytest.raises(HomeUnusable, match=rf"{directory}: this folder exists already.*choose another"):
        found(directory)
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    assert [path.read_text() for path in directory.iterdir()] == ([content] if content else [])


def test_a_consortium_that_cannot_be_founded_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(CharterUnreadable, match="gifts_per_week"):
        new_consortium(
            tmp_path / "c", members=4, passphrase=None, founded_ms=FOUNDED_MS, parameters={"gifts_per_week": 1}
        )
    with pytest.raises(CharterUnreadable, match="name"):
        new_consortium(tmp_path / "c", members=4, passphrase=None, founded_ms=FOUNDED_MS, name="")
    with pytest.raises(ValueError, match="gateway_port_first"):
        new_consortium(tmp_path / "c", members=4, passphrase=None, founded_ms=FOUNDED_MS, gateway_port_first=65_534)
    assert list(tmp_path.iterdir()) == []


def test_keys_and_homes_are_for_their_owner_only(tmp_path: Path) -> None:
    charter = found(tmp_path / "c")
    for member in charter.members:
        home = tmp_path / "c" / member.id
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "keys.json").stat().st_mode) == 0o600


def test_learners_have_keys_and_no_node(tmp_path: Path) -> None:
    charter = found(tmp_path / "c")
    regulator = charter.member("regulator")
    assert regulator is not None
    path = tmp_path / "c" / "regulator"
    keys = read_member_keys(path / "keys.json", regulator, passphrase=None)
    assert keys.operator.public_key == regulator.operator_key
    with pytest.raises(HomeUnusable, match="learners run no node"):
        open_home(path)


def test_settings_follow_the_arguments(tmp_path: Path) -> None:
    buses = ("mqtt://one:1883", "mqtt://two:1883")
    new_consortium(
        tmp_path / "c", members=2, passphrase=None, founded_ms=FOUNDED_MS, buses=buses, gateway_port_first=9_000
    )
    new_consortium(tmp_path / "free", members=2, passphrase=None, founded_ms=FOUNDED_MS, gateway_port_first=0)
    assert open_home(tmp_path / "c" / "tencent").settings == MemberSettings(
        member="tencent", gateway_port=9_001, buses=buses
    )
    assert open_home(tmp_path / "free" / "tencent").settings.gateway_port == 0


def test_a_sealed_home_opens_with_its_passphrase(tmp_path: Path) -> None:
    new_consortium(tmp_path / "c", members=1, passphrase=b"secret", founded_ms=FOUNDED_MS)
    home = open_home(tmp_path / "c" / "ant")
    assert home.keys(passphrase=b"secret").node.public_key == home.member.node_key


def test_another_members_keys_are_refused(tmp_path: Path) -> None:
    found(tmp_path / "c")
    ant, jd = open_home(tmp_path / "c" / "ant"), open_home(tmp_path / "c" / "jd")
    ant.key_file.write_bytes(jd.key_file.read_bytes())
    with pytest.raises(KeysUnreadable, match="these keys are not ant's"):
        ant.keys(passphrase=None)


def test_exposed_keys_are_refused(tmp_path: Path) -> None:
    found(tmp_path / "c")
    home = open_home(tmp_path / "c" / "ant")
    home.key_file.chmod(0o644)
    with pytest.raises(KeysExposed):
        home.keys(passphrase=None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"member": "nobody"}, "'nobody' is no voting member"),
        ({"member": "regulator"}, "'regulator' is no voting member"),
        ({"gateway_port": 65_536}, "gateway_port"),
        ({"gateway_port": "7460"}, "gateway_port"),
        ({"buses": []}, "buses"),
        ({"block_interval_ms": -1}, "block_interval_ms"),
        ({"batch_bytes_max": 1 << 30}, "batch_bytes_max"),
        ({"target_failover_ms": 0}, "target_failover_ms"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    found(tmp_path / "c")
    path = tmp_path / "c" / "ant" / "member.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))
    with pytest.raises(HomeUnusable, match=rf"member\.json.*{named}"):
        open_home(path.parent)


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]"])
def test_a_broken_settings_file_is_named(tmp_path: Path, content: bytes) -> None:
    found(tmp_path / "c")
    path = tmp_path / "c" / "ant" / "member.json"
    path.write_bytes(content)
    with pytest.raises(HomeUnusable, match=r"member\.json: these settings are wrong"):
        open_home(path.parent)


def test_a_home_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="quorate charter new"):
        open_home(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CharterUnreadable, match="copy the consortium's charter"):
        open_home(tmp_path / "empty")


def test_defaults_may_be_left_out_of_the_settings(tmp_path: Path) -> None:
    found(tmp_path / "c")
    path = tmp_path / "c" / "ant" / "member.json"
    path.write_text('{"member": "ant"}')
    assert open_home(path.parent).settings == MemberSettings(member="ant")
    assert json.loads(settings_to_json(MemberSettings(member="ant")))["member"] == "ant"
