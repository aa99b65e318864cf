"""The pages that a provider's own web tools name in a reply: its annotations become citations. Pure.

Shapes after OpenRouter's "Parsing web search results" (OpenAI's annotations, with an excerpt as `content`).
"""

from dataclasses import dataclass, field

from fusion_mcp.providers.foreign import Json, items, joined, mapping, text
from fusion_mcp.types import Citation
from fusion_mcp.urls import host_of

MOST_PAGES = 200
"""Pages of one reply that are kept."""
MOST_EXCERPT = 20_000
"""Characters of one page that are kept."""
_MOST_URL = 2_000
_MOST_TITLE = 300


@dataclass(kw_only=True)
class _Cited:
    title: str = ""
    excerpts: list[str] = field(default_factory=list[str])
    length: int = 0

    def add(self, title: str, excerpt: str) -> None:
        self.title = self.title or title
        excerpt = excerpt[: MOST_EXCERPT - self.length]
        if excerpt and excerpt not in self.excerpts:
            self.excerpts.append(excerpt)
            self.length += len(excerpt)


@dataclass(kw_only=True)
class Annotations:
    """The pages named so far, each once, in the order in which they were first named."""

    _pages: dict[str, _Cited] = field(default_factory=dict[str, _Cited])

    def take(self, entries: object) -> None:
        """Take in the `annotations` of a delta or of a whole message."""
        for entry in items(entries):
            annotation = mapping(entry)
            if annotation.get("type") == "url_citation":
                self._take(mapping(annotation.get("url_citation")) or annotation)

    def citations(self) -> tuple[Citation, ...]:
        """Give back the pages, the excerpts of each in the order in which they came."""
        return tuple(
            Citation(url=joined([url]), title=joined([page.title]), text=joined(["\n\n".join(page.excerpts)]))
            for url, page in self._pages.items()
        )

    def _take(self, cited: Json) -> None:
        url = text(cited.get("url")).strip()
        if len(url) > _MOST_URL or not host_of(url):
            return
        if url not in self._pages and len(self._pages) >= MOST_PAGES:
            return
        title = " ".join(text(cited.get("title")).split())[:_MOST_TITLE]
        self._pages.setdefault(url, _Cited()).add(title, text(cited.get("content")).strip())
