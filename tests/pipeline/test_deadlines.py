"""Time for judge and synthesizer is set aside before the panel starts."""

import pytest

from fusion_mcp.pipeline.deadlines import share_out


def test_panel_judge_and_synthesis_end_one_after_the_other_within_the_run() -> None:
    shares = share_out(1000.0, 100.0, "ask")
    assert 1000.0 < shares.panel < shares.judge < shares.synthesis
    assert shares.synthesis == pytest.approx(1100.0)
    assert shares.synthesis - shares.panel == pytest.approx(35.0)


def test_a_comparison_sets_nothing_aside_for_a_synthesis_it_does_not_make() -> None:
    shares = share_out(0.0, 100.0, "compare")
    assert shares.panel > share_out(0.0, 100.0, "ask").panel
    assert shares.judge == pytest.approx(100.0)
