"""What claims are checked against, pure: the answers and the pages, each under a label, and whether a quotation counts.

A quotation counts when its words stand in the source that it names, in order, in a sentence from which no negation was
left out (`sentences`), and which is about the claim (`relevance`). Three words or more are a quotation. Less counts
from an answer alone, since a long page holds any two words: if it is the whole answer ("Paris."), or if it is two words
or has a figure ("42", "in 1889") and its sentence says nothing else. Words for a claim that has figures must have one
of them, if they have any.

Of each source one quotation counts on either side, the first, and no other is looked up: a verifier may point at any
number of them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, read_label
from fusion_mcp.pipeline.quoting.wording import is_worth_checking, words
from fusion_mcp.pipeline.verification.claims.relevance import (
    can_speak_against,
    can_speak_for,
    has_other_figures,
    is_closed_answer,
    is_terse,
)
from fusion_mcp.pipeline.verification.claims.sentences import Sentences
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers
from fusion_mcp.pipeline.verification.evidence.reply import Finding, Pointed
from fusion_mcp.types import Page
from fusion_mcp.urls import normalised

_MOST_READ = 200_000
_MOST_READ_IN_ALL = 1_000_000
"""Characters of an answer or a page, and of all pages: a few books, made ready in tenths of a second."""
_LONGEST_QUOTE = 2_000
_SHOWN_QUOTE = 400
_FEWEST_WORDS = 2
_LONGEST_LABEL = 40


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One source.

    `seats`: the member who wrote it, or the members who brought the page; `url` where it is a page, `is_given` where
    the person named that page; `read` the addresses of the pages that an answer's author read.
    """

    label: str
    kind: Literal["answer", "page"]
    text: str = field(repr=False)
    seats: tuple[str, ...]
    url: str = ""
    is_given: bool = False
    read: frozenset[str] = frozenset()

    @cached_property
    def sentences(self) -> Sentences:
        """Its words, made ready when somebody first quotes them."""
        return Sentences(self.text)


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Words that do stand in an exhibit."""

    exhibit: Exhibit
    text: str


def exhibits(
    labelled: Sequence[LabelledAnswer], pages: Sequence[Page], given: Iterable[str] = ()
) -> tuple[Exhibit, ...]:
    """Put the answers, under their labels, and the pages with a text, as S1 and so on, in one row.

    `given` are the addresses that the person named. Of very long texts, and of very many pages, it is the beginning.
    """
    named = {known for url in given if (known := normalised(url))}
    answers = (
        Exhibit(
            label=answer.label,
            kind="answer",
            text=answer.content[:_MOST_READ],
            seats=(answer.seat,),
            read=frozenset(page.url for page in answer.pages),
        )
        for answer in labelled
    )
    return (*answers, *_pages(pages, named))


def _pages(pages: Sequence[Page], named: Collection[str]) -> Iterator[Exhibit]:
    left = _MOST_READ_IN_ALL
    for number, page in enumerate(pages, 1):
        text = f"{page.title}\n\n{page.text}"[: min(_MOST_READ, left)] if page.text.strip() else ""
        left -= len(text)
        if text:
            yield Exhibit(
                label=f"S{number}",
                kind="page",
                text=text,
                seats=page.used_by,
                url=page.url,
                is_given=normalised(page.url) in named,
            )


def weighed(
    finding: Finding, claim: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]
) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
    """Give the quotations that count for a claim and those that count against it, one of each source on either side.

    Words that are the claim itself speak for it, whatever the verifier takes them for; and an answer in which it stands
    word for word speaks for it, whatever the verifier says of that answer. Slow where many are looked up.
    """
    stating = {quote.exhibit.label: quote for quote in _stating(claim, row)}
    doubts = _found(_first_of_each(finding.contradicts, row, labelled), claim, can_speak_against)
    stated = _found(_first_of_each(finding.supports, row, labelled), claim, can_speak_for)
    misread = [quote for quote in doubts if claim in Sentences(quote.text)]
    for_it = [quote for quote in stated if not has_other_figures(quote.text, claim)]
    by_source = {quote.exhibit.label: quote for quote in (*misread, *for_it)} | stating
    against = (quote for quote in doubts if quote not in misread and quote.exhibit.label not in stating)
    return tuple(by_source.values()), tuple(against)


def _stating(claim: str, row: Sequence[Exhibit]) -> Iterator[Quote]:
    """The answers that make the claim in its own words."""
    if is_worth_checking(claim):
        for exhibit in row:
            if exhibit.kind == "answer" and claim in exhibit.sentences:
                yield Quote(exhibit=exhibit, text=one_line(claim, _SHOWN_QUOTE))


def _first_of_each(
    pointed: Sequence[Pointed], row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]
) -> Mapping[str, Quote]:
    """Take the first quotation of each source that there is."""
    first: dict[str, Quote] = {}
    for each in pointed:
        exhibit = _named(each.source, row, labelled)
        if exhibit is not None and exhibit.label not in first:
            first[exhibit.label] = Quote(exhibit=exhibit, text=each.quote.strip().strip('"“”„«»'))
    return first


def _found(pointed: Mapping[str, Quote], claim: str, is_about: Callable[[str, str], bool]) -> list[Quote]:
    """Keep what stands where it is said to, in some sentence that is about the claim."""
    return [
        Quote(exhibit=quote.exhibit, text=one_line(quote.text, _SHOWN_QUOTE))
        for quote in pointed.values()
        if len(quote.text) <= _LONGEST_QUOTE and _stands_in(quote.exhibit, quote.text, claim, is_about)
    ]


def _named(label: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]) -> Exhibit | None:
    page = re.fullmatch(r"\W*(S\d{1,4})\W*", label.strip()[:_LONGEST_LABEL])
    answer = None if page else read_label(label, labelled)
    wanted = page[1] if page else None if answer is None else answer.label
    return next((exhibit for exhibit in row if exhibit.label == wanted), None)


def _stands_in(exhibit: Exhibit, quote: str, claim: str, is_about: Callable[[str, str], bool]) -> bool:
    is_enough = is_worth_checking(quote) or (exhibit.kind == "answer" and exhibit.sentences.says_only(quote))
    if (not is_enough and not _may_be_short(exhibit, quote)) or quote not in exhibit.sentences:
        return False
    return any(
        (is_enough or is_terse(sentence))
        and (is_about(sentence, claim) or (exhibit.kind == "answer" and is_closed_answer(sentence, exhibit.text)))
        for sentence in exhibit.sentences.around(quote)
    )


def _may_be_short(exhibit: Exhibit, quote: str) -> bool:
    return exhibit.kind == "answer" and (len(words(quote)) >= _FEWEST_WORDS or bool(significant_numbers(quote)))
