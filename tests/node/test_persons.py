"""Salts of people: one a person, whatever the accounts; who is erased is erased under all of them."""

import pytest

from ledger.person import opens
from node.errors import PersonRefused
from node.home import persons
from node.home.persons import PERSONS_MAX, Person, add, erase, find, public_key_of, written_number

LI = "11010519491231002X"
WANG = "E12345678"


def test_a_kept_salt_opens_the_commitment_and_only_for_that_document():
    kept, li = add((), "ant.li", LI)
    assert find(kept, "ant.li") == li
    assert opens(li.person, li.salt, LI)
    assert not opens(li.person, li.salt, WANG)
    assert LI.encode() not in repr(kept).encode()


def test_one_person_has_one_salt_whatever_the_accounts_and_two_people_have_two():
    kept, li = add((), "ant.li", LI)
    kept, again = add(kept, "ant.li-2", LI)
    kept, wang = add(kept, "ant.wang", WANG)
    assert (again.salt, again.person) == (li.salt, li.person)
    assert again.seed != li.seed
    assert wang.salt != li.salt
    assert [each.account for each in kept] == ["ant.li", "ant.li-2", "ant.wang"]


def test_a_salt_brought_from_another_platform_gives_the_same_commitment():
    _, there = add((), "jd.li", LI)
    _, here = add((), "ant.li", LI, salt=there.salt)
    assert here.person == there.person


def test_a_second_salt_for_a_person_who_is_here_is_refused():
    kept, li = add((), "ant.li", LI)
    with pytest.raises(PersonRefused, match="another salt"):
        add(kept, "ant.li-2", LI, salt=bytes(32))
    assert add(kept, "ant.li-2", LI, salt=li.salt)[1].salt == li.salt


@pytest.mark.parametrize(
    "written",
    ["11010519491231002x", " 110105 19491231 002X\n", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002x"],
)
def test_one_number_written_in_two_ways_is_one_person(written):
    assert written_number(written) == LI
    kept, li = add((), "ant.li", LI)
    assert add(kept, "ant.li-2", written)[1].person == li.person


@pytest.mark.parametrize("nothing", ["", "  \n", "-", "1" * 65])
def test_what_is_no_number_of_a_document_is_refused(nothing):
    with pytest.raises(PersonRefused, match="1 to 64"):
        add((), "ant.li", nothing)


@pytest.mark.parametrize("account", ["", "ANT.li", "ant.李", "ant/li", "a" * 65])
def test_a_name_that_the_ledger_would_not_take_is_refused_before_it_is_kept(account):
    with pytest.raises(PersonRefused, match="no account's name"):
        add((), account, LI)


def test_an_account_is_kept_once_and_no_more_than_fit(monkeypatch):
    kept, _ = add((), "ant.li", LI)
    with pytest.raises(PersonRefused, match="kept here already"):
        add(kept, "ant.li", WANG)
    monkeypatch.setattr(persons, "PERSONS_MAX", 1)
    with pytest.raises(PersonRefused, match="no more fit"):
        add(kept, "ant.wang", WANG)
    assert PERSONS_MAX == 10_000


def test_erasing_takes_every_account_of_the_person_and_nobody_else():
    kept, li = add((), "ant.li", LI)
    kept, _ = add(kept, "ant.li-2", LI)
    kept, _ = add(kept, "ant.wang", WANG)
    left, erased = erase(kept, "ant.li-2")
    assert erased == ["ant.li", "ant.li-2"]
    assert [each.account for each in left] == ["ant.wang"]
    with pytest.raises(PersonRefused, match="nothing to erase"):
        erase(left, "ant.li")
    # Who comes back is, to the chain, somebody else.
    assert add(left, "ant.li", LI)[1].person != li.person


def test_a_customer_who_has_the_key_leaves_none_here():
    _, li = add((), "ant.li", LI, own_key=True)
    assert (li.keys, public_key_of(li)) == (None, None)
    _, kept = add((), "ant.wang", WANG)
    assert kept.keys is not None
    assert public_key_of(kept) == kept.keys.public_key
    assert isinstance(kept, Person)
