"""A breaker opens on a row of failures or a bad share, lets one probe through after its pause, and believes that."""

import random

from fusion_mcp.providers.health.breaker import AT_LEAST, IN_A_ROW, PAUSE_S, Breaker, Pass


def admitted(breaker: Breaker, now: float = 0.0) -> Pass:
    held = breaker.admit(now)
    assert held is not None
    return held


def record(breaker: Breaker, outcomes: str) -> None:
    """Make calls one after the other: `x` fails, `.` does not."""
    for outcome in outcomes:
        held = admitted(breaker)
        _ = breaker.failed(held, 0.0) if outcome == "x" else breaker.succeeded(held)


def opened() -> Breaker:
    breaker = Breaker()
    record(breaker, "x" * IN_A_ROW)
    return breaker


def test_five_failures_in_a_row_open_it_and_four_do_not() -> None:
    breaker = Breaker()
    record(breaker, "xxxx.xxxx")
    assert not breaker.is_open
    assert breaker.failed(admitted(breaker), 0.0)
    assert breaker.why == "5 calls in a row failed"
    assert (breaker.is_open, breaker.admit(PAUSE_S - 0.01), breaker.seconds_left(10.0)) == (True, None, 20.0)


def test_more_than_half_of_the_last_calls_open_it_once_ten_are_known() -> None:
    breaker = Breaker()
    record(breaker, "xx." * 3)
    assert not breaker.is_open, "9 calls are too few to judge by"
    record(breaker, "x")
    assert breaker.is_open
    assert breaker.why == f"7 of the last {AT_LEAST} calls failed"


def test_a_half_that_fails_and_what_lies_more_than_twenty_calls_back_do_not_open_it() -> None:
    breaker = Breaker()
    record(breaker, ".x" * 50)
    record(breaker, "." * 20 + "xxx.xxx.xx")
    assert not breaker.is_open


def test_after_the_pause_one_probe_goes_through_and_its_success_closes_it() -> None:
    breaker = opened()
    probe = admitted(breaker, PAUSE_S)
    assert probe.is_probe
    assert breaker.admit(PAUSE_S) is None, "one probe is enough"
    assert breaker.succeeded(probe)
    record(breaker, "xxxx")
    assert not breaker.is_open, "what was before the probe is forgotten"


def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    breaker = opened()
    assert breaker.failed(admitted(breaker, PAUSE_S), PAUSE_S + 5)
    assert breaker.admit(2 * PAUSE_S + 4.9) is None
    assert admitted(breaker, 2 * PAUSE_S + 5).is_probe


def test_a_probe_that_was_cut_off_leaves_its_place_to_the_next() -> None:
    breaker = opened()
    breaker.freed(admitted(breaker, PAUSE_S))
    assert admitted(breaker, PAUSE_S).is_probe


def test_calls_that_began_before_it_opened_neither_close_nor_prolong_it() -> None:
    breaker = Breaker()
    early = [admitted(breaker) for _ in range(8)]
    for held in early[:5]:
        breaker.failed(held, 0.0)
    assert not breaker.failed(early[5], 20.0)
    assert not breaker.succeeded(early[6])
    breaker.freed(early[7])
    assert breaker.is_open
    assert admitted(breaker, PAUSE_S).is_probe


def test_one_call_in_ten_that_fails_after_its_retries_never_opens_it_in_thousands() -> None:
    drawn, breaker = random.Random(4), Breaker()
    for _ in range(5000):
        attempts = [drawn.random() < 0.1 for _ in range(3)]
        record(breaker, "x" if all(attempts) else ".")
    assert not breaker.is_open
