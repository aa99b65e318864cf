"""What a report shows, as values: figures of each configuration, what may be compared, and the frontier."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.grading.answer_text import text_digest
from fusion_mcp.evaluation.records import Answer, Grade
from fusion_mcp.evaluation.reporting.comparison import Evaluated, compare
from fusion_mcp.evaluation.reporting.findings import caveats, headlines, judged_itself
from fusion_mcp.evaluation.reporting.frontier import Point, frontier
from fusion_mcp.evaluation.reporting.summarizing import summarize
from fusion_mcp.evaluation.reporting.summary import ConfigurationSummary, Summary
from fusion_mcp.evaluation.tasks import ExactTask
from fusion_mcp.result import CostLine
from fusion_mcp.types import Usage
from scripted.evaluated import a_plan, configurations
from scripted.results import a_bare_result

FUSION, ALPHA, BETA, SELF = (each.name for each in configurations())


def an_evaluation(**fields: object) -> Evaluated:
    """Six tasks and four configurations, of which nothing was answered yet."""
    tasks = tuple(ExactTask(id=f"t{n}", problem=f"What is {n} and {n}?", targets=(str(2 * n),)) for n in range(6))
    plan = a_plan(tasks, configurations(), name="sums.jsonl")
    return Evaluated(**{"label": "first", "plan": plan, "answers": (), "grades": (), **fields})  # pyright: ignore[reportArgumentType]


def an_answer(task: str, name: str = FUSION, text: str = "Four.", **fields: object) -> Answer:
    cost = fields.get("cost_usd", Decimal("0.01"))
    line = CostLine(stage="panel", model="work:alpha", usage=Usage())
    billing = fields.pop("billing", "metered")
    lines = [line.model_copy(update={"billing": billing})]
    result = a_bare_result(preset="mix", answer=text, usage=Usage(calls=1), cost_breakdown=lines)
    known = {"result": result, "cost_usd": cost, "seconds": 2.0}
    return Answer.model_validate({"task_id": task, "configuration": name, **known, **fields})


def a_grade(task: str, name: str = FUSION, score: float | None = 1.0, **fields: object) -> Grade:
    known = {"grader": "work:grader", "yardstick": "v1", "answer_digest": text_digest(an_answer(task))}
    return Grade.model_validate({"task_id": task, "configuration": name, "score": score, **known, **fields})


def summary_of(*answers: Answer, grades: tuple[Grade, ...] = (), counts_contaminated: bool = False) -> Summary:
    evaluated = an_evaluation(answers=answers, grades=grades)
    return summarize(compare([evaluated]), counts_contaminated=counts_contaminated)


def figures_of(summary: Summary, name: str = FUSION) -> ConfigurationSummary:
    return next(each for each in summary.configurations if each.name == name)


def test_a_task_counts_once_however_often_it_was_asked_and_graded() -> None:
    answers = [an_answer("t0", repeat=1), an_answer("t0", repeat=2), an_answer("t1")]
    grades = (
        a_grade("t0", score=1.0, grading=1),
        a_grade("t0", score=0.5, grading=2),
        a_grade("t0", score=0.0, repeat=2),
        a_grade("t1", score=1.0),
    )
    found = figures_of(summary_of(*answers, grades=grades))
    assert found.scores == {"t0": pytest.approx(0.5), "t1": 1.0}
    assert found.score is not None
    assert found.score.mean == pytest.approx(0.75)
    assert found.passes == 3


def test_the_spread_is_over_the_passes_means_of_tasks_that_every_pass_has() -> None:
    grades = (
        *(a_grade(task, score=score, grading=1) for task, score in (("t0", 0.4), ("t1", 0.6), ("t2", 0.0))),
        *(a_grade(task, score=score, grading=2) for task, score in (("t0", 0.6), ("t1", 0.8))),
    )
    found = figures_of(summary_of(*map(an_answer, ("t0", "t1", "t2")), grades=grades))
    assert found.sd_over_passes == pytest.approx(0.02**0.5)  # 0.5 and 0.7, without t2
    once = summary_of(*map(an_answer, ("t0", "t1", "t2")), grades=grades[:3])
    assert figures_of(once).sd_over_passes is None


def test_an_answer_without_text_counts_as_nothing_graded_or_not() -> None:
    failed = an_answer("t1", result=None, cost_usd=None, reason="timed_out")
    summary = summary_of(an_answer("t0"), failed, grades=(a_grade("t0", score=0.8),))
    found = figures_of(summary)
    assert found.scores == {"t0": 0.8, "t1": 0.0}
    assert (found.failed, found.missing, found.answered_score) == (1, 4, 0.8)
    assert any(
        "brought no answer 1 time; each counts as 0. Without them its mean is 80.0" in c for c in caveats(summary)
    )


def test_what_the_grader_brought_no_verdict_on_is_no_zero() -> None:
    found = figures_of(
        summary_of(
            an_answer("t0"),
            an_answer("t1"),
            grades=(a_grade("t0", score=0.6, coverage=0.5), a_grade("t1", score=None, coverage=0.0)),
        )
    )
    assert found.scores == {"t0": 0.6}
    assert found.coverage == pytest.approx(0.25)


def test_a_task_whose_rubric_was_retrieved_counts_for_nobody_unless_that_is_asked_for() -> None:
    answers = [an_answer("t0", contaminated=("https://leak.example/",)), an_answer("t0", ALPHA), an_answer("t1")]
    grades = (a_grade("t0"), a_grade("t0", ALPHA), a_grade("t1", score=0.5))
    summary = summary_of(*answers, grades=grades)
    assert figures_of(summary).scores == {"t1": 0.5}
    assert figures_of(summary, ALPHA).scores == {}
    assert summary.contaminated == ("t0",)
    assert any("gave the rubric away for t0: they are in no score here" in caveat for caveat in caveats(summary))
    counted = summary_of(*answers, grades=grades, counts_contaminated=True)
    assert figures_of(counted).scores == {"t0": 1.0, "t1": 0.5}


def test_what_a_task_costs_is_unknown_as_soon_as_one_answers_cost_is() -> None:
    known = figures_of(summary_of(an_answer("t0"), an_answer("t1", cost_usd=Decimal("0.03"))))
    assert known.money.per_task_usd == Decimal("0.02")
    unknown = figures_of(summary_of(an_answer("t0"), an_answer("t1", cost_usd=None)))
    assert (unknown.money.per_task_usd, unknown.money.unknown) == (None, 1)


def test_what_goes_on_a_subscription_is_said_and_is_not_on_the_frontier() -> None:
    summary = summary_of(
        an_answer("t0", billing="subscription"), an_answer("t0", ALPHA), grades=(a_grade("t0"), a_grade("t0", ALPHA))
    )
    assert figures_of(summary).money.on_subscription
    assert summary.frontier.left_out == (FUSION,)
    assert [each.name for each in summary.frontier.points] == [ALPHA]


def test_time_is_that_of_what_was_answered() -> None:
    answers = [an_answer(f"t{n}", seconds=float(n + 1)) for n in range(5)]
    found = figures_of(summary_of(*answers, an_answer("t5", result=None, seconds=500.0))).latency
    assert found is not None
    assert (found.median, found.p90) == (3.0, pytest.approx(4.6))


def test_a_fusion_is_held_against_every_other_configuration_and_task_by_task_against_the_best() -> None:
    names = (FUSION, ALPHA, BETA, SELF)
    scores = {FUSION: 0.7, ALPHA: 0.0, BETA: 0.6, SELF: 0.5}
    grades = tuple(a_grade(f"t{n}", name, score=scores[name] + 0.02 * n) for name in names for n in range(6))
    answers = [an_answer(f"t{n}", name) for name in names for n in range(6)]
    summary = summary_of(*answers, grades=(*grades[:5], a_grade("t5", FUSION, score=0.1), *grades[6:]))
    assert [(pair.first, pair.second) for pair in summary.pairs] == [(FUSION, ALPHA), (FUSION, BETA), (FUSION, SELF)]
    assert summary.main is not None
    assert summary.main.second == BETA
    assert summary.by_task[0].difference == pytest.approx(0.1)
    assert (summary.by_task[-1].task_id, summary.by_task[-1].difference) == ("t5", pytest.approx(-0.6))
    said = list(headlines(summary))
    assert f"{FUSION} was better" in said[0]
    assert "no difference shown" in said[1]


def test_few_tasks_have_no_interval_and_the_report_says_so() -> None:
    answers = [an_answer("t0"), an_answer("t0", ALPHA)]
    summary = summary_of(*answers, grades=(a_grade("t0"), a_grade("t0", ALPHA, score=0.0)))
    assert "under 5 tasks, so no interval" in next(headlines(summary))
    assert any("nothing here can be told from chance" in caveat for caveat in caveats(summary))


def test_a_grader_that_takes_part_is_named_whatever_provider_serves_it() -> None:
    grades = (a_grade("t0", grader="elsewhere:maker/~Alpha-latest"),)
    summary = summary_of(an_answer("t0"), grades=grades)
    # Of a member asked alone the preset's judge has no part.
    assert judged_itself(summary.comparison) == [FUSION, ALPHA, SELF]
    by_judge = summary_of(an_answer("t0"), grades=(a_grade("t0", grader="work:judge"),))
    assert judged_itself(by_judge.comparison) == [FUSION, SELF]


def other_tasks(part: Evaluated) -> Evaluated:
    return an_evaluation(label="second", plan=part.plan.model_copy(update={"tasks_digest": "e"}), grades=part.grades)


def another_grader(part: Evaluated) -> Evaluated:
    return an_evaluation(label="second", plan=part.plan, grades=(a_grade("t0", grader="work:other"),))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (other_tasks, "first and second were run on different tasks"),
        (another_grader, "graded by different models (first by work:grader; second by work:other)"),
    ],
)
def test_what_was_measured_otherwise_is_not_compared(changed: Callable[[Evaluated], Evaluated], sentence: str) -> None:
    first = an_evaluation(grades=(a_grade("t0"),))
    with pytest.raises(ConfigError) as refused:
        compare([first, changed(first)])
    assert sentence in str(refused.value)
    assert len(refused.value.faults) == 1


def test_of_several_graders_one_must_be_chosen() -> None:
    both = an_evaluation(grades=(a_grade("t0", score=1.0), a_grade("t0", score=0.0, grader="work:other")))
    with pytest.raises(ConfigError, match="say which with --grader"):
        compare([both])
    assert [grade.score for grade in compare([both], "work:other").grades] == [0.0]
    with pytest.raises(ConfigError, match="first has no grades by work:nobody"):
        compare([both], "work:nobody")


def test_graders_that_are_no_model_stand_beside_any() -> None:
    grades = (a_grade("t0"), a_grade("t1", grader="match", yardstick="m"), a_grade("t2", grader="tests", yardstick="t"))
    assert compare([an_evaluation(grades=grades)]).grades == grades


def test_configurations_of_the_same_name_are_told_apart_by_their_folder() -> None:
    first = an_evaluation(grades=(a_grade("t0"),), answers=[an_answer("t0")])
    second = an_evaluation(label="second", grades=(a_grade("t0", score=0.0),), answers=[an_answer("t0")])
    summary = summarize(compare([first, second]))
    assert figures_of(summary, FUSION).scores == {"t0": 1.0}
    assert figures_of(summary, f"{FUSION} (second)").scores == {"t0": 0.0}


def point(name: str, cost: str | None, score: float) -> Point:
    return Point(name=name, cost_usd=None if cost is None else Decimal(cost), score=score)


def test_the_frontier_is_what_nothing_beats_in_one_without_losing_in_the_other() -> None:
    found = frontier(
        [
            point("dear", "0.9", 0.8),
            point("free", "0", 0.3),
            point("poor", "0.5", 0.2),
            point("fair", "0.1", 0.6),
            point("fair too", "0.1", 0.6),
            point("dearer", "1.0", 0.8),
            point("unknown", None, 0.99),
        ]
    )
    assert [each.name for each in found.points] == ["free", "fair", "fair too", "dear"]
    assert [(each.name, each.by) for each in found.beaten] == [("poor", "fair too"), ("dearer", "dear")]
    assert found.left_out == ("unknown",)
