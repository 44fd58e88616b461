"""Proofs taken away from a real member, by path and by command, hold without it."""

import httpx
import pytest
from click.testing import CliRunner

from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, MintBatch
from node.statement_file import Kind
from quorate.__main__ import main
from quorate.verifier.checks import verify
from tests.node.one_member import one_member, person_account, work

SERIES = CreateSeries(
    "landscape-a", "landscape", "Landscapes", 10, 1_900, ("ant",), (Anchor(AnchorKind.EXHIBIT, "Hall 3"),),
    Disclosure("A print.", "Private viewing."),
)  # fmt: skip
ASKED = (
    (Kind.OWNERSHIP, "landscape-a-0002"),
    (Kind.COPYRIGHT, "landscape"),
    (Kind.ABSENCE, "prints-0001"),
    (Kind.HOLDINGS, "ant.li"),
    (Kind.HOLDINGS, "ant.nobody"),
    (Kind.COMPLIANCE, "1"),
)


@pytest.fixture
async def member(tmp_path):
    async with one_member(tmp_path) as alone:
        await alone.client.finalise(alone.operator("copyright").seal(work()))
        ant = alone.operator("ant")
        await alone.client.finalise(ant.seal(person_account("li"), SERIES, MintBatch("landscape-a", 3)))
        yield alone


async def test_a_member_states_what_its_ledger_says_and_anybody_can_check_it(member):
    charter = (await member.http.get("/v1/charter")).content
    for kind, subject in ASKED:
        response = await member.http.get(f"/v1/statements/{kind.value}/{subject}")
        assert response.status_code == 200, response.text
        report = verify(response.content, charter)
        assert report.holds, (kind, report.failed())


async def test_what_cannot_be_stated_is_refused_with_the_reason_and_the_cure(member):
    for path, code in (
        ("ownership/prints-0001", "nothing-to-state"),
        ("copyright/nothing", "nothing-to-state"),
        ("absence/prints-1", "nothing-to-state"),
        ("absence/prints-0000", "nothing-to-state"),
        ("absence/prints-00001", "nothing-to-state"),
        ("holdings/Ant.li", "nothing-to-state"),
        ("compliance/01", "bad-identifier"),
        ("absence/prints-0001?height=999", "height-out-of-reach"),
        ("compliance/one", "bad-identifier"),
        ("compliance/999", "height-out-of-reach"),
        ("beauty/landscape", "bad-identifier"),
    ):
        response = await member.http.get(f"/v1/statements/{path}")
        assert response.json()["code"] == code, response.text
        assert response.json()["cure"]


async def test_a_proof_is_fetched_and_checked_by_two_commands(member, tmp_path, monkeypatch):
    charter, file = tmp_path / "charter.json", tmp_path / "proof.json"
    charter.write_bytes((await member.http.get("/v1/charter")).content)
    paths = ("/v1/statements/copyright/landscape", "/v1/statements/ownership/nothing-0001")
    answers = {f"http://gateway{path}": await member.http.get(path) for path in paths}
    monkeypatch.setattr(httpx.Client, "get", lambda _, url: answers[url])

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, list(arguments))
        return result.exit_code, result.output

    code, text = run("certificate", "http://gateway/", "copyright", "landscape", "-o", str(file))
    assert code == 0, text
    code, text = run("verify", str(file), "--charter", str(charter))
    assert code == 0, text
    assert "What the chain proves" in text
    code, text = run("verify", str(file), "--charter", str(charter), "--content", str(charter))
    assert code == 10
    assert "FAILED   content" in text
    code, text = run("certificate", "http://gateway", "ownership", "nothing-0001", "-o", str(file))
    assert code == 1
    assert "there is no token nothing-0001" in text
    assert "What to do" in text
