"""Which words that a verifier points at count for a claim or against it, pure.

A quotation counts when its words stand in the source that it names, in order, in a sentence from which no negation was
left out (`quotable`), and which is about the claim (`relevance`). Three words or more are a quotation. Less counts
from an answer alone, since a long page holds any two words: if it is the whole answer ("Paris."), or if it is two words
or has a figure ("42", "in 1889") and its sentence says nothing else. Words for a claim that has figures must have one
of them, if they have any.

Of each source one quotation counts on either side, the first, and no other is looked up: a verifier may point at any
number of them. What follows from those that count is for `verdicts` to say.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from fusion_mcp.cleaning import one_line
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer, read_label
from fusion_mcp.pipeline.quoting.wording import is_worth_checking, words
from fusion_mcp.pipeline.verification.claims.telling import significant_numbers
from fusion_mcp.pipeline.verification.evidence.exhibits import Exhibit
from fusion_mcp.pipeline.verification.evidence.quotable import Quotable
from fusion_mcp.pipeline.verification.evidence.relevance import (
    can_speak_against,
    can_speak_for,
    has_other_figures,
    is_closed_answer,
    is_terse,
)
from fusion_mcp.pipeline.verification.evidence.reply import Finding, Pointed

_LONGEST_QUOTE = 2_000
_SHOWN_QUOTE = 400
_FEWEST_WORDS = 2
_LONGEST_LABEL = 40


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Words that do stand in an exhibit."""

    exhibit: Exhibit
    text: str


def counted(
    finding: Finding, claim: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]
) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
    """Give the quotations that count for a claim and those that count against it, one of each source on either side.

    Words that are the claim itself speak for it, whatever the verifier takes them for; and an answer in which it stands
    word for word speaks for it, whatever the verifier says of that answer. Slow where many are looked up.
    """
    stating = {quote.exhibit.label: quote for quote in _stating(claim, row)}
    doubts = _found(_first_of_each(finding.contradicts, row, labelled), claim, can_speak_against)
    stated = _found(_first_of_each(finding.supports, row, labelled), claim, can_speak_for)
    misread = [quote for quote in doubts if claim in Quotable(quote.text)]
    for_it = [quote for quote in stated if not has_other_figures(quote.text, claim)]
    by_source = {quote.exhibit.label: quote for quote in (*misread, *for_it)} | stating
    against = (quote for quote in doubts if quote not in misread and quote.exhibit.label not in stating)
    return tuple(by_source.values()), tuple(against)


def _stating(claim: str, row: Sequence[Exhibit]) -> Iterator[Quote]:
    """The answers that make the claim in its own words."""
    if is_worth_checking(claim):
        for exhibit in row:
            if exhibit.kind == "answer" and claim in exhibit.quotable:
                yield Quote(exhibit=exhibit, text=one_line(claim, _SHOWN_QUOTE))


def _first_of_each(
    pointed: Sequence[Pointed], row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]
) -> Iterator[tuple[Exhibit, str]]:
    """Name each source that there is with the first words that are said to stand there."""
    seen: set[str] = set()
    for each in pointed:
        exhibit = _named(each.source, row, labelled)
        if exhibit is not None and exhibit.label not in seen:
            seen.add(exhibit.label)
            yield exhibit, each.quote.strip().strip('"“”„«»')  # models put marks around what they quote


def _found(pointed: Iterable[tuple[Exhibit, str]], claim: str, is_about: Callable[[str, str], bool]) -> list[Quote]:
    """Keep what stands where it is said to, in some sentence that is about the claim."""
    return [
        Quote(exhibit=exhibit, text=one_line(said, _SHOWN_QUOTE))
        for exhibit, said in pointed
        if len(said) <= _LONGEST_QUOTE and _stands_in(exhibit, said, claim, is_about)
    ]


def _named(label: str, row: Sequence[Exhibit], labelled: Sequence[LabelledAnswer]) -> Exhibit | None:
    """Find the source that a label means; those of answers are read as a judge's are."""
    page, answer = re.fullmatch(r"\W*(S\d{1,4})\W*", label.strip()[:_LONGEST_LABEL]), read_label(label, labelled)
    wanted = page[1] if page else answer and answer.label
    return next((exhibit for exhibit in row if exhibit.label == wanted), None)


def _stands_in(exhibit: Exhibit, quote: str, claim: str, is_about: Callable[[str, str], bool]) -> bool:
    is_enough = is_worth_checking(quote) or (exhibit.kind == "answer" and exhibit.quotable.says_only(quote))
    if (not is_enough and not _may_be_short(exhibit, quote)) or quote not in exhibit.quotable:
        return False
    return any(
        (is_enough or is_terse(sentence))
        and (is_about(sentence, claim) or (exhibit.kind == "answer" and is_closed_answer(sentence, exhibit.text)))
        for sentence in exhibit.quotable.around(quote)
    )


def _may_be_short(exhibit: Exhibit, quote: str) -> bool:
    return exhibit.kind == "answer" and (len(words(quote)) >= _FEWEST_WORDS or bool(significant_numbers(quote)))
