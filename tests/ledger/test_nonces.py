"""The replay window against a set that forgets nothing."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.nonces import WINDOW, is_too_old, is_used, use


def is_refused(highest, used, nonce):
    return is_too_old(highest, nonce) or is_used(highest, used, nonce)


@given(st.lists(st.integers(1, 40) | st.integers(1, 5_000) | st.sampled_from([2**53 - 1]), max_size=200))
def test_a_nonce_is_used_once_and_what_is_refused_was_used_or_is_too_old__rfc4303_3_4_3(nonces):
    highest, used, seen = 0, b"", set()
    for nonce in nonces:
        if nonce in seen:
            assert is_refused(highest, used, nonce)
        elif highest - nonce >= WINDOW:
            assert is_too_old(highest, nonce)
        else:
            assert not is_refused(highest, used, nonce)
            highest, used = use(highest, used, nonce)
            seen.add(nonce)
        assert highest == max(seen, default=0)
        assert len(used) <= WINDOW // 8
        assert used == used.rstrip(b"\0")


def test_the_window_is_1024_wide():
    highest, used = use(0, b"", 2_000)
    assert not is_refused(highest, used, 2_000 - 1_023)
    assert is_too_old(highest, 2_000 - 1_024)


def test_any_order_within_the_window_is_accepted():
    highest, used = 0, b""
    for nonce in [3, 1, 2, 1_000, 500, 4]:
        assert not is_refused(highest, used, nonce)
        highest, used = use(highest, used, nonce)
    assert (highest, is_used(highest, used, 500), is_used(highest, used, 501)) == (1_000, True, False)
