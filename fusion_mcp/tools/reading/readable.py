"""What reading makes of a page, and how much it may take. Pure data, for both sides of the pipe."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link that a reader of the page can see. `url` is absolute, http or https, and without its fragment."""

    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Readable:
    """What a page says. Every string is cleaned.

    `text` is plain words with a little Markdown: `#` before headings, `-` and `1.` before items, tables with `|`, code
    between fences, and links as `[text](absolute URL)`. Paragraphs are separated by blank lines. `date` is the day of
    publication that the page itself states, as YYYY-MM-DD.
    """

    title: str
    text: str
    links: tuple[Link, ...]
    date: str | None


@dataclass(frozen=True, kw_only=True)
class ReadingLimits:
    """How much reading one page may take and give."""

    children: int = 2
    """How many pages may be read at the same time, each in a process of its own."""
    cpu_s: float = 5.0
    """Seconds of computing for one page, after which its process is ended."""
    wait_s: float = 5.0
    """How much longer one page may take than it computes, since its process starts first and shares the machine."""
    memory_bytes: int = 1 << 30
    """The address space of a process, where the platform can limit it."""
    markup_chars: int = 6_000_000
    """What follows in a page of HTML or XML is not looked at."""
    elements: int = 200_000
    """The same; the largest pages that are made for readers have half as many."""
    text_chars: int = 500_000
    links: int = 200
    pdf_pages: int = 300
