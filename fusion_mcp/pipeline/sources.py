"""Which pages this run rests on, pure: those that our tools retrieved and those that a provider's own tools did."""

from collections.abc import Iterable, Sequence

from fusion_mcp.result import Source
from fusion_mcp.types import MemberAnswer, Page
from fusion_mcp.urls import normalised


def all_pages(retrieved: Iterable[Page], answers: Iterable[MemberAnswer]) -> tuple[Page, ...]:
    """Join the pages that `retrieved` has with those that answers cite from native tools, each page once."""
    cited = (
        Page(url=citation.url, title=citation.title, text=citation.text, used_by=(answer.seat,), whole=False)
        for answer in answers
        for citation in answer.citations
    )
    pages: dict[str, Page] = {}
    for page in (*retrieved, *cited):
        key = normalised(page.url) or page.url
        pages[key] = _joined(pages[key], page) if key in pages else page
    return tuple(pages.values())


def sources(pages: Sequence[Page]) -> list[Source]:
    """Name the pages as the result does, in the order of their first retrieval."""
    return [Source(url=page.url, title=page.title, used_by=list(page.used_by)) for page in pages]


def _joined(page: Page, again: Page) -> Page:
    """One page that came twice: the whole text where either has it, and every member that used it."""
    best = page if page.whole or not again.whole else again
    text = best.text if best.whole or again.text in page.text else f"{page.text}\n\n{again.text}"
    users = tuple(dict.fromkeys((*page.used_by, *again.used_by)))
    return Page(url=page.url, title=page.title or again.title, text=text, used_by=users, whole=best.whole)
