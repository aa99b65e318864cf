"""A result that fits into a client's context: what is too long is cut, said, and in the right order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.fitting import MOST_TOKENS
from fusion_mcp.fitting import fitted as fitted_with_json
from fusion_mcp.render import markdown
from fusion_mcp.result import Claim, ClaimEvidence, FusionResult, Source, Verification
from scripted.results import a_bare_result, a_response, an_analysis

WORDS = "The committee compared what was measured. "


def long(characters: int) -> str:
    return (WORDS * (characters // len(WORDS) + 1))[:characters]


def tokens(text: str) -> float:
    return len(text.encode()) / 3


def fitted(result: FusionResult) -> FusionResult:
    """Cut a result, and see that it comes with its own JSON."""
    shown, json = fitted_with_json(result)
    assert FusionResult.model_validate_json(json) == shown
    return shown


def with_answers(*lengths: int, **fields: Any) -> FusionResult:
    responses = [a_response(f"work:m{number}", long(length)) for number, length in enumerate(lengths)]
    return a_bare_result(answer=long(4000), responses=responses, **fields)


def test_a_result_that_fits_is_left_as_it_is() -> None:
    result = with_answers(8000, 8000, 8000)
    assert fitted(result) is result


def test_long_answers_of_members_are_cut_and_the_answer_is_not() -> None:
    result = with_answers(300_000, 300, 90_000)
    shown = fitted(result)
    assert shown.answer == result.answer
    assert [response.truncated for response in shown.responses] == [True, False, True]
    assert shown.responses[1] == result.responses[1]
    assert shown.responses[0].content.endswith(" [cut]")
    assert tokens(shown.model_dump_json()) <= MOST_TOKENS


def test_what_is_cut_is_said_with_the_way_to_the_whole() -> None:
    (warning,) = fitted(with_answers(300_000)).warnings
    assert "`fusion-mcp runs run-1 --json`" in warning
    assert "`fusion://runs/run-1`" in warning
    assert "cut" in markdown(fitted(with_answers(300_000)))


def test_an_answer_that_alone_is_too_long_is_cut_last() -> None:
    shown = fitted(a_bare_result(answer=long(500_000), responses=[a_response("work:a", long(2000))]))
    assert shown.answer is not None
    assert shown.answer.endswith(" [cut]")
    assert len(shown.answer) > 10_000


def test_texts_are_cut_between_words_and_addresses_not_at_all() -> None:
    url = "https://example.org/" + "a" * 900
    sources = [Source(url=url, title="A page", used_by=["work:m0"])]
    shown = fitted(with_answers(300_000, sources=sources))
    assert shown.sources[0].url == url
    assert shown.responses[0].content.removesuffix(" … [cut]").endswith(("committee", "compared", "what", "was", "The"))


def test_claims_are_counted_as_they_are_however_much_is_cut() -> None:
    evidence = [ClaimEvidence(source="https://example.org/a", quote=long(3000))] * 10
    good = Claim(claim=long(3000), verdict="supported", evidence=evidence)
    claims = [good] * 4 + [good.model_copy(update={"verdict": "contradicted"})] * 8
    shown = fitted(with_answers(50_000, verification=Verification(claims=claims, verifier="work:v")))
    assert "4 of 12 claims are supported" in markdown(shown)


def test_a_text_without_blanks_keeps_its_beginning_and_no_half_address() -> None:
    text = "# 结论\n\n" + "中" * 90 + "见https://known.org/reports/" + "a" * 60_000
    shown = fitted(a_bare_result(responses=[a_response("work:a", text)]))
    content = shown.responses[0].content
    assert len(content) > 90
    assert "https" not in content
    many = fitted(a_bare_result(responses=[a_response("work:a", "中" * 90_000)]))
    assert len(many.responses[0].content) > 10_000


@pytest.mark.parametrize("letter", ["a", "ä", "中", "😀", '"', "\n"])
def test_whatever_a_result_is_full_of_it_fits(letter: str) -> None:
    text = (letter * 30 + " ") * 1000
    evidence = [ClaimEvidence(source="https://example.org/a", quote=text)] * 40
    claims = [Claim(claim=text, verdict="disputed", reason=text, evidence=evidence)] * 12
    shown = fitted(
        a_bare_result(
            answer=text,
            analysis=an_analysis(text=text),
            responses=[a_response(f"work:m{number}", text) for number in range(8)],
            sources=[Source(url=f"https://example.org/{number}", title=text, used_by=[]) for number in range(200)],
            verification=Verification(claims=claims, verifier="work:v"),
            warnings=[text] * 50,
        )
    )
    assert tokens(shown.model_dump_json()) <= MOST_TOKENS
    assert tokens(markdown(shown)) <= MOST_TOKENS
    assert len(shown.responses) == 8


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=8))
def test_no_member_is_lost_and_each_says_truly_whether_it_was_cut(lengths: list[int]) -> None:
    result = with_answers(*lengths)
    shown = fitted(result)
    assert [each.model for each in shown.responses] == [each.model for each in result.responses]
    for each, whole in zip(shown.responses, result.responses, strict=True):
        assert each.truncated == (each.content != whole.content)
