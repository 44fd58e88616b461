"""L10: what people write is read, wherever it stands; ids of known form are not."""

import pytest

from canonical.hashing import Digest
from ledger.charter import Role
from ledger.operations.freezes import FreezeToken
from ledger.operations.governance import AdmitMember, ListChain, Propose
from ledger.operations.series import MintBatch, SealSeries
from ledger.operations.statements import Attest, Attested
from ledger.parameters import DAY_MS
from ledger.personal_data import PersonalData, find_personal_data
from ledger.receipts import Receipt
from tests.ledger.world import World, key_of, series_operation

HEX = "ab13812345678" + "c" * 51
"""A chain id that holds a run of digits like a mobile number, as one in 250 does."""


def fields(receipt: Receipt) -> list[str]:
    """What the rule named."""
    assert {each.code for each in receipt.refusals} <= {"E_PERSONAL_DATA"}
    return [dict(each.params)["field"] for each in receipt.refusals]


def test_a_token_whose_number_looks_like_a_telephone_can_be_frozen__l10():
    """A platform that named its series so would have put every edition beyond the reach of freezes and takedowns."""
    here = World()
    here.register_work()
    here.must("ant", series_operation("a-138-1234"), MintBatch("a-138-1234", 1), SealSeries("a-138-1234"))
    token = "a-138-1234-0001"
    assert find_personal_data(token) is PersonalData.MOBILE_NUMBER
    here.must("jd", FreezeToken(token, "theft", "jd.case-1", here.now_ms + DAY_MS))


def test_a_chain_id_is_no_telephone__l10():
    assert find_personal_data(HEX) is PersonalData.MOBILE_NUMBER
    here = World(chains=(HEX,))
    here.register_work()
    here.must("notary", Attest(Attested.WORK, "scroll", Digest(bytes(32)), "anchored there too", HEX))
    other = HEX.replace("ab", "ba")
    here.must("ant", Propose("ant.p-1", ListChain(other), "A bridge.", here.now_ms + DAY_MS))


@pytest.mark.parametrize("number", ["jd.13812345678", "jd.138-1234-5678"])
def test_whoever_numbers_a_case_or_a_proposal_writes_no_telephone_into_it__l10(number):
    here = World()
    token = here.sold_token("ant.li")
    assert fields(here.do("jd", FreezeToken(token, "theft", number, here.now_ms + DAY_MS))) == ["case"]
    proposal = Propose(number, ListChain("wenchang"), "A bridge.", here.now_ms + DAY_MS)
    assert fields(here.do("jd", proposal)) == ["proposal"]


def test_what_stands_inside_a_part_is_read_and_named_with_its_place__l10():
    here = World()
    newcomer = AdmitMember("b-13812345678", "ask li@example.cn", "成员", Role.PLATFORM, False, key_of("b"))
    assert fields(here.do("ant", Propose("ant.p-1", newcomer, "Welcome.", here.now_ms + DAY_MS))) == ["action.member"]
