from benchmarks.simulator import measure_seeds, measure_slot


def test_a_slot_takes_the_messages_that_pbft_needs_at_least():
    figure = measure_slot(4)
    # The batch and the PRE-PREPARE to three each, PREPAREs of three and COMMITs of four members to three others each.
    assert figure.messages >= 3 + 3 + 9 + 12
    assert figure.simulated_ms >= 3 * 200


def test_seeds_are_counted_by_the_second():
    seeds, simulated = measure_seeds(1, seconds=1)
    assert seeds > 0
    assert simulated >= seeds
