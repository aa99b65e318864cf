"""Text that needs no taking apart: plain text, CSV. Pure."""

import re
from collections.abc import Iterator

from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits
from fusion_mcp.tools.web_address import LONGEST_URL
from fusion_mcp.urls import urls_in

_MARKDOWN_LINK = re.compile(rf"(?<!\[)\]\(<?([^()<>\s]{{1,{LONGEST_URL + 1}}})")
NOTHING = "This document is empty. Use another source, or answer from what you have."


def read_text(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Give a text as it is. Raises ToolFault("unreadable") where it is empty."""
    return finished_text(text, "", url, limits)


def finished_text(text: str, title: str, url: str, limits: ReadingLimits) -> Readable:
    """Give what is left of a text, with what looks like a link in it. Raises ToolFault("unreadable")."""
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
