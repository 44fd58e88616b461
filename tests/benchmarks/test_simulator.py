import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.ceiling import ceiling_slot
from benchmarks.sampling import part_of, shares_of
from benchmarks.simulator import SimulatorResult, measure_seeds, measure_size, measure_slot, row
from benchmarks.simulator_profile import PARTS, Profile, lines_of, profile_seeds
from consensus.quorum import Committee
from quorate.__main__ import main


def test_a_slot_takes_the_messages_that_pbft_needs_at_least():
    _, messages, simulated_ms = measure_slot(4, seed=2021)
    # The batch and the PRE-PREPARE to three each, PREPAREs of three and COMMITs of four members to three others each.
    assert messages >= 3 + 3 + 9 + 12
    assert simulated_ms >= 3 * 150


@pytest.mark.parametrize("members", [4, 16])
def test_the_ceiling_hears_no_fewer_votes_than_a_quorum_needs(members):
    quorum = Committee(members).quorum
    _, arrivals = ceiling_slot(members, seed=1)
    # A PRE-PREPARE at each backup, q-2 PREPAREs of others at each of a quorum, and q-1 COMMITs of others.
    assert quorum * (quorum - 2 + quorum - 1) <= arrivals <= (members - 1) * (2 * members + 1)


@pytest.mark.slow
def test_a_size_is_measured_beside_its_ceiling_pair_by_pair():
    figure = measure_size(4, 1, 2)
    assert len(figure.ours_ms) == len(figure.ceiling_ms) == 2
    assert figure.ratio.lowest <= figure.ratio.median <= figure.ratio.highest
    assert row(figure).split()[0] == "4"


def test_seeds_are_counted_by_the_second_of_processor_time():
    figure = measure_seeds(1, 1, 1)
    assert figure.simulated_s >= 1
    assert figure.seeds_per_second == 1 / figure.cpu_s


@pytest.mark.slow
def test_the_command_prints_a_line_a_size_and_keeps_the_result(tmp_path):
    kept = tmp_path / "result.json"
    done = CliRunner().invoke(
        main,
        ["bench", "simulator", "--members", "4,5", "--repeats", "1", "--seeds", "0", "--output", str(kept)],
    )
    assert done.exit_code == 0, done.output
    result = msgspec.json.decode(kept.read_bytes(), type=SimulatorResult)
    assert [figure.members for figure in result.slots] == [4, 5]
    assert result.seeds is None
    assert [line.split()[0] for line in done.output.splitlines()[1:3]] == ["4", "5"]


@pytest.mark.parametrize("members", ["", "0", "4,,5", "2000", "many"])
def test_sizes_that_are_none_are_refused(members):
    done = CliRunner().invoke(main, ["bench", "simulator", "--members", members])
    assert done.exit_code == 2
    assert "no list of sizes" in done.output


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("node/simulation/agenda.py", "driver: agenda, links, turns, disk"),
        ("node/core.py", "core: gate, frames, pool, execution's call"),
        ("consensus/log.py", "consensus: counting votes"),
        ("consensus/view_change.py", "consensus: the rest"),
        ("benchmarks/simulator.py", "other"),
    ],
)
def test_each_file_counts_for_one_part(path, part):
    assert part_of(path, PARTS) == part


@pytest.mark.slow
def test_the_shares_of_all_parts_are_one():
    shares = shares_of(lambda: [measure_slot(7, seed=seed) for seed in range(20)], PARTS)
    assert sum(share for _, share in shares) == pytest.approx(1)


def test_a_profile_is_a_column_with_a_line_for_each_part_that_took_time():
    driver, counting = PARTS[0][0], PARTS[2][0]
    head, *lines = lines_of(
        (
            Profile(work="a slot", shares=((driver, 0.4), (counting, 0.6))),
            Profile(work="seeds", shares=((driver, 1.0),)),
        )
    )
    assert head.split() == ["a", "slot", "seeds"]
    assert [line.split()[-2:] for line in lines] == [["40%", "100%"], ["60%", "0%"]]


@pytest.mark.slow
def test_a_profile_of_seeds_finds_every_room_at_work():
    found = dict(profile_seeds(1, 1).shares)
    assert {name.partition(":")[0] for name in found} >= {"driver", "core", "consensus", "canonical", "ledger"}
