"""The best single answer: whom the judge prefers, then whom the analysis credits, then the preset's order."""

from typing import Any

import pytest

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.anonymity import label_answers
from fusion_mcp.pipeline.judging.best import best, preferred
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


def label_of(seat: str) -> str:
    return next(answer.label for answer in LABELLED if answer.seat == seat)


def shared(*seats: str) -> dict[str, Any]:
    return {"models": [label_of(seat) for seat in seats], "point": "!"}


def contested(**stances: str) -> dict[str, Any]:
    held = [{"model": label_of(f"work:{seat}"), "stance": stance} for seat, stance in stances.items()]
    return {"topic": "?", "stances": held}


def test_without_a_preference_what_an_answer_shares_with_others_counts_and_without_that_the_first_is_best() -> None:
    one, two = shared("work:m1", "work:m2"), shared("work:m2", "work:m0")
    assert best(ANSWERS, judged(partial_coverage=[one, two]), LABELLED).seat == "work:m2"
    assert best(ANSWERS, judged(partial_coverage=[one]), LABELLED).seat == "work:m1"
    assert best(ANSWERS, judged(), LABELLED).seat == "work:m0"
    assert best(ANSWERS, None, LABELLED).seat == "work:m0"


def test_what_a_member_alone_says_is_no_credit_however_much_it_is() -> None:
    insights = [{"model": label_of("work:m2"), "insight": f"{number}"} for number in range(9)]
    alone = [shared("work:m2"), shared("work:m2", "work:m2")]
    assert best(ANSWERS, judged(unique_insights=insights, partial_coverage=alone), LABELLED).seat == "work:m0"


def test_a_contested_stance_that_nobody_shares_counts_against_its_holder() -> None:
    assert best(ANSWERS, judged(contradictions=[contested(m0="It is 43.")]), LABELLED).seat == "work:m1"
    against_one = contested(m0="It is 43.", m1="It is  42.", m2="it is 42.")
    assert best(ANSWERS, judged(contradictions=[against_one]), LABELLED).seat == "work:m1"
    shared_by_two = shared("work:m0", "work:m2")
    both = judged(contradictions=[against_one], partial_coverage=[shared_by_two])
    assert best(ANSWERS, both, LABELLED).seat == "work:m2"


def test_nobody_is_preferred_where_the_judge_names_nobody() -> None:
    assert preferred(ANSWERS, judged(), LABELLED) is None
    assert preferred(ANSWERS, None, LABELLED) is None
