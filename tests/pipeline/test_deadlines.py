"""Time for judge and synthesizer is set aside before the panel starts."""

import pytest

from fusion_mcp.codes import Stage
from fusion_mcp.pipeline.deadlines import Pace, share_out

_ASK: tuple[Stage, ...] = ("panel", "judge", "synthesis")


def test_panel_judge_and_synthesis_end_one_after_the_other_within_the_run() -> None:
    shares = share_out(1000.0, 100.0, _ASK)
    assert 1000.0 < shares.panel < shares.judge < shares.synthesis
    assert shares.synthesis == pytest.approx(1100.0)
    assert shares.synthesis - shares.panel == pytest.approx(35.0)


def test_a_comparison_sets_nothing_aside_for_a_synthesis_it_does_not_make() -> None:
    shares = share_out(0.0, 100.0, ("panel", "judge"))
    assert shares.panel > share_out(0.0, 100.0, _ASK).panel
    assert shares.judge == pytest.approx(100.0)


def test_a_check_of_the_answer_has_its_time_set_aside_and_comes_last() -> None:
    shares = share_out(0.0, 100.0, (*_ASK, "verification"))
    assert shares.panel < shares.judge < shares.synthesis < shares.verification
    assert shares.verification == pytest.approx(100.0)
    assert shares.panel < share_out(0.0, 100.0, _ASK).panel


def test_a_panel_of_one_has_all_the_time() -> None:
    assert share_out(0.0, 100.0, ("panel",)).panel == pytest.approx(100.0)


def test_a_quick_model_may_research_for_about_two_thirds_of_its_time() -> None:
    pace = Pace(0.0, 100.0)
    pace.note(1.0)
    assert [pace.is_late(now) for now in (10.0, 60.0, 70.0)] == [False, False, True]
    assert pace.for_calls(10.0) == pytest.approx(45.0)
    assert pace.for_calls(60.0) == pytest.approx(5.0)
    assert pace.for_calls(90.0) == 0.0


@pytest.mark.parametrize(("reply", "whole"), [(1.0, 6.5), (2.0, 13.0), (3.0, 19.5), (40.0, 117.0)])
def test_a_slow_model_is_left_time_for_its_answer_whatever_a_page_takes(reply: float, whole: float) -> None:
    pace, now = Pace(0.0, whole), 0.0
    while not pace.is_late(now):
        now += reply
        pace.note(reply)
        now += pace.for_calls(now)
    assert now + reply < whole
    assert now > reply
