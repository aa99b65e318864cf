"""Reading a judge's JSON: tolerant of what stands around it, strict with what it is."""

import json
from typing import Any

import pytest

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.json_replies import Malformed
from fusion_mcp.pipeline.judging.analysis import Judgement, read, schema, with_names
from fusion_mcp.pipeline.judging.anonymity import label_answers
from fusion_mcp.types import MemberAnswer

LABELLED = label_answers(
    [MemberAnswer(seat=f"work:m{n}", content="!", bill=Ledger().bill(), seconds=0.1) for n in range(2)], [], 1, ""
)
WHOLE: dict[str, Any] = {
    "consensus": ["One."],
    "contradictions": [{"topic": "T", "stances": [{"model": "Response A", "stance": "yes"}]}],
    "partial_coverage": [],
    "unique_insights": [],
    "blind_spots": [],
}


def test_half_of_an_analysis_is_no_json_wherever_it_is_cut() -> None:
    text = json.dumps(WHOLE)
    for cut in range(1, len(text)):
        found = read(text[:cut], LABELLED)
        assert isinstance(found, Malformed)
        assert found.reason == "judge_not_valid_json"


def test_a_brace_in_the_introduction_is_passed_over() -> None:
    assert isinstance(read("Lists may be empty, {} stands for none.\n" + json.dumps(WHOLE), LABELLED), Judgement)


def test_another_object_is_a_mismatch_of_the_schema() -> None:
    found = read('{"verdict": "A wins"}', LABELLED)
    assert isinstance(found, Malformed)
    assert found.reason == "judge_schema_mismatch"


@pytest.mark.parametrize("text", ['{"":[' * 3500 + "[]," * 100_000, "{" * 500_000, '{"a":' * 100_000])
def test_hostile_nesting_ends(text: str) -> None:
    assert isinstance(read(text, LABELLED), Malformed)


def test_what_the_judge_is_told_of_its_faults_is_short_whatever_it_wrote() -> None:
    found = read(json.dumps({**WHOLE, "x" * 1_000_000: 1}), LABELLED)
    assert isinstance(found, Malformed)
    assert len(found.complaint) <= 1000


def test_empty_points_and_repeated_labels_are_left_out() -> None:
    coverage = [{"models": ["A", "Response A", "a"], "point": "P"}]
    found = read(json.dumps({**WHOLE, "consensus": ["", "One."], "partial_coverage": coverage}), LABELLED)
    assert isinstance(found, Judgement)
    analysis = with_names(found, LABELLED)
    assert analysis.consensus == ["One."]
    assert analysis.partial_coverage[0].models == [LABELLED[0].seat]


def test_the_schema_names_the_labels_all_five_lists_and_who_is_preferred() -> None:
    shape = schema(["Response A", "Response B"], compact=True)
    assert shape["required"] == [*WHOLE, "preferred"]
    assert '"enum": ["Response A", "Response B"]' in json.dumps(shape)
    assert "maxItems" in json.dumps(shape)
    assert "maxItems" not in json.dumps(schema(["Response A"], compact=False))


def preferring(label: object) -> Judgement | Malformed:
    return read(json.dumps({**WHOLE, "preferred": label}), LABELLED)


@pytest.mark.parametrize("label", ["Response B", "b", "2"])
def test_a_judge_may_name_the_answer_that_it_prefers(label: str) -> None:
    found = preferring(label)
    assert isinstance(found, Judgement)
    assert found.preferred == label


@pytest.mark.parametrize("label", [None, "", "null", "None"])
def test_a_judge_may_prefer_nobody_and_may_leave_it_unsaid(label: str | None) -> None:
    for found in (preferring(label), read(json.dumps(WHOLE), LABELLED)):
        assert isinstance(found, Judgement)
        assert found.preferred is None


@pytest.mark.parametrize("label", ["Response C", "all of them", 2, ["Response A"]])
def test_preferring_somebody_who_is_not_there_is_a_mismatch(label: object) -> None:
    found = preferring(label)
    assert isinstance(found, Malformed)
    assert found.reason == "judge_schema_mismatch"


def test_only_a_judge_that_must_prefer_is_denied_null() -> None:
    label = {"type": "string", "enum": ["Response A"]}
    may, must = (schema(["Response A"], compact=False, must_prefer=must) for must in (False, True))
    assert may["properties"]["preferred"] == {"anyOf": [label, {"type": "null"}]}
    assert must["properties"]["preferred"] == label


def test_the_analysis_that_leaves_keeps_to_the_five_lists() -> None:
    found = preferring("Response A")
    assert isinstance(found, Judgement)
    assert list(with_names(found, LABELLED).model_dump()) == list(WHOLE)
