"""What claims are checked against, pure: the answers and the pages, each under a label, and whether a quotation counts.

A quotation counts when its words stand in the source that it names, in order, in a sentence from which no negation was
left out (`sentences`). Three words or more are a quotation. Less counts from an answer alone, since a long page holds
any two words: if it is two words, or has a figure ("42", "in 1889"), or is the whole answer ("Paris.").

Words that count for a claim must moreover be about it. Where both have figures, they must have one in common; and
words of an answer must share a figure or a longer word with the claim, unless so short an answer can mean nothing else.
So a verifier that was talked into calling a claim supported cannot do it with whatever stands elsewhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.anonymity import LabelledAnswer, read_label
from fusion_mcp.pipeline.verification.reply import Finding, Pointed
from fusion_mcp.pipeline.verification.sentences import Sentences
from fusion_mcp.pipeline.verification.telling import significant_numbers, telling_words
from fusion_mcp.pipeline.wording import is_worth_checking, words
from fusion_mcp.types import Page
from fusion_mcp.urls import normalised

_LONGEST_QUOTE = 2_000
_SHOWN_QUOTE = 400
_FEWEST_WORDS = 2
_SHORT_ANSWER = 200
"""Characters of an answer that leave no room for a second topic."""


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

    `given` are the addresses that the person wrote.
    """
    named = {normalised(url) for url in given}
    answers = (
        Exhibit(
            label=answer.label,
            kind="answer",
            text=answer.content,
            seats=(answer.seat,),
            read=frozenset(page.url for page in answer.pages),
        )
        for answer in labelled
    )
    texts = (
        Exhibit(
            label=f"S{number}",
            kind="page",
            text=f"{page.title}\n\n{page.text}",
            seats=page.used_by,
            url=page.url,
            is_given=normalised(page.url) in named,
        )
        for number, page in enumerate(pages, 1)
        if page.text.strip()
    )
    return (*answers, *texts)


def weighed(
    finding: Finding, claim: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]
) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
    """Give the quotations that count for a claim and those that count against it, one of each source on either side.

    Words that are the claim itself speak for it, whatever the verifier takes them for.
    """
    doubts = _found(finding.contradicts, row, labelled)
    misread = [quote for quote in doubts if claim in Sentences(quote.text)]
    for_it = [quote for quote in _found(finding.supports, row, labelled) if _is_about(quote, claim)]
    return _one_of_each([*for_it, *misread]), _one_of_each(quote for quote in doubts if quote not in misread)


def _found(pointed: Sequence[Pointed], row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]) -> list[Quote]:
    quotes: list[Quote] = []
    for each in pointed:
        exhibit = _named(each.source, row, labelled)
        quote = each.quote.strip().strip('"“”„«»')
        if exhibit is not None and len(quote) <= _LONGEST_QUOTE and _stands_in(exhibit, quote):
            quotes.append(Quote(exhibit=exhibit, text=one_line(quote, _SHOWN_QUOTE)))
    return quotes


def _named(label: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]) -> Exhibit | None:
    page = re.fullmatch(r"\W*(S\d{1,4})\W*", label.strip()[:40])
    answer = None if page else read_label(label, labelled)
    wanted = page[1] if page else None if answer is None else answer.label
    return next((exhibit for exhibit in row if exhibit.label == wanted), None)


def _stands_in(exhibit: Exhibit, quote: str) -> bool:
    found = words(quote)
    is_enough = is_worth_checking(quote)
    if not is_enough and exhibit.kind == "answer":
        is_enough = len(found) >= _FEWEST_WORDS or bool(significant_numbers(quote))
        is_enough = is_enough or exhibit.sentences.says_only(quote)
    return is_enough and quote in exhibit.sentences


def _is_about(quote: Quote, claim: str) -> bool:
    ours, theirs = significant_numbers(claim), significant_numbers(quote.text)
    if ours and theirs and not ours & theirs:
        return False
    if quote.exhibit.kind == "page" or len(quote.exhibit.text) <= _SHORT_ANSWER:
        return True
    return bool(telling_words(claim) & telling_words(quote.text))


def _one_of_each(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    return tuple({quote.exhibit.label: quote for quote in reversed(list(quotes))}.values())[::-1]
