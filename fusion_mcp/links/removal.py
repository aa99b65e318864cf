"""Which links of a text may stay, and the text without the others."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from fusion_mcp.links import bare, markdown, markup
from fusion_mcp.links.link import Edit, Link, applied
from fusion_mcp.urls import normalised

Known = Callable[[str], bool]
"""Whether an address may stand in a text."""

_PASSES = 8
"""How often a text is gone through; an honest one needs two, the second to see that nothing is left."""

_SIGN = re.compile(rf"{markdown.SIGN}|{markup.SIGN}|{bare.SIGN}")
"""Stands in every text that holds a link, and in few that hold none."""

_STRUCTURE = str.maketrans("", "", "[]<>\\")


def without_unknown_links(text: str, known: Known) -> tuple[str, tuple[str, ...]]:
    """Take out every link to an address that is not `known`, and every image; name the addresses taken out, in order.

    A link leaves its text, an address that stands by itself `[link removed]`, an image its description. Relative links
    stay, known ones exactly as they are written. What is removed once is gone: doing it again changes nothing.
    """
    if not _SIGN.search(text):
        return text, ()
    removed: dict[str, None] = {}
    for _ in range(_PASSES):
        before = text
        text = _without_unknown(before, known, removed)
        if text == before:
            return text, tuple(removed)
    # Whose removals uncover new links again and again was built to: it loses what links are made of.
    text = text.translate(_STRUCTURE)
    for _ in range(_PASSES):
        text = _without_unknown(text, known, removed)
    return text, tuple(removed)


def links_in(text: str, known: Known) -> list[Link]:
    """Find all links, in the order of their beginnings.

    An address that stands by itself is as long as it is `known`, or else as it can be.
    """
    if not _SIGN.search(text):
        return []
    tried = _lenient(known)
    return sorted((link for link, _ in _found(text, tried)), key=lambda link: link.start)


def known_links(urls: Iterable[str], *, prefixes: Iterable[str] = ()) -> Known:
    """Tell these addresses, which the person gave or a run retrieved, from all others; a fragment makes no difference.

    What begins with one of `prefixes` up to a `/`, `?` or the end is known too: the person's own providers.
    """
    addresses = frozenset(address for url in urls if (address := normalised(url)) is not None)
    own = tuple(prefix.rstrip("/") for url in prefixes if (prefix := normalised(url)) is not None)
    under = tuple(prefix + border for prefix in own for border in "/?")

    def is_known(url: str) -> bool:
        address = normalised(url)
        return address is not None and (address in addresses or address in own or address.startswith(under))

    return is_known


def _without_unknown(text: str, known: Known, removed: dict[str, None]) -> str:
    """Go through a text once, and add to `removed` what is taken out."""
    tried = _lenient(known)
    edits: list[Edit] = []
    for link, is_known in sorted(_found(text, tried), key=lambda each: each[0].start):
        edits += link.if_kept if is_known else link.edits
        if not is_known:
            removed.update(dict.fromkeys(url for url in link.urls if not tried(url)))
    return applied(text, edits)


def _found(text: str, known: Known) -> Iterator[tuple[Link, bool]]:
    """Every link, and whether all its addresses are known; a bare address is none where another link has it."""
    taken: list[tuple[int, int]] = []
    for link in (*markdown.links(text), *markup.links(text)):
        is_known = all(map(known, link.urls))
        yield link, is_known
        edits = link.if_kept if is_known else link.edits
        taken += [(edit.start, edit.end) for edit in edits]
        taken += link.covers
    for start, end in _gaps(taken, len(text)):
        for link in bare.links(text, start, end, known):
            yield link, all(map(known, link.urls))


def _gaps(taken: Sequence[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    at = 0
    for start, stop in sorted(taken):
        if start > at:
            yield at, start
        at = max(at, stop)
    if at < end:
        yield at, end


def _lenient(known: Known) -> Known:
    """Know an address that leaves out its scheme, as `www.example.org`, under either; none with another one inside."""

    def is_known(url: str) -> bool:
        fragment = url.partition("#")[2]
        if "//" in fragment or "www." in fragment.lower():
            return False
        rest = url if url.startswith("//") else f"//{url}" if url[:4].lower() == "www." else ""
        return any(known(scheme + rest) for scheme in ("https:", "http:")) if rest else known(url)

    return is_known
