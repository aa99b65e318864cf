"""Numbers and names that stand for a link: `[1]`, `[^note]` and the like, and the list that says which. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from fusion_mcp.links import Link
from fusion_mcp.pipeline.quoting.places import Places, addresses

_RAISED = r"[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,3}"
_ENTRY = re.compile(
    r"^[ \t>]{0,8}+(?:[-*+][ \t]{1,4}+)?"
    rf"(?:\[\^?(?P<label>[\w-]{{1,40}})\]:?|(?P<raised>{_RAISED})|(?P<number>\d{{1,3}})[.):])(?=[ \t<\[]|http)",
    re.MULTILINE,
)
_NUMBERS = r"\d{1,3}(?:\s?[,;\u2013-]\s?\^?\d{1,3}){0,10}"
# Not before a colon or a parenthesis: there a bracket begins an entry, or is the text of a link.
_MARKER = re.compile(
    rf"\[\^?(?P<square>{_NUMBERS})\](?![:(])|\u3010(?P<wide>{_NUMBERS})\u3011"
    rf"|\[\^(?P<name>[\w-]{{1,40}})\](?![:(])|(?P<raised>{_RAISED})|<sup>\[?(?P<html>{_NUMBERS})\]?</sup>"
)
_RANGE = re.compile(r"(\d{1,3})(?:\s?[\u2013-]\s?\^?(\d{1,3}))?")
_PARAGRAPH_END = re.compile(r"\n[ \t]*+(?:\n|\Z)")
_LONGEST_ENTRY = 1_500
_MOST_OF_ENTRY = 3
"""Addresses of one entry: more are a list, and no source."""
_MOST_OF_RANGE = 10


def with_references(text: str, links: Places) -> Places:
    """Add to the links of a text the places where a number or a name stands for one of them."""
    entries = list(_entries(text, links))
    # A numbered list may be anything; what stands in brackets is an entry. Of two, the last one is at the end.
    sources = {label: urls for label, urls, *_ in sorted(entries, key=lambda entry: entry[2])}
    if not sources:
        return links
    taken = {link.start for link in links.all} | {start for *_, start in entries}
    return Places((*links.all, *_markers(text, sources, taken)))


def _entries(text: str, links: Places) -> Iterator[tuple[str, tuple[str, ...], bool, int]]:
    """Every entry of a list of sources: its label, its addresses, whether it is surely one, where its label begins."""
    found = list(_ENTRY.finditer(text))
    stops = [*(each.start() for each in found), len(text)][1:]
    for entry, stop in zip(found, stops, strict=True):
        end = min(stop, entry.end() + _LONGEST_ENTRY)
        ends = _PARAGRAPH_END.search(text, entry.end(), end)
        kind = entry.lastgroup or ""
        start = entry.start(kind) - (text[entry.start(kind) - 1] == "^")
        urls = addresses(links.first(start - 1, ends.start() if ends else end, _MOST_OF_ENTRY))
        if urls:
            yield _plain(entry[kind]), urls, kind != "number", start - (kind == "label")


def _markers(text: str, sources: Mapping[str, tuple[str, ...]], taken: set[int]) -> Iterator[Link]:
    for found in _MARKER.finditer(text):
        kind = found.lastgroup or ""
        labels = [_plain(found[kind])] if kind in ("name", "raised") else _numbers(found[kind])
        urls = tuple(dict.fromkeys(url for label in labels for url in sources.get(label, ())))
        if urls and found.start() not in taken:
            yield Link(start=found.start(), end=found.end(), urls=urls)


def _numbers(written: str) -> Iterator[str]:
    for found in _RANGE.finditer(written):
        first = int(found[1])
        for number in range(first, min(int(found[2] or first), first + _MOST_OF_RANGE) + 1):
            yield str(number)


def _plain(label: str) -> str:
    label = unicodedata.normalize("NFKC", label).casefold()
    return str(int(label)) if label.isdecimal() else label
