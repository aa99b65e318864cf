"""Quotations are held against the pages that they are attributed to: what is not there is marked, and nothing else."""

from collections.abc import Sequence

import pytest

from fusion_mcp.pipeline.quoting.checking import CheckedText, Shelf, check_quotations, unsupported
from fusion_mcp.pipeline.quoting.mark import MARKS
from fusion_mcp.types import Page

URL = "https://source.example/report"
OTHER = "https://other.example/paper"
TEXT = """The survey asked 1,200 people in May. Sales grew by 1.5 % in 2025, while prices did not rise.
“We never promised that,” the director said – and repeated it. 東京は日本の首都であり最大の都市です。"""

NOT_THERE, NOT_READ = MARKS["not_found"], MARKS["not_retrieved"]


def page(url: str = URL, text: str = TEXT, *, title: str = "The Annual Report of 2025", whole: bool = True) -> Page:
    return Page(url=url, title=title, text=text, used_by=("work:alpha",), whole=whole)


def check(text: str, pages: Sequence[Page] = (page(),)) -> CheckedText:
    return check_quotations(text, Shelf(pages))


def verdicts(text: str, pages: Sequence[Page] = (page(),)) -> list[str]:
    return [finding.verdict for finding in check(text, pages).findings]


@pytest.mark.parametrize(
    "quote",
    [
        "Sales grew by 1.5 % in 2025",
        "sales GREW by 1.5% in 2025",
        "The survey asked 1,200 people in May",
        "prices did not rise",
        "We never promised that",
        "the director said—and repeated it",
        "Sales grew … while prices did not rise",
        "The survey asked ... people in May",
        "[They] asked 1,200 people in May",
        "The Annual Report of 2025",
        "東京は日本の首都であり",
        "[t]he survey asked 1,200 people",
        "Sales grew [a little] in 2025, while prices did not",
        "the [survey](https://elsewhere.example/x) asked 1,200 people",
    ],
)
def test_words_that_stand_in_the_source_are_left_alone(quote: str) -> None:
    text = f"It says “{quote}” ([report]({URL}))."
    assert (check(text).text, verdicts(text)) == (text, ["supported"])


@pytest.mark.parametrize(
    "quote",
    [
        "Sales grew by 15 % in 2025",
        "Sales grew by 1.5 in 2025",
        "prices did rise",
        "prices did not fall",
        "while prices did not rise … Sales grew by",
        "ales grew by 1.5 % in 2025",
        "the director never repeated it",
        "東京は日本の最大の首都であり",
        "while prices … rise",
        "while prices [clearly] … rise.",
        "Sales grew … did … rise",
        "[the director was entirely right about it]",
        "The survey [proved that all] asked [all of it to be true]",
        "The survey asked [not] 1,200 people in May",
        "Sales grew by 1.5 % … the director said",
        "東京は日本の首都…です",
    ],
)
def test_words_that_differ_are_marked(quote: str) -> None:
    found = check(f"It says “{quote}” ([report]({URL})).")
    assert found.text == f"It says “{quote}” {NOT_THERE} ([report]({URL}))."
    assert [(each.quote, each.url, each.verdict) for each in found.findings] == [(quote, URL, "not_found")]


def test_a_source_that_nobody_read_supports_nothing() -> None:
    text = f'It says "Sales grew by 1.5 % in 2025" ({OTHER}).'
    assert check(text).text == f'It says "Sales grew by 1.5 % in 2025" {NOT_READ} ({OTHER}).'


def test_an_excerpt_supports_what_it_has_and_says_nothing_of_the_rest() -> None:
    text = f'It says "Sales grew by 1.5 % in 2025" and "the rest is elsewhere" ({URL}).'
    assert verdicts(text, [page(whole=False)]) == ["supported", "unchecked"]
    assert check(text, [page(whole=False)]).text == text


def test_each_quotation_belongs_to_the_link_of_its_own_sentence() -> None:
    pages = [page(), page(OTHER, "The river runs through the middle of the town.")]
    right = (
        f"One says “prices did not rise” ([a]({URL})). The other: “the river runs through the middle” ([b]({OTHER}))."
    )
    wrong = (
        f"One says “prices did not rise” ([b]({OTHER})). The other: “the river runs through the middle” ([a]({URL}))."
    )
    assert verdicts(right, pages) == ["supported", "supported"]
    assert verdicts(wrong, pages) == ["not_found", "not_found"]


def test_a_link_behind_the_sentence_counts_where_the_sentence_has_none() -> None:
    assert verdicts(f"They write: “nobody ever wrote these words.” [Report]({URL})") == ["not_found"]
    assert verdicts(f"[Report]({URL}). They write: “nobody ever wrote these words.”") == ["not_found"]


@pytest.mark.parametrize(
    "text",
    [
        "> nobody ever wrote\n> these words{mark}\n\n— [report]({url})",
        "> nobody ever wrote these words{mark}\n> — [report]({url})",
        "> nobody ever wrote these words{mark}\n> Siehe: [report]({url})",
        "> nobody ever wrote these words{mark}\n> cf. [report]({url})",
        "As the [report]({url}) has it:\n\n> nobody ever wrote these words{mark}\n",
        "> nobody ever wrote these words{mark}\n([report]({url}))",
    ],
)
def test_a_block_quotation_belongs_to_its_attribution(text: str) -> None:
    plain, marked = text.format(mark="", url=URL), text.format(mark=f" {NOT_THERE}", url=URL)
    assert check(plain).text == marked


def test_what_is_marked_is_not_marked_again() -> None:
    once = check(f'"nobody ever wrote these words"({URL}) and “nor did they these ones” ({OTHER}).')
    twice = check(once.text)
    assert twice.text == once.text
    assert [finding.verdict for finding in twice.findings] == ["not_found", "not_retrieved"]


def test_a_mark_makes_no_link_with_what_follows_it() -> None:
    assert f"{NOT_THERE} ({URL})" in check(f'"nobody ever wrote these words"({URL})').text


def test_the_person_is_told_which_words_and_where() -> None:
    found = check(
        f"“nobody ever wrote these words” ({URL}). “Nor did anybody these” ({OTHER}). “prices did not rise” ({URL})."
    )
    assert list(unsupported(found.findings, "work:alpha")) == [
        f"work:alpha quotes “nobody ever wrote these words” from `{URL}`: the page does not say so.",
        f"work:alpha quotes “Nor did anybody these” from `{OTHER}`: nobody read that page in this run.",
    ]


def test_many_unsupported_quotations_are_counted() -> None:
    text = "\n\n".join(f"“these words number {n} do not exist” ({URL})." for n in range(11))
    *_, last = unsupported(check(text).findings, "work:alpha")
    assert last == "work:alpha has 3 more quotations that their sources do not support."


def test_a_gap_may_be_no_longer_than_a_few_sentences() -> None:
    near, far = (page(text=f"It began here {'and so on ' * n} it ended there.") for n in (15, 40))
    text = f"“It began here … it ended there” ({URL})"
    assert (verdicts(text, [near]), verdicts(text, [far])) == (["supported"], ["not_found"])


def test_every_place_where_a_quotation_may_begin_is_tried() -> None:
    source = page(text=f"The firm said so. {'And on it went. ' * 40} The firm said that it would pay.")
    assert verdicts(f"“The firm said … would pay” ({URL})", [source]) == ["supported"]


def test_the_addresses_of_a_pages_links_are_none_of_its_words() -> None:
    source = page(text="The [quick](https://x.example/a_(b)) brown fox[[1]](https://x.example/1) jumps &amp; runs.")
    assert verdicts(f"“The quick brown fox jumps & runs” ({URL})", [source]) == ["supported"]


def test_of_an_address_that_the_person_gave_only_the_question_is_known() -> None:
    shelf = Shelf([page()], given=[OTHER, URL], asked="I read that nobody wrote these words.")
    text = f"“nobody wrote these words” ({OTHER}). “It is all true there” ({OTHER}). “prices did rise” ({URL})."
    found = check_quotations(text, shelf)
    assert [finding.verdict for finding in found.findings] == ["supported", "unchecked", "not_found"]


def test_words_broken_at_line_ends_and_grouped_digits_are_found() -> None:
    typeset = page(text="The behav-\niour of multilin-\ngual models cost 1,642 dollars.")
    assert verdicts(f'"The behaviour of multilingual models cost 1642 dollars" ({URL})', [typeset]) == ["supported"]
