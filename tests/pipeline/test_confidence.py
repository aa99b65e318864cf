"""How far a point is borne out: counted from answers and the sites read for them, said in words."""

from typing import Any

import pytest

from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.judging.confidence import Point, lone_claims, support, weigh, with_names
from fusion_mcp.types import Page
from scripted.judging import NO_POINTS

ONE, OTHER = "https://one.example/a", "https://other.example/b"


def panel(*read_by_each: list[str]) -> list[LabelledAnswer]:
    """As many answers as there are lists of the pages that were read for them."""
    return [
        LabelledAnswer(
            label=f"Response {letter}",
            seat=f"work:{letter.lower()}",
            content="!",
            pages=tuple(Page(url=url, title="", text="!", used_by=()) for url in urls),
        )
        for letter, urls in zip("ABCDEFGH", read_by_each, strict=False)
    ]


def judged(**lists: Any) -> Judgement:
    return Judgement.model_validate({**NO_POINTS, **lists})


def the_point(labelled: list[LabelledAnswer], **lists: Any) -> Point:
    (point,) = weigh(judged(**lists), labelled)
    return point


def test_agreement_without_a_page_is_medium_and_called_agreement() -> None:
    point = the_point(panel([], [], []), consensus=["It is so."])
    assert (point.text, point.level) == ("It is so.", "medium")
    assert "3 of 3 answers" in point.reason
    assert "agreement, which is not proof" in point.reason


@pytest.mark.parametrize("pages", [[[ONE], [ONE]], [[ONE], ["https://www.one.example/c"]]])
def test_agreement_that_rests_on_one_site_is_one_source(pages: list[list[str]]) -> None:
    point = the_point(panel(*pages), consensus=["It is so."])
    assert point.level == "medium"
    assert "one site (one.example)" in point.reason


def test_agreement_that_rests_on_two_sites_is_high_and_claims_no_more_than_was_read() -> None:
    point = the_point(panel([ONE], [OTHER], []), consensus=["It is so."])
    assert point.level == "high"
    assert "2 independent sites" in point.reason
    assert "does not mean that it says so" in point.reason


def test_one_reader_does_not_make_the_agreement_of_those_who_read_nothing_high() -> None:
    assert the_point(panel([ONE, OTHER], [], []), consensus=["It is so."]).level == "medium"


def test_what_some_say_counts_those_only() -> None:
    labelled = panel([ONE], [], [OTHER])
    point = the_point(labelled, partial_coverage=[{"models": ["A", "Response A", "c"], "point": "P"}])
    assert (point.labels, point.level) == (("Response A", "Response C"), "high")
    assert point.reason.startswith("2 of 3")


@pytest.mark.parametrize(
    ("pages", "basis"), [([], "no page was read"), ([ONE], "one site (one.example)"), ([ONE, OTHER], "2 sites")]
)
def test_what_one_says_alone_is_low_whatever_it_read(pages: list[str], basis: str) -> None:
    labelled = panel([], pages)
    for lists in (
        {"unique_insights": [{"model": "Response B", "insight": "P"}]},
        {"partial_coverage": [{"models": ["Response B", "B"], "point": "P"}]},
    ):
        point = the_point(labelled, **lists)
        assert (point.labels, point.level) == (("Response B",), "low")
        assert basis in point.reason


def test_what_is_contested_is_low_however_many_sites_were_read() -> None:
    stances = [{"model": "A", "stance": "yes"}, {"model": "B", "stance": "no"}]
    point = the_point(panel([ONE], [OTHER]), contradictions=[{"topic": "T", "stances": stances}])
    assert (point.text, point.level, point.is_contested) == ("T", "low", True)
    assert "disagree" in point.reason


def test_the_result_has_names_and_never_a_percentage() -> None:
    labelled = panel([], [], [])
    judgement = judged(
        consensus=["Response A and B agree.", " "], unique_insights=[{"model": "Response C", "insight": "P"}]
    )
    agreed, lone = with_names(weigh(judgement, labelled), labelled)
    assert agreed.point == "work:a and B agree."
    assert lone.reason.startswith("work:c alone says so")
    assert "%" not in agreed.reason + lone.reason


def test_lone_claims_are_those_of_one_answer_on_which_nobody_else_speaks() -> None:
    judgement = judged(
        consensus=["All."],
        contradictions=[{"topic": "T", "stances": [{"model": "A", "stance": "yes"}]}],
        partial_coverage=[{"models": ["A", "B"], "point": "Two."}],
        unique_insights=[{"model": "B", "insight": "One."}],
    )
    assert [point.text for point in lone_claims(weigh(judgement, panel([], [])))] == ["One."]


def test_the_synthesizer_is_told_what_agreement_and_lone_claims_rest_on_in_labels() -> None:
    judgement = judged(consensus=["All."], unique_insights=[{"model": "B", "insight": "One."}])
    told = support(judgement, panel([], [ONE], []))
    agreement, lone = told.splitlines()
    assert "3 of 3 answers say so" in agreement
    assert lone.startswith("- Response B alone says so, and all that was read for it is one site")
    assert lone.endswith('"One."')
    assert "work:" not in told


def test_there_is_nothing_to_tell_of_an_empty_analysis() -> None:
    assert support(judged(), panel([], [])) == ""


def test_a_judge_cannot_flood_the_synthesizer_with_lone_claims() -> None:
    insights = [{"model": "A", "insight": f"{number}\n" + "x" * 1_000} for number in range(1_000)]
    told = support(judged(unique_insights=insights), panel([], []))
    assert len(told) < 20_000
    assert len(told.splitlines()) <= 31
