"""Reading a judge's JSON: tolerant of what stands around it, strict with what it is."""

import json
from typing import Any

import pytest

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.analysis import Judgement, Malformed, read, schema, with_names
from fusion_mcp.pipeline.anonymity import label_answers
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


def test_the_schema_names_the_labels_and_all_five_lists() -> None:
    shape = schema(["Response A", "Response B"], compact=True)
    assert shape["required"] == list(WHOLE)
    assert '"enum": ["Response A", "Response B"]' in json.dumps(shape)
    assert "maxItems" in json.dumps(shape)
    assert "maxItems" not in json.dumps(schema(["Response A"], compact=False))
