"""The laboratory's histories: made ones are what they claim to be, read ones are read strictly."""

import gzip
import random
from itertools import pairwise

import networkx as nx
import pytest

from ledger.parameters import DAY_MS
from ledger.transitions.trail import TRAIL_MS
from scenarios.errors import HistoryUnreadable
from scenarios.laboratory.background import Background
from scenarios.laboratory.city import City
from scenarios.laboratory.evasions import Evasion, evade
from scenarios.laboratory.history import HISTORY_FILE, LABELS_FILE, WRAPPER, read_history, read_labels
from scenarios.laboratory.transfer import Transfer
from scenarios.laboratory.typologies import ACCOUNTS, DAYS, Typology, plant
from scenarios.laboratory.watch import watch

BEGIN_MS = 20_000 * DAY_MS
PEOPLE = [f"p{number}" for number in range(50)]


def cases(typology, count=30):
    chance = random.Random(1)
    return [plant(typology, chance, number=number, accounts=PEOPLE, begin_ms=BEGIN_MS) for number in range(count)]


def graph(case):
    made = nx.DiGraph()
    made.add_edges_from((each.giver, each.receiver) for each in case.transfers)
    return made


@pytest.mark.parametrize("typology", Typology)
def test_a_case_is_among_five_to_ten_people_within_five_to_twenty_days(typology):
    for case in cases(typology):
        assert graph(case).number_of_nodes() <= ACCOUNTS[1]
        times = [each.at_ms for each in case.transfers]
        assert times == sorted(times)
        assert BEGIN_MS <= times[0] <= times[-1] < BEGIN_MS + DAYS[1] * DAY_MS


@pytest.mark.parametrize("typology", Typology)
def test_in_a_case_everybody_gives_what_he_has(typology):
    for case in cases(typology):
        owner: dict[str, str] = {}
        for each in case.transfers:
            assert owner.setdefault(each.token, each.giver) == each.giver
            owner[each.token] = each.receiver


def test_each_typology_has_its_shape():
    for case in cases(Typology.FAN_OUT):
        assert sorted(dict(graph(case).out_degree()).values())[:-1] == [0] * (graph(case).number_of_nodes() - 1)
    for case in cases(Typology.FAN_IN):
        assert sorted(dict(graph(case).in_degree()).values())[:-1] == [0] * (graph(case).number_of_nodes() - 1)
    for case in cases(Typology.CYCLE):
        assert [len(cycle) for cycle in nx.simple_cycles(graph(case))] == [graph(case).number_of_nodes()]
    for case in cases(Typology.BIPARTITE):
        assert nx.is_bipartite(graph(case))
        assert nx.dag_longest_path_length(graph(case)) == 1
    for typology in (Typology.STACK, Typology.SCATTER_GATHER, Typology.GATHER_SCATTER):
        assert {nx.dag_longest_path_length(graph(case)) for case in cases(typology)} == {2}
    for case in cases(Typology.RANDOM):
        assert len({each.token for each in case.transfers}) == 1


TOWN = Background(
    people=80,
    days=60,
    presents=200,
    birthdays=3,
    treats=3,
    idols=2,
    giveaways=2,
    swaps=5,
    errands=9,
    feasts=3,
    travels=9,
)
CITY = City(
    people=80,
    days=60,
    presents=200,
    clubs=6,
    celebrations=5,
    collectors=2,
    giveaways=2,
    feasts=3,
    evenings=3,
    bands=2,
    errands=9,
    travels=9,
)


@pytest.mark.parametrize("world", [TOWN, CITY])
def test_the_same_seed_makes_the_same_world(world):
    one, again, other = (world.transfers(random.Random(seed), begin_ms=BEGIN_MS) for seed in (1, 1, 2))
    assert one == again != other
    assert {name for each in one for name in (each.giver, each.receiver)} <= set(world.accounts())


@pytest.mark.parametrize("world", [TOWN, CITY])
def test_honest_people_give_what_they_have_and_not_to_themselves(world):
    owner: dict[str, str] = {}
    for each in world.transfers(random.Random(4), begin_ms=BEGIN_MS):
        assert owner.setdefault(each.token, each.giver) == each.giver != each.receiver
        owner[each.token] = each.receiver


ONE_CUSTOMER = (Evasion.PATIENCE, Evasion.SWAPS, Evasion.KEEPING)


@pytest.mark.parametrize("evasion", Evasion)
def test_who_evades_gives_what_he_has_in_order_of_time(evasion):
    chance = random.Random(1)
    for number in range(20):
        case = evade(evasion, chance, number=number, accounts=PEOPLE, begin_ms=BEGIN_MS)
        assert list(case.transfers) == sorted(case.transfers)
        owner: dict[str, str] = {}
        for each in case.transfers:
            assert owner.setdefault(each.token, each.giver) == each.giver != each.receiver
            owner[each.token] = each.receiver
        assert len(owner.keys() | graph(case).nodes) <= len(owner) + (3 if evasion in ONE_CUSTOMER else ACCOUNTS[1])


def test_fresh_straw_men_do_nothing_but_the_case():
    one, other = (evade(Evasion.FRESH, random.Random(1), number=n, accounts=PEOPLE, begin_ms=BEGIN_MS) for n in (1, 2))
    assert not set(graph(one)) & {*graph(other), *PEOPLE}


def test_patience_leaves_no_two_gifts_within_a_trail():
    case = evade(Evasion.PATIENCE, random.Random(1), number=1, accounts=PEOPLE, begin_ms=BEGIN_MS)
    assert all(later.at_ms - earlier.at_ms > TRAIL_MS for earlier, later in pairwise(case.transfers))
    assert [len(cycle) for cycle in nx.simple_cycles(graph(case))] == [3]


def test_epochs_see_each_gift_as_news_once():
    transfers = TOWN.transfers(random.Random(3), begin_ms=BEGIN_MS)
    epochs = list(watch(transfers))
    assert [epoch.ended_ms for epoch in epochs] == sorted({(each.at_ms // DAY_MS + 1) * DAY_MS for each in transfers})
    last = max(epoch.gifts for epoch in epochs)
    assert 0 < last < len(transfers), "thirty days of sixty"


def test_the_extract_that_comes_with_quorate_is_read_whole():
    history, labels = read_history(HISTORY_FILE, without=frozenset({WRAPPER})), read_labels(LABELS_FILE)
    assert (len(history.transfers), history.passed_over, len(labels)) == (3_483, 476, 87)
    assert list(history.transfers) == sorted(history.transfers, key=lambda each: each.at_ms)
    assert {label.token for label in labels} <= {each.token for each in history.transfers}


def test_rows_of_an_hour_keep_the_order_of_the_file(tmp_path):
    file = tmp_path / "h.csv.gz"
    rows = (
        "hour_utc,token_id,from,to\n2020-01-01T05:00:00Z,2,b,c\n2020-01-01T05:00:00Z,1,a,b\n2020-01-01T05:00:00Z,3,,c\n"
    )
    file.write_bytes(gzip.compress(rows.encode()))
    hour_ms = 1_577_854_800_000
    history = read_history(file)
    assert history.transfers == (Transfer(hour_ms, "2", "b", "c"), Transfer(hour_ms + 1, "1", "a", "b"))
    assert history.passed_over == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ("at_ms,from,to\n", "row 1: the header has no column token or token_id"),
        ("token,from,to\n", "row 1: the header has no column at_ms or hour_utc"),
        ("at_ms,token,from,to\n", "no row is a transfer"),
        ("at_ms,token,from,to\n1,t,a\n", "row 2: 3 cells, but the header has 4"),
        ("at_ms,token,from,to\n-1,t,a,b\n", "row 2, column at_ms: '-1' is no time in Unix milliseconds"),
        ("at_ms,token,from,to\n5,t,a,b\n4,t,b,c\n", "row 3: it is earlier than the row before"),
        ("at_ms,token,from,to\n5,,a,b\n", "row 2, column token: expected 1 to 64 characters"),
        (f"at_ms,token,from,to\n5,t,{'a' * 65},b\n", "row 2, column from: expected at most 64 characters"),
        ("hour_utc,token,from,to\nyesterday,t,a,b\n", "row 2, column hour_utc: 'yesterday'; expected an hour like"),
        ("at_ms,token,from,to\n5,t,a,\xff\n", "no text in UTF-8"),
        ('at_ms,token,from,to\n5,"t,a,b\n', "this is no CSV"),
        ("\x1f\x8bnonsense", "the gzip file is damaged"),
    ],
)
def test_a_file_that_is_no_history_is_answered_with_row_and_column(tmp_path, content, words):
    file = tmp_path / "h.csv"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(HistoryUnreadable) as raised:
        read_history(file)
    assert str(raised.value).startswith(str(file))
    assert words in str(raised.value)


def test_a_file_that_is_not_there_is_answered_with_its_name(tmp_path):
    with pytest.raises(HistoryUnreadable, match=r"absent\.csv: the file cannot be read"):
        read_history(tmp_path / "absent.csv")
