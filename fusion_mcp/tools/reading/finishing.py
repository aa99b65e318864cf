"""What was read, made fit to leave: cleaned, within its limits, and not empty. Pure."""

import re
from collections.abc import Iterable

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.paging import cut
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

_TITLE_LENGTH = 300
_GOES_ON = "[The document is longer. Only this much of it was read.]"
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)
_GAPS = re.compile(r"\n{4,}")


def finished(
    *,
    title: str,
    text: str,
    links: Iterable[Link],
    date: str | None,
    limits: ReadingLimits,
    nothing: str,
    more: bool = False,
) -> Readable:
    """Clean and cut it all. Raises ToolFault("unreadable", nothing) where there are no words.

    `more` says that there is more of the document than was read, which the text then says too.
    """
    text = _tidy(clean(text))
    if not any(character.isalnum() for character in text):
        raise ToolFault("unreadable", nothing)
    whole, (text, rest) = text, cut(text, 0, limits.text_chars)
    if more or rest is not None or len(text) < len(whole):
        text = f"{text.rstrip()}\n\n{_GOES_ON}"
    return Readable(title=one_line(title, _TITLE_LENGTH), text=text, links=_first(links, limits.links), date=date)


def _tidy(text: str) -> str:
    """Leave out blanks where a line ends, and empty lines beyond two. Most texts have none: to see that is cheap."""
    if " \n" in text or "\t\n" in text:
        text = _LINE_ENDS.sub("", text)
    if "\n\n\n\n" in text:
        text = _GAPS.sub("\n\n\n", text)
    return text.strip()


def _first(links: Iterable[Link], most: int) -> tuple[Link, ...]:
    """Keep the first of each address, and what text any of its links has."""
    kept: dict[str, Link] = {}
    for link in links:
        known = kept.get(link.url)
        if known is None and len(kept) == most:
            break
        if known is None or (link.text and not known.text):
            kept[link.url] = link
    return tuple(kept.values())
