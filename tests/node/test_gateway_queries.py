"""Questions over a real member: each name, each as of a height, each with rows that lead to a certified header."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canonical.hashing import Digest
from canonical.signing import PublicKey
from consensus.certificate import is_block_certificate
from consensus.messages import BlockHeader, CertificateVote, header_digest
from consensus.quorum import Committee
from consensus.types import ReplicaId
from ledger.commitment import OtherBranch, OtherLeaf, StateProof, Step, verify_proof
from ledger.operations.accounts import RotateKey
from ledger.operations.freezes import FreezeToken
from ledger.operations.governance import ChangeParameters, ParameterChange, Pause, Propose
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from ledger.operations.tokens import Approve, Burn, Redeem, SetApprovalForAll
from ledger.receipts import ComplianceEntry, Event, compliance_root
from ledger.records.freezes import FreezeRecord
from ledger.records.measures import DisputeRecord, ForcedTransferRecord, TakedownRecord
from node.client import Refused
from node.gateway.errors import RequestRefused
from node.gateway.queries import history as history_module
from node.gateway.queries.cases import DisputeReply, ForcedTransferReply, FreezeReply, TakedownReply
from node.gateway.queries.history import is_about
from node.gateway.queries.pace import Pace
from node.gateway.queries.routes import QUERY_ROUTES
from node.gateway.queries.table import QUERIES
from node.gateway.queries.types import OwnerAnswer
from node.home.keys import verify_signature
from node.wallet import Wallet
from tests.node.one_member import PERSON_KEYS, OneMember, one_member, person_account, work


@pytest.fixture
async def alone(tmp_path, monkeypatch):
    """A member that never rests between dear questions: no time passes on its clock."""
    async with one_member(tmp_path) as member:
        monkeypatch.setattr(member.service.asking, "_pace", Pace(lambda: 0.0))
        yield member


async def told(member: OneMember) -> list[int]:
    """A life of `prints-0001`: minted, sold, approved, burned; the heights of the last three."""
    ant, li = member.operator("ant"), member.person("li")
    anchors = (Anchor(AnchorKind.EXHIBIT, "hall 2"), Anchor(AnchorKind.TICKET, "ticket 9"))
    series = CreateSeries(
        "prints", "landscape", "Prints", 10, 1_900, ("ant",), anchors, Disclosure("a print", "private use")
    )
    heights = []
    for envelope in (
        member.operator("copyright").seal(work()),
        ant.seal(person_account("li"), person_account("wang"), series, MintBatch("prints", 3), SealSeries("prints")),
        ant.seal(Issue("prints", "ant.li", 1_900, Digest(bytes(32)), "CNY")),
        li.seal(Approve("prints-0001", "ant.wang"), SetApprovalForAll("ant", True)),
        li.seal(Burn("prints-0001")),
    ):
        replies = await member.client.finalise(envelope)
        for reply in replies:
            assert reply.receipt is not None
            assert reply.receipt.refusals == ()
            assert reply.height is not None
            heights.append(reply.height)
    return [heights[-4], heights[-2], heights[-1]]


async def ask(member: OneMember, question: str, /, **asked: object) -> dict[str, Any]:
    """The answer, which must be one."""
    response = await member.http.get(f"/v1/query/{question}", params={key: str(value) for key, value in asked.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


EXAMPLES: dict[str, dict[str, object]] = {
    "owner_of": {"token": "prints-0001"},
    "balance_of": {"account": "ant.li"},
    "tokens_of": {"account": "ant"},
    "token_uri": {"token": "prints-0002"},
    "get_approved": {"token": "prints-0001"},
    "is_approved_for_all": {"owner": "ant.li", "operator": "ant"},
    "series": {"series": "prints"},
    "work": {"work": "landscape"},
    "can_transfer": {"token": "prints-0001", "to": "ant.wang"},
    "can_receive": {"account": "ant.wang"},
    "get_frozen": {"name": "prints-0001"},
    "standing": {"token": "prints-0002"},
    "case": {"name": "prints-0002", "case": "ant.case-1"},
    "alerts": {"epoch": 1},
    "proposal": {"proposal": "ant.p-1"},
    "proposals": {},
    "parameters": {},
    "members": {},
    "history": {"token": "prints-0001"},
    "compliance": {},
}


async def test_every_question_is_answered_as_its_type_says_now_and_with_proof(alone):
    await told(alone)
    assert {route.path for route in QUERY_ROUTES} == {f"/v1/query/{name}" for name in EXAMPLES}
    for route in QUERY_ROUTES:
        name = route.path.rpartition("/")[2]
        for asked in (EXAMPLES[name], {**EXAMPLES[name], "proof": "true"}):
            if name == "history" and "proof" in asked:
                continue
            answered = await ask(alone, name, **asked)
            assert msgspec.convert(answered, type=route.reply).height == alone.driver.certified
            if name != "history":
                assert (answered["proof"] is not None) == ("proof" in asked)


async def test_answers_are_those_of_their_height(alone):
    sold, approved, burned = await told(alone)
    assert [
        (
            (await ask(alone, "owner_of", token="prints-0001", height=height))["owner"],
            (await ask(alone, "get_approved", token="prints-0001", height=height))["approved"],
            (await ask(alone, "is_approved_for_all", owner="ant.li", operator="ant", height=height))["approved"],
            (await ask(alone, "tokens_of", account="ant.li", height=height))["tokens"],
            (await ask(alone, "series", series="prints", height=height))["series"]["issued"],
        )
        for height in (sold, approved, burned)
    ] == [
        ("ant.li", None, False, ["prints-0001"], 1),
        ("ant.li", "ant.wang", True, ["prints-0001"], 1),
        (None, None, True, [], 1),
    ]
    refused = await ask(alone, "can_transfer", token="prints-0001", to="ant.wang", height=sold)
    assert [each["code"] for each in refused["refusals"]] == ["E_HOLD"]
    members = (await ask(alone, "members"))["members"]
    assert (members[0]["member"], members[0]["role"]) == ("ant", "platform")
    assert (await ask(alone, "work", work="nothing"))["work"] is None


@pytest.mark.slow
async def test_governance_can_be_followed_at_any_height_and_a_voter_reads_what_he_votes_on(alone):
    changes = ChangeParameters((ParameterChange("gifts_per_day", 7), ParameterChange("hold_hours_first", 24)))
    wallet = alone.operator("ant")
    expires_ms = time.time_ns() // 1_000_000 + 10**8
    (reply,) = await alone.client.finalise(wallet.seal(Propose("ant.p-1", changes, "A new year.", expires_ms)))
    assert reply.receipt is not None
    assert reply.receipt.refusals == ()
    (pause,) = await alone.client.finalise(wallet.seal(Propose("ant.p-2", Pause(), "An attack.", expires_ms)))
    proposal = (await ask(alone, "proposal", proposal="ant.p-1"))["proposal"]
    assert (proposal["action"], proposal["state"]) == ("change_parameters", "adopted")
    assert proposal["particulars"] == {"gifts_per_day": "7", "hold_hours_first": "24"}
    before = await ask(alone, "parameters", height=reply.height, proof=True)
    assert (before["since_height"], before["figures"]["gifts_per_day"], before["paused"]) == (0, 3, False)
    assert before["policies"]["pause"] == "MAJORITY"
    assert (await ask(alone, "parameters", height=pause.height))["paused"]
    while alone.driver.core.ledger.height + 1 < proposal["effective_height"]:
        await alone.client.finalise(wallet.seal(RotateKey("ant", PublicKey(bytes(32)), 10**9)))
    after = await ask(alone, "parameters", proof=True)
    assert (after["since_height"], after["figures"]["gifts_per_day"]) == (proposal["effective_height"], 7)
    earlier = await ask(alone, "parameters", height=proposal["effective_height"] - 2)
    assert (earlier["since_height"], earlier["figures"]["gifts_per_day"]) == (0, 3)


def checked(member: OneMember, proof: dict[str, Any]) -> BlockHeader:
    """The header of a proof, which a quorum certified and each of the rows leads to."""
    header = msgspec.msgpack.decode(bytes.fromhex(proof["header"]), type=BlockHeader)
    votes = [
        CertificateVote(
            ReplicaId(each["sender"]),
            each["index"],
            each["count"],
            tuple(Digest(bytes.fromhex(part)) for part in each["path"]),
            bytes.fromhex(each["signature"]),  # type: ignore[arg-type]
        )
        for each in proof["votes"]
    ]
    voters = member.charter.voters()
    assert is_block_certificate(
        header,
        votes,
        chain=member.chain,
        committee=Committee(len(voters)),
        verify=lambda sender, content, signature: verify_signature(voters[sender].node_key, content, signature),
    )
    for row in proof["rows"]:
        value = None if row["value"] is None else bytes.fromhex(row["value"])
        steps = tuple(Step(each["depth"], Digest(bytes.fromhex(each["sibling"]))) for each in row["steps"])
        other: OtherLeaf | OtherBranch | None = None
        if row["other"] is not None:
            parts = [Digest(bytes.fromhex(each)) for each in row["other"]["parts"]]
            depth = row["other"]["depth"]
            other = OtherLeaf(*parts) if row["other"]["kind"] == "leaf" else OtherBranch(depth, *parts)
        assert verify_proof(header.state_root, row["key"].encode(), value, StateProof(steps, other)), row["key"]
    return header


@pytest.mark.parametrize("query", QUERIES, ids=lambda each: each.name)
async def test_the_rows_of_an_answer_lead_to_a_certified_header_at_any_height(alone, query):
    sold, _, burned = await told(alone)
    for height in (sold, burned):
        answered = await ask(alone, query.name, **EXAMPLES[query.name], proof="true", height=height)
        assert checked(alone, answered["proof"]).height == height
        assert answered["proof"]["rows"]
        assert answered["proof"]["rows_left_out"] == 0


async def test_absence_is_proved_too(alone):
    await told(alone)
    answered = await ask(alone, "owner_of", token="prints-0009", proof="true")
    assert answered["owner"] is None
    checked(alone, answered["proof"])
    assert [(row["key"], row["value"]) for row in answered["proof"]["rows"]] == [("token/prints-0009", None)]


async def test_a_compliance_report_leads_to_its_header(alone):
    sold, _, _ = await told(alone)
    answered = await ask(alone, "compliance", height=sold, proof="true")
    header = checked(alone, answered["proof"])
    entries = tuple(ComplianceEntry(**each) for each in answered["entries"])
    assert {entry.rule for entry in entries} >= {"L1", "R5.3", "R6.1", "R11.1"}
    assert compliance_root(entries) == header.compliance_root
    assert (
        header_digest(header, chain=alone.chain).hex() == (await alone.http.get(f"/v1/blocks/{sold}")).json()["digest"]
    )


async def test_a_history_tells_a_tokens_life_backwards_with_its_transactions(alone):
    sold, approved, burned = await told(alone)
    answered = await ask(alone, "history", token="prints-0001")
    lived = [(each["height"], each["event"]["name"]) for each in answered["events"]]
    assert lived[:4] == [(burned, "burned"), (approved, "approval"), (sold, "issued"), (sold, "transfer")]
    assert [name for _, name in lived[4:]] == ["minted"]
    assert answered["searched_from"] == 1
    for each in answered["events"]:
        certificate = await alone.http.get(f"/v1/transactions/{each['transaction']}/certificate")
        assert certificate.status_code == 200
    others = await ask(alone, "history", token="prints-0002")
    assert [each["event"]["name"] for each in others["events"]] == ["minted"]
    assert (await ask(alone, "history", token="prints-0004"))["events"] == []
    early = await ask(alone, "history", token="prints-0001", height=sold)
    assert [each["event"]["name"] for each in early["events"]] == ["issued", "transfer", "minted"]


async def test_a_long_history_comes_in_pieces(alone, monkeypatch):
    await told(alone)
    monkeypatch.setattr(history_module, "WINDOW_BLOCKS", 1)
    monkeypatch.setattr(history_module, "SEARCH_MS_MAX", 0)
    names: list[str] = []
    height: int = alone.driver.certified
    while height >= 1:
        piece = await ask(alone, "history", token="prints-0001", height=height)
        assert piece["searched_from"] == height
        names += [each["event"]["name"] for each in piece["events"]]
        height = piece["searched_from"] - 1
    assert names == ["burned", "approval", "issued", "transfer", "minted"]


@pytest.mark.parametrize(
    ("token", "is_one"),
    [("s-0002", True), ("s-0001", True), ("s-0010", True), ("s-0011", False), ("s-10000", False), ("t-0002", False)],
)
def test_a_mint_is_about_each_edition_it_made(token, is_one):
    minted = Event("minted", (("series", "s"), ("first", "s-0001"), ("last", "s-0010")))
    assert is_about(minted, token, token.rpartition("-")[0]) == is_one


async def problem(member: OneMember, question: str, status: int, /, **asked: object) -> dict[str, Any]:
    """The problem, which it must be."""
    response = await member.http.get(f"/v1/query/{question}", params={key: str(value) for key, value in asked.items()})
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_height_out_of_reach_is_refused_with_those_that_are_not(alone):
    _, _, burned = await told(alone)
    ahead = await problem(alone, "owner_of", 404, token="prints-0001", height=burned + 1_000)
    assert ahead["code"] == "height-out-of-reach"
    assert "is still to come here" in ahead["detail"]
    alone.driver.core.ledger.forget_before(burned)
    forgotten = await problem(alone, "owner_of", 404, token="prints-0001", height=burned - 1)
    assert f"height {burned - 1} is forgotten here: this member knows heights {burned} to " in forgotten["detail"]
    assert (await problem(alone, "compliance", 404, height=burned + 1_000))["code"] == "height-out-of-reach"
    assert (await problem(alone, "history", 404, token="x", height=burned + 1_000))["code"] == "height-out-of-reach"


async def test_what_has_no_certificate_is_not_proved(tmp_path):
    async with one_member(tmp_path, votes_alone=False) as waiting:
        found = await problem(waiting, "owner_of", 503, token="prints-0001", proof="true")
        assert found["code"] == "unavailable"
        assert found["retry_after_ms"] > 0
        assert (await ask(waiting, "owner_of", token="prints-0001"))["owner"] is None


@pytest.mark.parametrize(
    "asked", [{}, {"token": ""}, {"token": "s-0001", "height": "-1"}, {"token": "s-0001", "heigth": "1"}]
)
async def test_a_question_that_is_none_is_refused(alone, asked):
    assert (await problem(alone, "owner_of", 400, **asked))["code"] == "bad-query"


async def test_the_document_has_every_question_with_its_parameters(alone):
    document = (await alone.http.get("/schema/openapi.json")).json()
    for query in QUERIES:
        parameters = document["paths"][f"/v1/query/{query.name}"]["get"]["parameters"]
        assert {each["name"] for each in parameters} == set(query.asked.__struct_fields__)


async def test_a_client_asks_by_name(alone):
    sold, _, burned = await told(alone)
    owner = await alone.client.query("owner_of", token="prints-0001", height=str(sold), proof="true")
    assert isinstance(owner, OwnerAnswer)
    assert (owner.owner, owner.height, owner.proof is not None) == ("ant.li", sold, True)
    assert (await alone.client.query("get_frozen", name="prints-0001")).height == burned
    lived = await alone.client.history("prints-0001", height=sold)
    assert [each.event.name for each in lived.events] == ["issued", "transfer", "minted"]
    with pytest.raises(Refused, match="is still to come here"):
        await alone.client.query("owner_of", token="prints-0001", height="1000000")


def test_dear_questions_take_a_tenth_of_the_time():
    now_s = 100.0
    pace = Pace(lambda: now_s)
    with pace.dear():
        now_s += 0.02
    with pytest.raises(RequestRefused) as refused, pace.dear():
        pass
    assert refused.value.problem.retry_after_ms == 180
    now_s += 0.181
    with pace.dear():
        now_s += 0.001
    now_s += 0.0091
    with pace.dear():
        pass


async def test_whoever_asks_for_a_history_too_soon_hears_when_to_come_back(alone, monkeypatch):
    await told(alone)
    resting = Pace()
    resting._rests_until_s += 60
    monkeypatch.setattr(alone.service.asking, "_pace", resting)
    found = await problem(alone, "history", 503, token="prints-0001")
    assert 59_000 < found["retry_after_ms"] <= 60_000


def test_a_case_is_told_field_by_field_as_the_record_has_it():
    for reply, record in (
        (FreezeReply, FreezeRecord),
        (DisputeReply, DisputeRecord),
        (ForcedTransferReply, ForcedTransferRecord),
    ):
        assert reply.__struct_fields__ == record.__struct_fields__
    assert TakedownReply.__struct_fields__ == ("kind", *TakedownRecord.__struct_fields__)


async def test_who_froze_a_token_and_why_is_told_with_its_proof(alone):
    await told(alone)
    height_ms = (await alone.client.status()).timestamp_ms
    freeze = FreezeToken("prints-0002", "theft", "ant.case-1", height_ms + 86_400_000)
    await alone.client.finalise(alone.operator("ant").seal(freeze))
    answer = await ask(alone, "case", name="prints-0002", case="ant.case-1", proof="true")
    assert (answer["freeze"]["state"], answer["freeze"]["approvals"]) == ("proposed", ["ant"])
    assert (answer["dispute"], answer["takedowns"], answer["forced_transfer"]) == (None, [], None)
    keys = {row["key"] for row in answer["proof"]["rows"]}
    assert "freeze/prints-0002/ant.case-1" in keys
    assert "dispute/prints-0002/ant.case-1" in keys


async def test_a_token_tells_who_may_give_it_and_what_of_it_was_used(alone):
    await told(alone)
    wang = Wallet("ant.wang", PERSON_KEYS, chain=alone.chain)
    sale = Issue("prints", "ant.wang", 1_900, Digest(bytes(32)), "CNY")
    await alone.client.finalise(alone.operator("ant").seal(sale))
    used = wang.seal(Redeem("prints-0002", "ticket 9"), Approve("prints-0002", "ant.li"))
    assert [each.receipt and each.receipt.refusals for each in await alone.client.finalise(used)] == [(), ()]
    token, series = await alone.client.token("prints-0002"), await alone.client.series("prints")
    assert (token.approved, token.redeemed) == ("ant.li", ("ticket 9",))
    assert (series.issued, series.burned, series.refunded, series.tags, series.cosigner) == (2, 1, 0, (), None)


def test_the_ledgers_page_names_every_question():
    page = (Path(__file__).parents[2] / "docs" / "LEDGER.md").read_text(encoding="utf-8")
    questions = page[page.index("## Questions") : page.index("## The rules")]
    assert all(f"`{route.path.rpartition('/')[2]}`" in questions for route in QUERY_ROUTES)
