"""What counts as evidence for or against a claim: pure rules."""

import pytest

from fusion_mcp.pipeline.verification.evidence.quotable import Quotable
from scripted.bridge import LONG, SHORT
from scripted.desks import page
from scripted.weighing import checked


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
    made_up = checked((SHORT, SHORT), [("Response A", LONG), ("B", LONG), ("S1", LONG), ("Response G", LONG)])
    assert (made_up.verdict, made_up.supports) == ("unsupported", ())
    told = "Engineers measured 1991 metres there."
    assert checked((told,), contradicts=[("Response A", SHORT)]).verdict == "unsupported"


def test_one_source_quoted_twice_is_one_source() -> None:
    text = f"{LONG} Truly, the bridge is 1991 metres long."
    found = checked((text,), [("Response A", LONG), ("Response A", "Truly, the bridge is 1991 metres long.")])
    assert (found.verdict, len(found.supports)) == ("single_member", 1)


@pytest.mark.parametrize(
    "text",
    ["It is not true that the bridge is 1991 metres long.", "Nobody says the bridge is 1991 metres long any more."],
)
def test_words_out_of_a_sentence_that_denies_them_support_nothing(text: str) -> None:
    quote = "the bridge is 1991 metres long"
    assert quote not in Quotable(text)
    assert checked((text,), [("Response A", quote)]).verdict == "unsupported"
    assert checked((text,), [("Response A", text)]).supports


@pytest.mark.parametrize(
    "text",
    [
        "It was not easy to build.\nThe bridge is 1991 metres long. Nobody doubts it.",
        "The bridge is 1991 metres long? No, that isn't so, it is a myth.",
    ],
)
def test_a_negation_in_a_neighbouring_sentence_is_none_of_this_one(text: str) -> None:
    assert "The bridge is 1991 metres long" in Quotable(text)


def test_a_sentence_that_a_page_breaks_over_lines_is_one() -> None:
    assert "the bridge is 1991 metres long" not in Quotable("It is not so that\nthe bridge is 1991 metres long.")
    assert "a suspension bridge of steel" in Quotable("It is a suspen-\nsion bridge of steel.")


def test_what_is_left_out_of_a_quotation_may_hold_no_negation() -> None:
    assert "The bridge is … metres long" in Quotable("The bridge is, they say, some 1991 metres long.")
    assert "The bridge is … metres long" not in Quotable("The bridge is not 1991 metres long.")


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
    assert checked((SHORT, SHORT), [("A", SHORT), ("B", SHORT)]).verdict == "unsupported"
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


def test_under_several_spellings_of_one_label_the_first_quotation_alone_is_looked_up() -> None:
    told = "The bridge measures 1991 metres."
    spelled = [("Response A", "Nothing of the kind."), ("A", told), ("response a", told), ("1", told)]
    assert checked((told,), spelled).verdict == "unsupported"


def test_an_answer_in_which_the_claim_stands_word_for_word_speaks_for_it_whatever_the_verifier_says() -> None:
    answers = (f"{LONG} The bridge opened in 1998.", f"{LONG} The bridge is in Japan.", SHORT)
    beside = [("A", "The bridge opened in 1998."), ("B", "The bridge is in Japan."), ("C", SHORT)]
    found = checked(answers, contradicts=beside)
    assert (found.verdict, found.reason) == ("supported", "For it: Response A and Response B. Against it: Response C.")
    assert checked(("It is not true that the bridge is 1991 metres long.",)).verdict == "unsupported"


@pytest.mark.parametrize(
    "answer",
    [
        "Marseille has 870,000 inhabitants and an old harbour.",
        "Whales migrate towards colder waters in summer.",
    ],
)
def test_words_about_something_else_do_not_speak_against_a_claim(answer: str) -> None:
    found = checked((answer,), contradicts=[("A", answer)], claim="The bridge opened in May 1937.")
    assert (found.verdict, found.contradicts) == ("unsupported", ())


def test_words_about_the_claim_speak_against_it_whatever_the_quotation_leaves_out_of_their_sentence() -> None:
    answer = "The bridge, after years of strikes and storms, was opened to everybody only in 1939."
    found = checked((answer,), contradicts=[("A", "was opened to everybody only in 1939")], claim="The bridge is old.")
    assert found.verdict == "contradicted"


@pytest.mark.parametrize("quote", ["42", "2019", "in 2019", "of 42 in 2019 were"])
def test_a_figure_that_stands_somewhere_supports_nothing(quote: str) -> None:
    answer = "Visitors came from many countries: some of 42 in 2019 were Belgian, others Dutch or Swiss, and all left."
    for claim in ("The answer is 42.", "The company was founded in 2019."):
        found = checked((answer, answer), [("A", quote), ("B", quote)], claim=claim)
        assert found.verdict == "unsupported"


def test_a_figure_out_of_a_long_sentence_is_no_quotation() -> None:
    answer = "The study found a mortality of 12 percent in the treated group, far below that of the control group."
    claim = "The mortality of the control group was 12 percent."
    assert checked((answer,), [("A", "12")], claim=claim).verdict == "unsupported"
    assert checked((answer,), [("A", answer)], claim=claim).verdict == "single_member"  # for a reader to tell apart


@pytest.mark.parametrize(
    ("answer", "quote", "claim"),
    [
        ("埃菲尔铁塔建于1889年。它很高。", "1889年", "埃菲尔铁塔建于1889年。"),
        ("它位于巴黎。", "它位于巴黎", "埃菲尔铁塔位于巴黎。"),
        ("2 + 2 = 4, and so on for any numbers that anybody may think of.", "2 + 2 = 4", "2 + 2 = 4"),
        ("The tower was ready in 1889 and measured 330 metres.", "ready in 1889 and measured 330", "1889: 330"),
    ],
)
def test_figures_and_words_without_spaces_support_what_they_are_about(answer: str, quote: str, claim: str) -> None:
    assert checked((answer,), [("A", quote)], claim=claim).verdict == "single_member"


def test_a_short_answer_to_a_closed_question_counts_without_the_questions_words() -> None:
    claim = "The capital of Australia is Sydney."
    assert checked(("Canberra.", "Sydney."), [("B", "Sydney")], [("A", "Canberra")], claim=claim).verdict == "disputed"
    claim = "The answer is 17."
    assert checked(("It is 18.", "It is 17."), [("B", "17")], [("A", "It is 18")], claim=claim).verdict == "disputed"
