"""The best single answer: whom the judge prefers, then whom the analysis credits, then the preset's order."""

from typing import Any

import pytest

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.analysis import Judgement
from fusion_mcp.pipeline.anonymity import label_answers
from fusion_mcp.pipeline.best import best, preferred
from fusion_mcp.types import MemberAnswer

ANSWERS = [MemberAnswer(seat=f"work:m{n}", content="!", bill=Ledger().bill(), seconds=0.1) for n in range(3)]
LABELLED = label_answers(ANSWERS, [], 1, "")


def judged(**more: Any) -> Judgement:
    lists = ("consensus", "contradictions", "partial_coverage", "unique_insights", "blind_spots")
    return Judgement.model_validate({name: [] for name in lists} | more)


@pytest.mark.parametrize("answer", LABELLED, ids=lambda answer: answer.label)
def test_the_judges_preference_comes_before_credit(answer: Any) -> None:
    credited = next(other.label for other in LABELLED if other is not answer)
    judgement = judged(preferred=answer.label, unique_insights=[{"model": credited, "insight": "!"}])
    assert best(ANSWERS, judgement, LABELLED).seat == answer.seat


def test_without_a_preference_the_credited_answer_is_best_and_without_credit_the_first() -> None:
    label = next(answer.label for answer in LABELLED if answer.seat == "work:m2")
    assert best(ANSWERS, judged(unique_insights=[{"model": label, "insight": "!"}]), LABELLED).seat == "work:m2"
    assert best(ANSWERS, judged(), LABELLED).seat == "work:m0"
    assert best(ANSWERS, None, LABELLED).seat == "work:m0"


def test_nobody_is_preferred_where_the_judge_names_nobody() -> None:
    assert preferred(ANSWERS, judged(), LABELLED) is None
    assert preferred(ANSWERS, None, LABELLED) is None
