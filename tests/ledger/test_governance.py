"""Proposals and votes: who decides, when it is decided, and when it takes effect (R7.1, R7.4)."""

import pytest

from canonical.encoding import Reader, encode
from ledger.charter import Role
from ledger.enactment import ROSTER_MAX
from ledger.governance import AGENDA_MAX, governors, is_listed
from ledger.ledger import Ledger
from ledger.operations.accounts import AccountState, UpdateAccountState
from ledger.operations.governance import (
    CHANGES_MAX,
    Ballot,
    ChangeParameters,
    ListChain,
    ParameterChange,
    Pause,
    Propose,
    RemoveMember,
    RotateOperatorKey,
    SetPolicy,
    SetRole,
    UnlistChain,
    Vote,
    particulars_of,
)
from ledger.parameters import DAY_MS
from ledger.records.governance import AgendaRecord, ProposalRecord, ProposalState, RosterRecord
from ledger.table import VALUE_BYTES_MAX
from tests.ledger.governing import DELAY_BLOCKS, Parliament, admission, figures
from tests.ledger.test_operations import ACTIONS
from tests.ledger.world import FOUNDED_MS, World, charter, key_of, series_operation

ACTIVE, SUSPENDED = AccountState.ACTIVE, AccountState.SUSPENDED


def codes(receipt):
    return [each.code for each in receipt.refusals]


def test_a_proposal_passes_with_the_vote_that_meets_its_policy_and_not_before__r7_1():
    here = Parliament()
    proposed = here.propose("ant", admission())
    assert [event.name for event in proposed.events] == ["proposed"]
    here.vote("p-1", "jd", "hunan")
    assert here.proposal().state is ProposalState.OPEN
    adopted = here.vote("p-1", "copyright")
    effective = here.ledger.height + DELAY_BLOCKS
    assert [(event.name, dict(event.params)) for event in adopted.events] == [
        ("voted", {"proposal": "ant.p-1", "by": "copyright", "ballot": "for"}),
        ("proposal_adopted", {"proposal": "ant.p-1", "effective_height": str(effective)}),
    ]
    record = here.proposal()
    assert (record.state, record.decided_height) == (ProposalState.ADOPTED, here.ledger.height)
    assert record.votes_for == ("ant", "copyright", "hunan", "jd")


def test_a_proposal_fails_with_the_vote_after_which_it_cannot_pass__r7_1():
    here = Parliament()
    here.propose("ant", admission())
    here.vote("p-1", "jd", ballot=Ballot.AGAINST)
    assert here.proposal().state is ProposalState.OPEN
    rejected = here.vote("p-1", "hunan", ballot=Ballot.AGAINST)
    assert [event.name for event in rejected.events] == ["voted", "proposal_rejected"]
    assert here.proposal().state is ProposalState.REJECTED
    assert codes(here.do("copyright", Vote("p-1", Ballot.FOR))) == ["E_VOTING_CLOSED"]


def test_a_proposal_that_nobody_decides_expires_to_the_millisecond_without_a_transaction__r7_4():
    here = Parliament()
    here.propose("ant", admission(), days=1)
    expires_ms = here.proposal().expires_ms
    here.now_ms = expires_ms - 1
    here.vote("p-1", "jd")
    here.now_ms = expires_ms
    assert codes(here.do("hunan", Vote("p-1", Ballot.FOR))) == ["E_VOTING_CLOSED"]
    record = here.proposal()
    assert (record.state, record.decided_height) == (ProposalState.EXPIRED, here.ledger.height)


def test_one_member_one_vote__r7_1():
    here = Parliament()
    here.propose("ant", admission())
    assert codes(here.do("ant", Vote("p-1", Ballot.AGAINST))) == ["E_ALREADY_VOTED"]
    here.vote("p-1", "jd", ballot=Ballot.AGAINST)
    assert codes(here.do("jd", Vote("p-1", Ballot.FOR))) == ["E_ALREADY_VOTED"]


@pytest.mark.parametrize("account", ["regulator", "ant.li"])
def test_who_does_not_govern_neither_proposes_nor_votes(account):
    here = Parliament()
    here.open_account("ant.li")
    here.propose("ant", admission())
    assert codes(here.do(account, Vote("p-1", Ballot.FOR))) == ["E_AUTHORITY"]
    assert codes(here.do(account, Propose("p-2", Pause(), "x", here.now_ms + DAY_MS))) == ["E_AUTHORITY"]


def test_a_member_is_admitted_by_vote_and_acts_from_its_height_on__r7_1():
    here = Parliament()
    record = here.adopt(admission("bili", votes=False, role=Role.PLATFORM))
    here.wait_until(record.effective_height - 1)
    assert codes(here.do("bili", series_operation("s")))[0] == "E_ACCOUNT_UNKNOWN"
    assert "bili" in here.ledger.members()
    assert "E_ACCOUNT_UNKNOWN" not in codes(here.do("bili", series_operation("s")))
    assert "bili" not in governors(here.ledger.state)
    newcomer = here.ledger.account("bili")
    assert newcomer is not None
    assert (newcomer.role, newcomer.public_key, newcomer.is_active(here.now_ms)) == (
        Role.PLATFORM,
        key_of("bili"),
        True,
    )


def test_a_removed_member_signs_nothing_and_governs_no_more__r7_1():
    here = Parliament()
    here.enact(RemoveMember("jd"))
    assert "jd" not in here.ledger.members()
    assert governors(here.ledger.state) == ("ant", "copyright", "hunan", "tencent")
    assert codes(here.do("jd", Propose("p-2", Pause(), "x", here.now_ms + DAY_MS))) == [
        "E_ACCOUNT_STATE",
        "E_AUTHORITY",
    ]


def test_no_single_key_takes_a_removal_back__r7_1():
    here = Parliament()
    here.enact(RemoveMember("jd"))
    assert codes(here.do("regulator", UpdateAccountState("jd", None, ACTIVE))) == ["E_REMOVED"]
    here.enact(admission("jd", role=Role.PLATFORM), "p-2")
    returned = here.ledger.account("jd")
    assert returned is not None
    assert (returned.is_active(here.now_ms), returned.governor) == (True, True)
    here.suspend("jd", axis="operator")


def test_what_a_member_signed_before_its_removal_is_not_executed_again_after_its_return():
    here = Parliament()
    old = here.seal("jd", here.transaction("jd", Propose("p-9", Pause(), "x", here.now_ms + DAY_MS)))
    here.execute([old])
    here.enact(RemoveMember("jd"))
    here.enact(admission("jd", role=Role.PLATFORM), "p-2")
    assert "E_NONCE" in codes(here.execute([old]).receipts[0])


def test_a_removed_members_vote_counts_no_longer__r7_1():
    here = Parliament()
    here.propose("jd", figures(gifts_per_day=9), "p-2")
    here.vote("p-2", "ant", "hunan")
    here.enact(RemoveMember("jd"), by=("ant", "tencent", "copyright", "hunan"))
    record = here.proposal("p-2")
    assert (record.state, record.votes_for) == (ProposalState.OPEN, ("ant", "hunan"))
    here.vote("p-2", "copyright")
    assert here.proposal("p-2").state is ProposalState.ADOPTED


def test_a_removal_that_leaves_enough_votes_adopts_what_waited_for_one__r7_1():
    here = Parliament()
    here.propose("ant", figures(gifts_per_day=9), "p-2")
    here.vote("p-2", "tencent", "copyright")
    here.vote("p-2", "jd", ballot=Ballot.AGAINST)
    record = here.adopt(RemoveMember("jd"), by=("ant", "tencent", "copyright", "hunan"))
    here.wait_until(record.effective_height - 1)
    assert here.proposal("p-2").state is ProposalState.OPEN
    here.execute([])
    waiting = here.proposal("p-2")
    assert (waiting.state, waiting.decided_height) == (ProposalState.ADOPTED, record.effective_height)
    assert waiting.effective_height == record.effective_height + DELAY_BLOCKS


def test_a_newcomer_makes_a_policy_harder_to_meet_and_can_make_it_impossible__r7_1():
    here = Parliament(policies={"pause": "5"})
    here.enact(RemoveMember("jd"), by=("ant", "tencent", "copyright", "hunan"))
    refusal = here.do("ant", Propose("p-2", Pause(), "x", here.now_ms + DAY_MS)).refusals
    assert [(each.code, each.rule) for each in refusal] == [("E_FORBIDDEN", "R7.1")]
    here.enact(admission("caa"), "p-3")
    here.propose("ant", Pause(), "p-4")


def test_what_its_policy_forbids_is_not_put_to_the_vote__r7_1():
    here = Parliament(policies={"list_chain": "FORBIDDEN"})
    assert codes(here.do("ant", Propose("p-1", ListChain("wenchang"), "x", here.now_ms + DAY_MS))) == ["E_FORBIDDEN"]


def test_a_policy_changed_by_vote_holds_from_its_height_on_also_for_what_is_open__r7_4():
    here = Parliament()
    here.propose("ant", figures(gifts_per_day=9), "p-2")
    here.vote("p-2", "jd")
    here.enact(SetPolicy("change_parameters", "2"))
    assert here.ledger.policies()["change_parameters"] == "2"
    assert here.proposal("p-2").state is ProposalState.ADOPTED


def test_with_self_the_member_concerned_decides_alone_and_others_do_not__r7_1():
    here = Parliament(policies={"rotate_operator_key": "SELF"})
    new = key_of("jd, second")
    here.propose("ant", RotateOperatorKey("jd", new))
    assert codes(here.do("hunan", Vote("p-1", Ballot.FOR))) == ["E_AUTHORITY"]
    here.vote("p-1", "jd")
    assert here.proposal().state is ProposalState.ADOPTED
    assert codes(
        here.do("regulator", Propose("p-2", RotateOperatorKey("regulator", new), "x", here.now_ms + DAY_MS))
    ) == ["E_AUTHORITY"]


def test_a_suspended_member_still_counts_among_those_who_must_agree__r7_1():
    here = Parliament()
    here.suspend("jd", axis="operator")
    here.propose("ant", admission())
    here.vote("p-1", "tencent", "hunan")
    assert here.proposal().state is ProposalState.OPEN


@pytest.mark.parametrize("action", [RemoveMember("ant"), SetRole("ant", Role.PLATFORM, False)])
def test_the_last_member_that_votes_stays_one__r7_1(action):
    here = Parliament()
    for member in ("tencent", "jd", "hunan", "copyright"):
        here.enact(RemoveMember(member), f"out-{member}")
    assert governors(here.ledger.state) == ("ant",)
    assert codes(here.do("ant", Propose("p-9", action, "x", here.now_ms + DAY_MS))) == ["E_LAST_VOTER"]


def test_of_two_removals_that_together_leave_nobody_the_second_is_void__r7_1():
    here = Parliament(policies={"remove_member": "ANY"})
    here.enact(RemoveMember("jd"), "p-1", by=("ant",))
    here.enact(RemoveMember("hunan"), "p-2", by=("ant",))
    here.enact(RemoveMember("copyright"), "p-3", by=("ant",))
    here.propose("ant", RemoveMember("tencent"), "p-4")
    here.propose("tencent", RemoveMember("ant"), "p-5")
    here.wait_until(here.proposal("p-5").effective_height)
    assert (here.proposal("p-4").state, here.proposal("p-5").state) == (ProposalState.IN_FORCE, ProposalState.VOID)
    assert governors(here.ledger.state) == ("ant",)


def test_of_two_admissions_of_one_name_the_second_is_void__r7_1():
    here = Parliament()
    here.adopt(admission("caa"), "p-1")
    here.adopt(admission("caa", votes=False), "p-2")
    here.wait_until(here.proposal("p-2").effective_height)
    assert (here.proposal("p-1").state, here.proposal("p-2").state) == (ProposalState.IN_FORCE, ProposalState.VOID)
    assert "caa" in governors(here.ledger.state)


def test_no_more_members_than_a_charter_may_name__r7_1(monkeypatch):
    monkeypatch.setattr("ledger.enactment.ROSTER_MAX", 8)
    here = Parliament()
    assert len(here.ledger.members()) == 7
    here.enact(admission("caa"), "p-1")
    here.adopt(admission("cctv"), "p-2")
    here.wait_until(here.proposal("p-2").effective_height)
    assert here.proposal("p-2").state is ProposalState.VOID
    assert "cctv" not in here.ledger.members()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.__struct_config__.tag)
@pytest.mark.parametrize("account", ["ant", "regulator", "ant.li", "nobody"])
def test_asking_about_any_action_never_raises(action, account):
    here = Parliament()
    here.open_account("ant.li")
    order = Propose("p-1", action, "For the reasons given.", here.now_ms + DAY_MS)
    for operations in ((order,), (order, Vote("p-1", Ballot.FOR), order)):
        envelope = here.envelope(account, *operations)
        expected = here.ledger.check(envelope, here.now_ms)
        assert len(expected) == len(operations)
        receipts = here.execute([envelope]).receipts
        assert tuple(receipt.refusals for receipt in receipts) == expected
        here = Parliament()
        here.open_account("ant.li")


def test_nobody_crowds_the_others_out_of_the_agenda__r7_1():
    here = Parliament({"proposals_open_max": 2})
    for number in range(2):
        here.propose("ant", figures(gifts_per_day=9 + number), f"p-{number}", days=1 + number)
    third = Propose("p-2", Pause(), "x", here.now_ms + DAY_MS)
    assert codes(here.do("ant", third)) == ["E_AGENDA_FULL"]
    here.propose("jd", figures(gifts_per_day=99), "p-3")
    here.wait_days(1)
    here.execute([])
    here.propose("ant", Pause(), "p-2")


def test_the_agenda_is_bounded_whoever_fills_it__r7_1(monkeypatch):
    monkeypatch.setattr("ledger.rules.governance.AGENDA_MAX", 2)
    here = Parliament()
    here.adopt(figures(gifts_per_day=9), "p-1")
    here.propose("jd", Pause(), "p-2")
    assert codes(here.do("ant", Propose("p-3", Pause(), "x", here.now_ms + DAY_MS))) == ["E_AGENDA_FULL"]
    here.wait_until(here.proposal("p-1").effective_height)
    here.propose("ant", Pause(), "p-3")


def test_a_chain_is_listed_and_unlisted_by_vote_and_by_charter__r7_1():
    here = Parliament(chains=("wenchang",))
    assert is_listed(here.ledger.state, "wenchang")
    here.enact(UnlistChain("wenchang"))
    here.enact(ListChain("aa" * 32), "p-2")
    assert not is_listed(here.ledger.state, "wenchang")
    assert is_listed(here.ledger.state, "aa" * 32)


@pytest.mark.parametrize(
    ("policies", "named"),
    [
        ({"pauses": "ANY"}, r"'pauses' is no kind of decision; there are: change_parameters, admit_member"),
        ({"pause": "most"}, r"policies\.pause is 'most'; expected ANY, MAJORITY"),
        ({"pause": "6"}, r"policies\.pause is 6, and 5 members vote; write FORBIDDEN for what nobody may decide"),
        ({"pause": "SELF"}, r"policies\.pause is SELF, but it concerns no one member; SELF is permitted for remove_m"),
    ],
)
def test_a_charter_with_a_bad_policy_founds_no_ledger(policies, named):
    with pytest.raises(ValueError, match=named):
        Ledger.genesis(charter(policies=policies))


def test_a_role_given_by_vote_is_what_the_rules_go_by__r7_1():
    here = Parliament()
    here.enact(SetRole("hunan", Role.REGISTRAR, True))
    hunan = here.ledger.account("hunan")
    assert hunan is not None
    assert (hunan.role, hunan.governor) == (Role.REGISTRAR, True)


def test_a_world_without_proposals_has_no_row_of_governance_but_the_roster():
    here = World()
    here.register_work()
    tables = {key.partition(b"/")[0] for key, _ in here.ledger.entries()}
    assert tables & {b"agenda", b"parameters", b"policy", b"proposal", b"pause", b"chain", b"key"} == set()
    assert here.ledger.timestamp_ms == FOUNDED_MS


def test_what_an_action_would_do_can_be_read_field_by_field():
    assert [dict(particulars_of(action)) for action in ACTIONS] == [
        {"gifts_per_day": "5", "hold_hours_first": "24"},
        {
            "member": "caa",
            "name": "China Academy of Art",
            "name_zh": "中国美术学院",
            "role": "institution",
            "votes": "true",
            "operator_key": key_of("caa").hex(),
        },
        {"member": "jd"},
        {"member": "hunan", "role": "registrar", "votes": "true"},
        {"member": "jd", "operator_key": key_of("jd, second").hex()},
        {"kind": "pause", "policy": "2/3"},
        {},
        {},
        {"chain": "aa" * 32},
        {"chain": "wenchang"},
    ]


def test_the_longest_rows_of_governance_can_be_read_again():
    names = tuple(f"{number:032d}" for number in range(ROSTER_MAX))
    changes = ChangeParameters((ParameterChange("x" * 64, 2**53 - 1),) * CHANGES_MAX)
    longest = ProposalRecord(names[0], changes, "字" * 500, 2**53, ProposalState.OPEN, names, (), 2**53, 2**53)
    proposals = tuple(f"{number:048d}" for number in range(AGENDA_MAX))
    for record in (longest, RosterRecord(names), AgendaRecord(proposals, ())):
        assert Reader(type(record), size_max=VALUE_BYTES_MAX).read(encode(record)) == record
