"""What claims are checked against, pure: the answers and the pages, each under a label."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.evidence.quotable import Quotable
from fusion_mcp.types import Page
from fusion_mcp.urls import normalised

_MOST_READ = 200_000
_MOST_READ_IN_ALL = 1_000_000
"""Characters of an answer or a page, and of all pages: a few books, made ready in tenths of a second."""


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
    def quotable(self) -> Quotable:
        """Its words, made ready when somebody first quotes them."""
        return Quotable(self.text)


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
