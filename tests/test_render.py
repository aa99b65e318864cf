"""How results and failures read as Markdown."""

import pytest

from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.render import failure_shape, failure_text, markdown
from fusion_mcp.result import FailedModel, Seconds, Source
from fusion_mcp.types import Bill, MemberFailure
from scripted.results import a_response, a_result, an_analysis


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_an_answer_comes_first_then_agreement_failures_cost_and_sources() -> None:
    text = markdown(
        a_result(
            failed_models=[FailedModel(model="work:gamma", reason="rate_limited", error="slow down", status_code=429)],
            warnings=["Half of it is missing."],
            sources=[Source(url="https://example.com/a", title="A [page]", used_by=["work:alpha"])],
        )
    )
    assert text.startswith("The answer.\n\n---\n")
    assert in_order(
        text,
        "**The panel agreed**",
        "- Both say yes.",
        "- When: `work:alpha`: now; `work:beta`: later",
        "**Answered:** `work:alpha`, `work:beta`. The answer above is the synthesizer's.",
        "- `work:gamma`: rate_limited (HTTP 429): slow down",
        "- Half of it is missing.",
        "**Cost:** $0.0123, 2.1 times its most expensive member alone.",
        "**Time:** 14.3 s (panel 8.1, judge 3.0, synthesis 3.1).",
        "- [A (page)](<https://example.com/a>) (`work:alpha`)",
        "Run `run-1`, preset `trio`",
    )


def test_a_title_cannot_end_the_link_that_it_stands_in() -> None:
    source = Source(url="https://example.com/<a>", title="](https://evil.example) `x` <b> \\", used_by=["work:alpha"])
    text = markdown(a_result(sources=[source]))
    assert "- [)(https://evil.example) 'x' (b) /](<https://example.com/%3Ca%3E>) (`work:alpha`)\n" in text
    untitled = markdown(a_result(sources=[Source(url="https://example.com/", title=" ", used_by=[])]))
    assert "- [https://example.com/](<https://example.com/>)\n" in untitled


def test_an_address_that_is_cut_within_a_warning_stays_code() -> None:
    text = markdown(a_result(warnings=[f"Taken out: `https://evil.example/{'x' * 600}`."]))
    assert "xxx…`\n" in text


def test_a_warning_that_repeats_a_members_failure_is_left_out() -> None:
    failed = [FailedModel(model="work:gamma", reason="late", error="it took too long")]
    text = markdown(
        a_result(failed_models=failed, warnings=["work:gamma did not answer (late): it took too long", "Beware."])
    )
    assert text.count("it took too long") == 1
    assert "**Warnings**\n\n- Beware.\n" in text


def test_empty_parts_are_left_out() -> None:
    text = markdown(a_result(analysis=None, cost_usd=None, cost_vs_single=None, seconds=Seconds(total=1.0)))
    for absent in ("agreed", "disagreed", "Did not answer", "Warnings", "Sources", "None", "null", "**Cost:** $"):
        assert absent not in text
    assert "**Cost:** unknown. **Time:** 1.0 s." in text


def test_a_single_models_answer_is_called_that() -> None:
    text = markdown(a_result(answered_by="work:alpha", analysis=None, responses=[a_response("work:alpha")]))
    assert "The answer above is that of `work:alpha` alone, not a synthesis" in text


def test_a_fallback_that_spoke_is_named_beside_the_seat() -> None:
    text = markdown(a_result(responses=[a_response("work:alpha", served_by="work:spare")]))
    assert "`work:alpha` (as `work:spare`)" in text


def test_a_comparison_begins_with_the_whole_analysis_and_shows_the_answers() -> None:
    text = markdown(a_result(kind="compare", answer=None, answered_by=None))
    assert text.startswith("**Consensus**")
    assert in_order(
        text,
        "**Contradictions**",
        "**Partial coverage**",
        "- `work:alpha`: the cost",
        "**Unique insights**",
        "- `work:beta`: nobody asked why",
        "**Blind spots**",
        "## `work:alpha`\n\nYes.",
        "**Answered:**",
    )


def test_a_comparison_without_analysis_still_shows_the_answers() -> None:
    text = markdown(a_result(kind="compare", answer=None, answered_by=None, analysis=None, status="degraded"))
    assert text.startswith("## `work:alpha`\n\nYes.\n\n## `work:beta`")


def test_an_answer_cut_in_the_middle_of_a_code_block_does_not_swallow_what_follows() -> None:
    cut = a_response("work:alpha", "Look:\n```python\nx = 1 …", truncated=True)
    text = markdown(a_result(kind="compare", answer=None, answered_by=None, responses=[cut]))
    assert "x = 1 …\n```\n\n(cut short" in text


def test_only_the_first_points_of_a_long_agreement_stand_under_an_answer() -> None:
    many = an_analysis().model_copy(update={"consensus": [f"Point {number}." for number in range(9)]})
    text = markdown(a_result(analysis=many))
    assert "- Point 4.\n- … and 4 more in the structured result" in text
    assert "Point 5" not in text


def test_a_run_that_goes_on_says_how_to_get_its_answer() -> None:
    text = markdown(a_result(status="running", answer=None, answered_by=None, analysis=None, responses=[]))
    assert "fusion_result" in text.splitlines()[0]
    assert "`run-1`" in text.splitlines()[0]
    assert "**So far:** $0.0123, 14 s." in text


@pytest.mark.parametrize(
    ("reused", "said"), [("joined", "being answered already"), ("finished", "answered before"), ("resumed", "taken up")]
)
def test_a_result_says_that_it_is_not_the_first_of_its_run(reused: str, said: str) -> None:
    assert said in markdown(a_result(reused=reused)).splitlines()[-1]
    assert said not in markdown(a_result()).splitlines()[-1]


def test_a_failure_has_a_shape_for_programs() -> None:
    members = [MemberFailure(seat="work:a", reason="rate_limited", error="slow\x07 down", bill=Bill(), status_code=429)]
    assert failure_shape(FusionFailed("all_panels_failed", "nobody answered", members)) == {
        "reason": "all_panels_failed",
        "message": "nobody answered",
        "failed_models": [{"model": "work:a", "reason": "rate_limited", "error": "slow down", "status_code": 429}],
    }
    refused = failure_shape(Refused("cancelled", "it was\nended"))
    assert refused == {"reason": "cancelled", "message": "it was ended", "failed_models": []}


def test_nothing_invisible_is_left_in_what_is_shown() -> None:
    text = markdown(a_result(answer="Yes\x1b[31m\u202e no", warnings=["w\x07\nx"]))
    assert text.startswith("Yes no\n")
    assert "- w x\n" in text


def a_failure(number: int, error: str) -> MemberFailure:
    return MemberFailure(
        seat=f"provider-number-{number}:vendor/a-long-model-name-{number}", reason="timed_out", error=error, bill=Bill()
    )


def test_a_total_failure_names_every_member_and_its_reason_within_a_thousand_characters() -> None:
    failures = [a_failure(number, "it took far too long " * 50) for number in range(8)]
    text = failure_text(FusionFailed("all_panels_failed", "no member of the panel answered. " * 30, failures))
    assert len(text) <= 1000
    assert text.startswith("all_panels_failed: no member")
    for failure in failures:
        assert f"- {failure.seat}: timed_out" in text


def test_a_failures_text_does_not_list_the_members_twice() -> None:
    failures = [MemberFailure(seat="work:alpha", reason="unauthorized", error="bad key", status_code=401, bill=Bill())]
    text = failure_text(FusionFailed("all_panels_failed", "nobody answered.", failures))
    assert text == "all_panels_failed: nobody answered.\n- work:alpha: unauthorized (HTTP 401): bad key"


def test_a_failure_shortens_long_names_and_never_the_reasons() -> None:
    seats = [f"openrouter:vendor/{'x' * 100} #{number}" for number in range(1, 9)]
    failures = [
        MemberFailure(seat=seat, reason="judge_empty_completion", error="slow " * 99, status_code=503, bill=Bill())
        for seat in seats
    ]
    text = failure_text(FusionFailed("all_panels_failed", "nobody answered. " * 30, failures))
    assert len(text) <= 1000
    for number, line in enumerate(text.splitlines()[1:], 1):
        assert line.startswith("- openrouter:vendor/x")
        assert "…" in line
        assert f"x #{number}: judge_empty_completion (HTTP 503)" in line
