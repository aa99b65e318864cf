"""Text that needs no taking apart: plain text, Markdown, JSON, CSV. Pure."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits
from fusion_mcp.urls import urls_in

_COMMENT = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)|\Z))|<!--.*?-->|^ {0,3}<!--.*\Z",
    re.DOTALL | re.MULTILINE,
)
_MARKDOWN_LINK = re.compile(r"\]\(<?([^()<>\s]{1,2000})")
_MARKDOWN_HEADING = re.compile(r"^#[ \t]{1,9}(\S[^\n]{0,300})", re.MULTILINE)
_LONGEST_JSON = 4_000_000
NOTHING = "This document is empty. Use another source, or answer from what you have."


def read_text(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Give a text as it is. Raises ToolFault("unreadable") where it is empty."""
    return _finished(text, "", url, limits)


def read_markdown(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Give Markdown as it is, but for comments, which nobody sees where it is shown. Raises ToolFault("unreadable")."""
    text = _COMMENT.sub(lambda found: found["code"] or "", text)
    heading = _MARKDOWN_HEADING.search(text)
    return _finished(text, heading[1] if heading else "", url, limits)


def read_json(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Give JSON with one value to a line, and its letters as letters; as it is, if it is none or too long."""
    if len(text) <= _LONGEST_JSON:
        with suppress(ValueError, RecursionError):  # several values, one to a line, are no JSON but can be read
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    return _finished(text, "", url, limits)


def _finished(text: str, title: str, url: str, limits: ReadingLimits) -> Readable:
    links = _links(text[: limits.text_chars], Addresses(url))
    return finished(title=title, text=text, links=links, date=None, limits=limits, nothing=NOTHING)


def _links(text: str, addresses: Addresses) -> Iterator[Link]:
    """Find what looks like a link to whoever reads this."""
    for found in _MARKDOWN_LINK.finditer(text):
        if url := addresses.absolute(found[1]):
            yield Link(url=url, text="")
    for written in urls_in(text):
        if url := addresses.absolute(written):
            yield Link(url=url, text="")
