"""The people of the first day."""

from random import Random

from ledger.operations.accounts import Claim
from scenarios.first_day.people import make_people


def test_the_same_seed_invents_the_same_people():
    assert make_people(5, random=Random(1)) == make_people(5, random=Random(1))
    assert make_people(5, random=Random(1)) != make_people(5, random=Random(2))


def test_no_two_people_share_a_key_or_a_commitment():
    people = make_people(100, random=Random(1))
    assert len({person.commitment for person in people}) == 100
    assert len({person.keys.public_key for person in people}) == 100


def test_a_person_is_the_same_person_at_every_platform():
    (person,) = make_people(1, random=Random(1))
    ant, jd = person.registration("ant"), person.registration("jd")
    assert (ant.account, jd.account) == ("ant.p0001", "jd.p0001")
    assert ant.person == jd.person


def test_one_in_twenty_five_may_not_buy():
    people = make_people(50, random=Random(1))
    assert [person.number for person in people if not person.is_adult] == [25, 50]
    assert Claim.OVER_18 not in people[24].registration("ant").claims
    assert Claim.OVER_14 in people[24].registration("ant").claims
    assert Claim.OVER_18 in people[0].registration("ant").claims
