from node.clock import Clock


def test_a_clock_nobody_touched_is_its_machine_s():
    assert Clock(lambda: 123).now_ms() == 123


def test_offset_and_drift_add_up_from_the_moment_they_are_put():
    machine = [10_000]
    clock = Clock(lambda: machine[0])
    machine[0] = 20_000
    clock.put(offset_ms=500, drift_ppm=-10_000)
    assert clock.now_ms() == 20_500
    machine[0] = 30_000
    assert clock.now_ms() == 30_400
    clock.put(offset_ms=0, drift_ppm=0)
    assert clock.now_ms() == 30_000
