"""The gateway over a real member: what is taken in, what is answered, and every way to be wrong."""

import asyncio
import base64
from typing import Any

import httpx
import msgspec
import pytest

from canonical.encoding import encode
from canonical.hashing import Digest
from consensus.effects import Halt
from consensus.types import ReplicaId, SequenceNumber
from ledger.operations.series import Anchor, AnchorKind, CreateSeries, Disclosure, Issue, MintBatch, SealSeries
from node import driver as driver_module
from node.gateway.routes import ROUTES
from node.gateway.types import (
    BODY_BYTES_MAX,
    JSON,
    MESSAGE_PACK,
    Problem,
    SubmitReply,
    TransactionReply,
    TransactionStatus,
)
from node.packing import BATCHES_OUT_MAX
from node.storage.reads import StorageReader
from quorate.verifier.checks import verify
from tests.node.one_member import OneMember, one_member, person_account, work

FINAL = {"wait": "final", "timeout_ms": "20000"}


@pytest.fixture
async def alone(tmp_path):
    async with one_member(tmp_path) as member:
        yield member


@pytest.fixture
async def waiting(tmp_path):
    """One of four, the others down: nothing becomes final."""
    async with one_member(tmp_path, votes_alone=False) as member:
        yield member


def problem_of(response: httpx.Response, status: int, code: str) -> Problem:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = msgspec.json.decode(response.content, type=Problem)
    assert problem.status == status
    assert problem.code == code
    assert problem.cure
    return problem


async def post(member: OneMember, content: bytes, kind: str = MESSAGE_PACK, **query: str) -> httpx.Response:
    return await member.http.post("/v1/transactions", content=content, headers={"content-type": kind}, params=query)


async def sold_token(member: OneMember) -> str:
    """Sell edition 1 of a series to `ant.li`."""
    ant = member.operator("ant")
    registrar = member.operator("copyright")
    await accepted(member, registrar.seal(work()))
    disclosure = Disclosure("a print", "private use")
    anchors = (Anchor(AnchorKind.EXHIBIT, "hall 2"),)
    await accepted(
        member,
        ant.seal(
            person_account("li"),
            person_account("wang"),
            CreateSeries("prints", "landscape", "Prints", 10, 1_900, ("ant",), anchors, disclosure),
            MintBatch("prints", 2),
            SealSeries("prints"),
            Issue("prints", "ant.li", 1_900, Digest(bytes(32)), "CNY"),
        ),
    )
    return "prints-0001"


async def accepted(member: OneMember, envelope) -> None:
    replies = await member.client.finalise(envelope)
    for reply in replies:
        assert reply.receipt is not None
        assert reply.receipt.status == "accepted", reply


class TestSubmission:
    async def test_message_pack_and_json_say_the_same(self, alone):
        wallet = alone.operator("ant")
        for kind, encoder in ((MESSAGE_PACK, msgspec.msgpack.encode), (JSON, msgspec.json.encode)):
            envelope = wallet.seal(person_account(f"p{len(kind)}"))
            response = await post(alone, encoder([envelope]), kind, **FINAL)
            assert response.status_code == 200, response.text
            (reply,) = msgspec.json.decode(response.content, type=SubmitReply).envelopes
            (transaction,) = reply.transactions
            assert transaction.status is TransactionStatus.FINAL
            assert transaction.id == wallet.ids(envelope)[0].hex()
            assert transaction.receipt is not None
            assert transaction.receipt.status == "accepted"

    async def test_accept_chooses_the_encoding_of_the_answer(self, alone):
        response = await alone.http.get("/v1/status", headers={"accept": MESSAGE_PACK})
        assert response.headers["content-type"] == MESSAGE_PACK
        assert msgspec.msgpack.decode(response.content)["member"] == "ant"

    async def test_many_envelopes_are_answered_in_order(self, alone):
        wallet = alone.operator("ant")
        envelopes = [wallet.seal(person_account(f"a{i}"), person_account(f"b{i}")) for i in range(30)]
        reply = await alone.client.submit(envelopes, wait=True, timeout_ms=20_000)
        asked = [each.hex() for envelope in envelopes for each in wallet.ids(envelope)]
        answered = [each for envelope in reply.envelopes for each in envelope.transactions]
        assert [each.id for each in answered] == asked
        assert {each.status for each in answered} == {TransactionStatus.FINAL}
        places = [(each.height, each.position) for each in answered]
        assert len(set(places)) == len(places)

    async def test_acknowledged_is_on_disk(self, waiting):
        wallet = waiting.operator("ant")
        response = await post(waiting, encode([wallet.seal(person_account("li"))]))
        assert response.status_code == 202
        (batch,) = [payload for channel, payload, _ in waiting.driver._bus.published if channel == "batches"]
        with StorageReader(waiting.storage.path) as reader:
            rows = reader._connection.execute("SELECT payload FROM payloads").fetchall()
        assert rows == [(batch,)]

    async def test_wait_that_times_out_says_pending_and_no_error(self, waiting):
        wallet = waiting.operator("ant")
        envelope = wallet.seal(person_account("li"))
        response = await post(waiting, encode([envelope]), wait="final", timeout_ms="1")
        assert response.status_code == 202
        reply = msgspec.json.decode(response.content, type=SubmitReply).envelopes[0].transactions[0]
        assert reply.status is TransactionStatus.PENDING
        assert (await waiting.client.transaction(wallet.ids(envelope)[0])).status is TransactionStatus.PENDING
        assert len(waiting.driver.waits) == 0

    async def test_same_bytes_twice_take_effect_once_and_are_answered_alike__t_j2(self, alone):
        wallet = alone.operator("ant")
        envelope = wallet.seal(person_account("li"))
        first = await alone.client.finalise(envelope)
        height = alone.driver.certified
        assert await alone.client.finalise(envelope) == first
        assert alone.driver.certified == height

    async def test_same_bytes_at_once_are_answered_twice(self, alone):
        envelope = alone.operator("ant").seal(person_account("li"))
        first, second = await asyncio.gather(alone.client.finalise(envelope), alone.client.finalise(envelope))
        assert first == second

    async def test_what_the_rules_refuse_is_refused_with_every_reason(self, alone):
        stranger = alone.person("nobody")
        response = await post(alone, encode([stranger.seal(work())]))
        assert response.status_code == 200
        reply = msgspec.json.decode(response.content, type=SubmitReply).envelopes[0].transactions[0]
        assert reply.status is TransactionStatus.REFUSED
        assert reply.refusals
        assert all(refusal.code.startswith("E_") and refusal.rule and refusal.message for refusal in reply.refusals)
        assert alone.driver.certified == 0

    async def test_forged_signature_is_refused(self, alone):
        envelope = alone.operator("ant").seal(person_account("li"))
        forged = msgspec.structs.replace(envelope, signature=bytes(64))
        reply = await alone.client.submit([forged])
        (refusal,) = reply.envelopes[0].transactions[0].refusals
        assert refusal.code == "E_SIGNATURE"

    async def test_envelopes_with_a_common_transaction_are_told_apart(self, alone):
        wallet = alone.operator("ant")
        common = wallet.transaction(person_account("li"))
        one = wallet.seal_transactions([common, wallet.transaction(person_account("wu"))])
        two = wallet.seal_transactions([common, wallet.transaction(person_account("xu"))])
        first, second = await asyncio.gather(alone.client.finalise(one), alone.client.finalise(two))
        assert [each.id for each in second] == [each.hex() for each in wallet.ids(two)]
        assert {each.receipt.status for each in (*first, second[1]) if each.receipt} == {"accepted"}
        again = await alone.client.transaction(wallet.ids(two)[0])
        assert again.receipt is not None
        assert again.receipt.status == "accepted"

    async def test_executed_part_of_a_refused_envelope_is_shown_final(self, alone):
        wallet = alone.operator("ant")
        common = wallet.transaction(person_account("li"))
        await alone.client.finalise(wallet.seal_transactions([common]))
        wrong = wallet.seal_transactions([common, wallet.transaction(person_account("li"))])
        reply = await alone.client.submit([wrong])
        executed, refused = reply.envelopes[0].transactions
        assert executed.status is TransactionStatus.FINAL
        assert refused.status is TransactionStatus.REFUSED
        assert refused.refusals

    async def test_full_queue_is_503_with_retry_after__t_i5(self, alone, monkeypatch):
        monkeypatch.setattr(driver_module, "ENVELOPES_QUEUED_MAX", 0)
        response = await post(alone, encode([alone.operator("ant").seal(person_account("li"))]))
        problem = problem_of(response, 503, "unavailable")
        assert problem.retry_after_ms == 1_000
        assert response.headers["retry-after"] == "1"

    async def test_partly_full_queue_says_which_envelopes_were_not_taken(self, alone, monkeypatch):
        monkeypatch.setattr(driver_module, "ENVELOPES_QUEUED_MAX", 1)
        wallet = alone.operator("ant")
        envelopes = [wallet.seal(person_account("li")), wallet.seal(person_account("wang"))]
        reply = await alone.client.submit(envelopes, wait=True, timeout_ms=20_000)
        taken, refused = reply.envelopes
        assert taken.transactions[0].status is TransactionStatus.FINAL
        assert refused.transactions[0].status is TransactionStatus.UNAVAILABLE
        assert refused.unavailable is not None
        assert refused.unavailable.retry_after_ms == 1_000

    async def test_halted_member_refuses_submissions_and_answers_reads(self, alone):
        await alone.client.finalise(alone.operator("ant").seal(person_account("li")))
        alone.driver.core.replica.state.halted = True
        alone.driver._on_halt(Halt(SequenceNumber(2), Digest(bytes(32)), Digest(b"\1" * 32)))
        problem_of(await post(alone, encode([alone.operator("ant").seal(person_account("wu"))])), 503, "unavailable")
        assert (await alone.client.status()).halted
        assert (await alone.client.account("ant.li")).platform == "ant"
        assert "computed another block" in alone.log.getvalue()


class TestWrongRequests:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"", MESSAGE_PACK),
            (b"\xc1", MESSAGE_PACK),
            (b"\x91" * 5_000, MESSAGE_PACK),
            (b"[" * 100_000, JSON),
            (b"[]", JSON),
            (b"{}", JSON),
            (b"\xff\xfe", JSON),
            (b'[["ant", "AA==", [], "AA=="]]', JSON),
            (encode([("ant", bytes(32), (), bytes(64))]), MESSAGE_PACK),
            (encode([("ant", bytes(31), ((1, 0, ("mint", "s")),), bytes(64))]), MESSAGE_PACK),
            (encode([("ant", bytes(32), ((1, 0, ("steal", "s")),), bytes(64))]), MESSAGE_PACK),
            (encode([("ANT", bytes(32), ((1, 0, ("mint", "s")),), bytes(64))]), MESSAGE_PACK),
            (encode([("ant", bytes(32), ((1, 0, ("mint", "s")),), bytes(64), "extra")]), MESSAGE_PACK),
        ],
    )
    async def test_malformed_body_is_400(self, alone, content, kind):
        problem_of(await post(alone, content, kind), 400, "malformed-body")

    async def test_any_alteration_of_a_body_is_answered_and_raises_nothing(self, alone):
        body = encode([alone.operator("ant").seal(person_account("li"))])
        for index in range(0, len(body), 3):
            altered = body[:index] + bytes([body[index] ^ 0x55]) + body[index + 1 :]
            response = await post(alone, altered)
            assert response.status_code in {200, 400}, response.text
        assert "fault" not in alone.log.getvalue()
        assert alone.driver.certified == 0

    @pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/jsonp"])
    async def test_other_media_type_is_415(self, alone, kind):
        problem_of(await post(alone, b"[]", kind), 415, "unsupported-media-type")

    async def test_long_body_is_413(self, alone):
        problem_of(await post(alone, bytes(BODY_BYTES_MAX + 1)), 413, "too-large")

    async def test_long_body_of_unknown_length_is_413(self, alone):
        async def chunks():
            for _ in range(BODY_BYTES_MAX // 65_536 + 2):
                yield bytes(65_536)

        response = await alone.http.post("/v1/transactions", content=chunks(), headers={"content-type": MESSAGE_PACK})
        problem_of(response, 413, "too-large")

    @pytest.mark.parametrize(
        "query", [{"wait": "soon"}, {"timeout_ms": "-1"}, {"timeout_ms": "60001"}, {"timeout_ms": "x"}, {"other": "1"}]
    )
    async def test_bad_query_is_400(self, alone, query):
        body = encode([alone.operator("ant").seal(person_account("li"))])
        problem_of(await post(alone, body, **query), 400, "bad-query")

    @pytest.mark.parametrize("name", ["", "xyz", "00" * 31, "00" * 33, "zz" * 32, "0 " * 32, "%C2%B2" * 64])
    async def test_bad_transaction_id_is_400(self, alone, name):
        response = await alone.http.get(f"/v1/transactions/{name}")
        if name:
            problem_of(response, 400, "bad-identifier")
        else:
            assert response.status_code in {404, 405}

    @pytest.mark.parametrize("height", ["-1", "x", "1" * 19, "%C2%B2"])
    async def test_bad_height_is_400(self, alone, height):
        problem_of(await alone.http.get(f"/v1/blocks/{height}"), 400, "bad-identifier")

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("/v1/tokens/none-0001", "unknown-token"),
            ("/v1/tokens/none-0001/can-transfer?to=ant", "unknown-token"),
            ("/v1/series/none", "unknown-series"),
            ("/v1/works/none", "unknown-work"),
            ("/v1/accounts/none", "unknown-account"),
            ("/v1/accounts/" + "x" * 5_000, "unknown-account"),
            ("/v1/blocks/1", "unknown-block"),
            (f"/v1/transactions/{'00' * 32}/certificate", "unknown-final-transaction"),
            ("/v2/status", "unknown-path"),
            ("/", "unknown-path"),
        ],
    )
    async def test_unknown_is_404(self, alone, path, code):
        problem_of(await alone.http.get(path), 404, code)

    async def test_wrong_method_is_405(self, alone):
        problem_of(await alone.http.delete("/v1/status"), 405, "method-not-allowed")

    async def test_event_stream_takes_no_other_method(self, alone):
        problem_of(await alone.http.post("/v1/events"), 405, "method-not-allowed")

    async def test_can_transfer_without_receiver_is_400(self, alone):
        problem_of(await alone.http.get("/v1/tokens/none-0001/can-transfer"), 400, "bad-query")

    async def test_own_fault_is_500_and_tells_the_log_alone(self, alone, monkeypatch):
        def fail(_):
            raise ZeroDivisionError("secret inside")

        monkeypatch.setattr(alone.service.reading, "token", fail)
        response = await alone.http.get("/v1/tokens/none-0001")
        problem_of(response, 500, "internal")
        assert "secret" not in response.text
        assert "Traceback" not in response.text
        assert "secret inside" in alone.log.getvalue()

    async def test_a_client_that_leaves_in_the_middle_is_no_fault_of_the_node(self, alone):
        async def receive():
            return events.pop(0)

        async def send(message):
            said.append(message)

        events = [{"type": "http.request", "body": b"[", "more_body": True}, {"type": "http.disconnect"}]
        said: list[dict[str, Any]] = []
        headers = [(b"content-type", JSON.encode()), (b"content-length", b"100")]
        scope = {"type": "http", "method": "POST", "path": "/v1/transactions", "query_string": b"", "headers": headers}
        await alone.application(scope, receive, send)
        assert said[0]["status"] == 400
        assert b"incomplete-body" in said[1]["body"]
        assert "fault" not in alone.log.getvalue()


class TestReading:
    async def test_token_series_and_work_are_shown_with_their_owner_and_terms(self, alone):
        token = await sold_token(alone)
        assert (await alone.client.token(token)).owner == "ant.li"
        assert (await alone.client.series("prints")).issued == 1
        assert (await alone.client.work("landscape")).licensees == ("ant",)
        owner = await alone.client.account("ant.li")
        assert (owner.tokens, owner.token_ids) == (1, (token,))

    async def test_can_transfer_names_every_rule_and_when_to_retry(self, alone):
        token = await sold_token(alone)
        height = alone.driver.certified
        reply = await alone.client.can_transfer(token, "ant.wang")
        assert not reply.allowed
        (hold,) = [refusal for refusal in reply.refusals if refusal.rule == "R10.1"]
        acquired = (await alone.client.token(token)).acquired_ms
        assert hold.retry_at_ms == acquired + 180 * 86_400_000
        unknown = await alone.client.can_transfer(token, "ant.nobody")
        assert len(unknown.refusals) > 1
        assert alone.driver.certified == height

    async def test_certificate_verifies_offline(self, alone):
        await sold_token(alone)
        ids = (await alone.client.block(2)).transactions
        assert len(ids) == 6
        for each in ids:
            content = await alone.client.certificate(Digest(bytes.fromhex(each)))
            report = verify(content, await alone.client.charter())
            assert report.holds, report.failed()
            assert len(report.checks) > 8

    async def test_unknown_transaction_is_unknown(self, alone):
        reply = await alone.client.transaction(Digest(bytes(32)))
        assert reply == TransactionReply("00" * 32, TransactionStatus.UNKNOWN)

    async def test_status_says_where_the_member_stands(self, alone):
        await alone.client.finalise(alone.operator("ant").seal(person_account("li")))
        status = await alone.client.status()
        assert (status.member, status.primary, status.executed, status.certified) == ("ant", "ant", 1, 1)
        assert status.chain == alone.chain.hex()
        assert status.transactions == 1

    async def test_explain_names_what_is_missing(self, waiting):
        await waiting.client.submit([waiting.operator("ant").seal(person_account("li"))])
        explanation = (await waiting.http.get("/v1/explain")).json()
        assert explanation["oldest_open"]["phase"] == "prepare"
        assert explanation["oldest_open"]["missing"] == [1, 2, 3]

    async def test_account_shows_no_personal_data(self, alone):
        await alone.client.finalise(alone.operator("ant").seal(person_account("li")))
        account = await alone.client.account("ant.li")
        assert account.claims == ("over14", "over18", "real_name")
        assert account.person == b"li".ljust(32, b".").hex()
        assert (await alone.client.account("ant")).role == "platform"

    async def test_block_names_its_transactions_and_who_certified_it(self, alone):
        envelope = alone.operator("ant").seal(person_account("li"), person_account("li"))
        replies = await alone.client.finalise(envelope)
        block = await alone.client.block(1)
        assert block.final
        assert block.certified_by == ("ant",)
        assert block.transactions == tuple(reply.id for reply in replies)
        assert block.refused == 1
        assert replies[1].receipt is not None
        assert replies[1].receipt.refusals

    async def test_charter_is_the_one_verifiers_use(self, alone):
        content = await alone.client.charter()
        assert msgspec.json.decode(content)["members"][0]["id"] == "ant"

    async def test_metrics_are_lines_of_name_and_value(self, alone):
        await alone.client.finalise(alone.operator("ant").seal(person_account("li")))
        response = await alone.http.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        values = dict(line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#"))
        assert values["quorate_certified_height"] == "1"
        assert values['quorate_transactions_total{status="accepted"}'] == "1"

    async def test_metrics_name_who_was_banned_and_who_was_proved_to_lie(self, waiting):
        before = (await waiting.http.get("/metrics")).text
        assert 'member="' not in before
        core = waiting.driver.core
        core._state_transfer.bans.update({ReplicaId(1): 2, ReplicaId(3): 1})
        core.replica.state.accused[ReplicaId(2)] = None
        lines = (await waiting.http.get("/metrics")).text.splitlines()
        banned, liar, other = (waiting.charter.voters()[number].id for number in (1, 2, 3))
        assert f'quorate_state_transfer_bans_total{{member="{banned}"}} 2' in lines
        assert f'quorate_state_transfer_bans_total{{member="{other}"}} 1' in lines
        assert f'quorate_proven_liars{{member="{liar}"}} 1' in lines
        assert "# TYPE quorate_proven_liars gauge" in lines


class TestDocument:
    async def test_every_route_is_in_the_document_and_the_other_way_round(self, alone):
        document = (await alone.http.get("/schema/openapi.json")).json()
        served = {
            (method.lower(), path.replace(":str", ""))
            for route in alone.application.routes
            for path in [route.path_format]
            for method in getattr(route, "methods", None) or {"GET"}
            if method not in {"OPTIONS", "HEAD"}
        }
        described = {(method, path) for path, methods in document["paths"].items() for method in methods}
        assert described == served

    async def test_every_reference_is_resolved(self, alone):
        content = (await alone.http.get("/schema/openapi.json")).content
        document = msgspec.json.decode(content)
        names = {part.split(b'"')[0].decode() for part in content.split(b'"#/components/schemas/')[1:]}
        assert names
        assert names <= set(document["components"]["schemas"])
        assert "Envelope" in names

    async def test_replies_are_what_the_document_says(self, alone):
        """Decoding refuses unknown and missing fields, so the types that make the document are those that are sent."""
        envelope = alone.operator("ant").seal(person_account("li"))
        replies = await alone.client.finalise(envelope)
        names = {"transaction": replies[0].id, "account": "ant.li", "height": "1"}
        checked = 0
        for route in ROUTES:
            if route.method != "GET" or route.reply is None or "{token}" in route.path:
                continue
            if "{series}" in route.path or "{work}" in route.path:
                continue
            response = await alone.http.get(route.path.format(**names))
            assert response.status_code in route.statuses
            msgspec.json.decode(response.content, type=route.reply)
            checked += 1
        assert checked >= 4

    async def test_bytes_in_json_are_base64(self, alone):
        envelope = alone.operator("ant").seal(person_account("li"))
        rows = msgspec.json.decode(msgspec.json.encode([envelope]))
        assert base64.b64decode(rows[0][1]) == envelope.public_key


async def test_a_block_below_a_ledger_that_was_taken_over_is_said_to_be_elsewhere(alone):
    alone.driver.base = 32
    assert (await alone.http.get("/v1/status")).json()["base"] == 32
    below = await alone.http.get("/v1/blocks/32")
    assert (below.status_code, below.json()["code"]) == (404, "below-base")
    assert "took the ledger over whole after block 32" in below.json()["detail"]
    above = await alone.http.get("/v1/blocks/33")
    assert above.json()["code"] == "unknown-block"


async def test_a_client_is_told_that_its_envelope_only_waits_in_memory_while_the_chain_stands_still(
    tmp_path, monkeypatch
) -> None:
    async with one_member(tmp_path, votes_alone=False) as member:
        operator = member.operator("ant")
        statuses = []
        for name in range(BATCHES_OUT_MAX + 2):
            # Eight batches reach the disk, each in its time; the others never do, so any wait shows it.
            wait_ms = 60_000 if name < BATCHES_OUT_MAX else 10
            monkeypatch.setattr("node.gateway.service.DISK_WAIT_MS", wait_ms)
            envelope = operator.seal(person_account(f"p{name}"))
            response = await post(member, msgspec.msgpack.encode((envelope,)))
            assert response.status_code == 202
            reply = msgspec.json.decode(response.content, type=SubmitReply)
            statuses.append(reply.envelopes[0].transactions[0].status)
        assert statuses == ["pending"] * BATCHES_OUT_MAX + ["queued"] * 2
        again = await post(member, msgspec.msgpack.encode((envelope,)))
        assert msgspec.json.decode(again.content, type=SubmitReply).envelopes[0].transactions[0].status == "queued"


async def test_a_field_that_is_wrong_is_told_by_its_name(alone):
    envelope = alone.operator("ant").seal(MintBatch("prints", 2))
    for kind, body in ((JSON, msgspec.json.encode([envelope])), (MESSAGE_PACK, msgspec.msgpack.encode([envelope]))):
        plain = msgspec.json.decode(body) if kind == JSON else msgspec.msgpack.decode(body)
        plain[0][2][0][2][2] = 1_001
        content = msgspec.json.encode(plain) if kind == JSON else msgspec.msgpack.encode(plain)
        problem = problem_of(await post(alone, content, kind), 400, "malformed-body")
        assert "Expected `int` <= 1000 - at `[0].transactions[0].operation.mint_batch.count`" in problem.detail
