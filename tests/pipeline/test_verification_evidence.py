"""What counts as evidence for or against a claim, and what follows from it: pure rules."""

import pytest

from fusion_mcp.pipeline.verification import claims, reply
from fusion_mcp.pipeline.verification.excerpts import excerpts, windows_of
from fusion_mcp.pipeline.verification.exhibits import exhibits, weighed
from fusion_mcp.pipeline.verification.sentences import Sentences
from fusion_mcp.pipeline.verification.verdicts import CheckedClaim, judged, twice_judged
from fusion_mcp.types import Page
from scripted.desks import labelled, page

CLAIM = "The bridge is 1,991 metres long."
Said = tuple[str, str]


def checked(
    answers: tuple[str, ...],
    supports: list[Said] | None = None,
    contradicts: list[Said] | None = None,
    pages: tuple[Page, ...] = (),
    claim: str = CLAIM,
) -> CheckedClaim:
    """What is made of a verifier's quotations."""
    shown = labelled(*answers, pages=pages)
    row = exhibits(shown, pages)
    finding = reply.Finding(
        claim=1,
        supports=[reply.Pointed(source=source, quote=quote) for source, quote in supports or []],
        contradicts=[reply.Pointed(source=source, quote=quote) for source, quote in contradicts or []],
    )
    return judged(claim, *weighed(finding, claim, row, shown))


LONG = "The bridge is 1991 metres long."
OTHER = "The bridge is 1800 metres long."


def test_a_page_that_another_has_read_supports_what_a_member_says() -> None:
    quotes = [("Response A", LONG), ("S1", "It measures 1,991 metres.")]
    found = checked((LONG, "No idea."), quotes, pages=(page("It measures 1,991 metres.", "beta"),))
    assert found.verdict == "supported"


def test_a_page_that_one_member_alone_has_brought_may_be_forged() -> None:
    quotes = [("Response A", LONG), ("S1", "It measures 1,991 metres.")]
    found = checked((LONG, "No idea."), quotes, pages=(page("It measures 1,991 metres.", "alpha"),))
    assert found.verdict == "single_member"
    assert found.reason.endswith("Nobody else confirms it.")


def test_two_members_support_a_claim_and_one_alone_is_told_apart() -> None:
    both = checked((LONG, LONG, "No idea."), [("Response A", LONG), ("Response B", LONG)])
    assert (both.verdict, both.reason) == ("supported", "For it: Response A and Response B.")
    alone = checked((LONG, "No idea."), [("Response A", LONG)])
    assert alone.verdict == "single_member"
    assert "Nobody else confirms it." in alone.reason


def test_what_does_not_stand_in_the_source_counts_for_nothing() -> None:
    made_up = checked((OTHER, OTHER), [("Response A", LONG), ("B", LONG), ("S1", LONG), ("Response G", LONG)])
    assert (made_up.verdict, made_up.supports) == ("unsupported", ())
    assert checked((LONG, LONG), contradicts=[("Response A", OTHER)]).verdict == "unsupported"


def test_one_source_quoted_twice_is_one_source() -> None:
    text = f"{LONG} Truly, the bridge is 1991 metres long."
    found = checked((text,), [("Response A", LONG), ("Response A", "Truly, the bridge is 1991 metres long.")])
    assert (found.verdict, len(found.supports)) == ("single_member", 1)


@pytest.mark.parametrize(
    "text",
    [
        "It is not true that the bridge is 1991 metres long.",
        "Nobody says the bridge is 1991 metres long any more.",
        "The bridge is 1991 metres long? No, that isn't so, it is a myth.",
    ],
)
def test_words_out_of_a_sentence_that_denies_them_support_nothing(text: str) -> None:
    quote = "the bridge is 1991 metres long"
    assert (quote in Sentences(text)) is ("? No" in text)  # a sentence of its own was said
    if "? No" not in text:
        assert checked((text,), [("Response A", quote)]).verdict == "unsupported"
        assert checked((text,), [("Response A", text)]).supports


def test_a_negation_in_a_neighbouring_sentence_is_none_of_this_one() -> None:
    text = "It was not easy to build.\nThe bridge is 1991 metres long. Nobody doubts it."
    assert "The bridge is 1991 metres long" in Sentences(text)


def test_a_sentence_that_a_page_breaks_over_lines_is_one() -> None:
    assert "the bridge is 1991 metres long" not in Sentences("It is not so that\nthe bridge is 1991 metres long.")
    assert "a suspension bridge of steel" in Sentences("It is a suspen-\nsion bridge of steel.")


def test_what_is_left_out_of_a_quotation_may_hold_no_negation() -> None:
    assert "The bridge is … metres long" in Sentences("The bridge is, they say, some 1991 metres long.")
    assert "The bridge is … metres long" not in Sentences("The bridge is not 1991 metres long.")


def test_a_short_quotation_counts_from_an_answer_and_not_from_a_page() -> None:
    claim = "The answer is 17."
    found = checked(("17", "It is 17."), [("Response A", "17"), ("Response B", "17")], claim=claim)
    assert found.verdict == "supported"
    on_page = checked(("x",), [("S1", "17")], pages=(page("On 17 May it rained.", "alpha"),), claim=claim)
    assert on_page.verdict == "unsupported"


def test_one_word_is_a_quotation_only_where_it_is_the_whole_answer() -> None:
    claim = "The capital of France is Paris."
    assert checked(("Paris.", "Paris"), [("A", "Paris"), ("B", "Paris")], claim=claim).verdict == "supported"
    assert checked(("Paris is large.",), [("A", "Paris")], claim=claim).verdict == "unsupported"
    assert checked(("Yes, of course.",), [("A", "yes")], claim=claim).verdict == "unsupported"


def test_words_with_other_figures_do_not_support_a_figure() -> None:
    assert checked((OTHER, OTHER), [("A", OTHER), ("B", OTHER)]).verdict == "unsupported"
    text = "It cost 1.5 million crowns to build."
    assert checked((text,), [("A", text)], claim="The bridge cost 1,500,000 crowns.").supports


def test_words_about_something_else_do_not_support_a_claim() -> None:
    filler = "Weather reports for northern islands were written daily. " * 6
    answers = (f"{filler}Berries ripen towards autumn.", f"{filler}Ships dock beside warehouses.")
    pointed = [("A", "Berries ripen towards autumn."), ("B", "Ships dock beside warehouses.")]
    assert checked(answers, pointed, claim="The bridge opened early.").verdict == "unsupported"


def test_words_that_are_the_claim_itself_never_speak_against_it() -> None:
    found = checked((LONG, LONG), contradicts=[("A", LONG), ("B", LONG)])
    assert (found.verdict, found.contradicts) == ("supported", ())


def test_words_given_for_and_against_count_for_neither() -> None:
    text = "Engineers measured 1991 metres there."
    assert checked((text,), [("A", text)], [("A", text)]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("supports", "contradicts", "verdict"),
    [
        ([], ["Response C"], "contradicted"),
        (["Response A"], ["Response C"], "contradicted"),
        (["Response A"], ["Response C", "Response D"], "contradicted"),
        (["Response A", "Response B"], ["Response C"], "supported"),
        (["Response A", "Response B"], ["Response C", "Response D"], "contradicted"),
        (["Response A", "Response B"], ["S1"], "supported"),
        (["Response A", "Response B"], ["S1", "Response C"], "supported"),
        (["Response A"], ["S1"], "contradicted"),
        (["S2", "Response A"], ["Response C"], "contradicted"),
        (["S2", "Response A", "Response B"], ["Response C"], "contradicted"),
        (["S2", "S3", "Response A", "Response B"], ["Response C"], "supported"),
    ],
)
def test_more_voices_outweigh_a_contradiction_and_who_read_the_same_is_one_voice(
    supports: list[str], contradicts: list[str], verdict: str
) -> None:
    pages = (
        page(OTHER, "gamma", url="https://bad.example/"),
        page(LONG, "alpha", "beta", url="https://good.example/"),
        page(LONG, "delta", url="https://more.example/"),
    )
    found = checked(
        (LONG, LONG, OTHER, OTHER),
        [(source, LONG) for source in supports],
        [(source, OTHER) for source in contradicts],
        pages,
    )
    assert found.verdict == verdict
    assert not contradicts or "Against it: " in found.reason


def test_pages_of_one_site_are_one_voice_and_members_who_read_the_same_page_are_told() -> None:
    pages = (page(LONG, "alpha", url="https://a.one.example/x"), page(LONG, "beta", url="https://b.one.example/y"))
    found = checked((LONG, LONG, OTHER), [("S1", LONG), ("S2", LONG)], [("C", OTHER)], pages)
    assert found.verdict == "contradicted"
    shared = checked((LONG, LONG), [("A", LONG), ("B", LONG), ("S1", LONG)], pages=(page(LONG, "alpha", "beta"),))
    assert (shared.verdict, shared.reason.endswith("these members read the same page.")) == ("supported", True)


def test_members_who_agree_after_reading_the_same_page_are_told_to() -> None:
    shared = (page("Something else.", "alpha", "beta"),)
    found = checked((LONG, LONG), [("A", LONG), ("B", LONG)], pages=shared)
    assert (found.verdict, "may be one source" in found.reason) == ("supported", True)
    apart = (page("Something else.", "alpha"), page("Something.", "beta", url="https://two.example/"))
    assert "may be" not in checked((LONG, LONG), [("A", LONG), ("B", LONG)], pages=apart).reason


def test_a_contradiction_that_one_of_two_judges_sees_is_a_dispute() -> None:
    contradicted = checked((LONG, OTHER), [("A", LONG)], [("B", OTHER)])
    fine = checked((LONG, OTHER), [("A", LONG)])
    for first, second in ((contradicted, fine), (fine, contradicted)):
        assert twice_judged(first, second).verdict == "disputed"
    assert twice_judged(contradicted, contradicted).verdict == "contradicted"
    assert twice_judged(fine, checked((OTHER, LONG), [("B", LONG)])).verdict == "supported"


def test_claims_that_the_draft_does_not_make_are_known() -> None:
    draft = "The bridge, opened in 1931, is 1,991 m long."
    assert claims.made_in("The bridge is 1991 metres long.", draft, "How long is the bridge in metres?")
    assert not claims.made_in("The bridge is 2,500 metres long.", draft, "How long is the bridge in metres?")
    assert not claims.made_in("Whales migrate towards colder waters.", draft, "How long is the bridge?")


def test_excerpts_are_the_windows_that_share_words_with_the_claims_within_the_limit() -> None:
    filler = "Nothing of interest happened in this village during those quiet decades. " * 400
    pages = (
        page(f"{filler}\nThe bridge measures 1,991 metres.\n{filler}", "alpha", url="https://one.example/"),
        page(filler, "beta", url="https://two.example/"),
    )
    windows = windows_of(exhibits(labelled("x", "y"), pages))
    found = excerpts(windows, [CLAIM], 3_000)
    assert [part.label for part in found] == ["S1"]
    assert "1,991 metres" in found[0].text
    assert sum(len(part.text) for part in found) <= 3_000
    assert excerpts(windows, [CLAIM], 3_000) == found


def test_a_check_is_read_strictly_but_for_what_nobody_asked_about() -> None:
    assert isinstance(reply.read('{"claims": [{"claim": "1"}]}'), reply.Malformed)
    read = reply.read('Here: {"claims": [{"claim": 1, "supports": [], "contradicts": [], "why": "?"}]}')
    assert not isinstance(read, reply.Malformed)
    assert list(read) == [1]
