"""Addresses that stand in a text as they are, which many readers make clickable.

After GitHub's autolinks (https://github.github.com/gfm/#autolinks-extension-) and markdown-it's, and with every
spelling that a decoder in between would undo.
"""

import re
from collections.abc import Callable, Iterator

from fusion_mcp.links.destination import LONGEST, decoded
from fusion_mcp.links.link import Edit, Link, marked

_NAMES = {":": "&colon;", "/": "&sol;"}


def _spelled(word: str) -> str:
    """A pattern for `word` as it is, in entities, with backslashes or percent signs."""
    return "".join(_spellings(character) for character in word)


def _spellings(character: str) -> str:
    codes = sorted({ord(character.lower()), ord(character.upper())})
    decimal, hexadecimal = "|".join(map(str, codes)), "|".join(f"{code:x}" for code in codes)
    named = f"|{_NAMES[character]}" if character in _NAMES else ""
    plain = re.escape(character) if character.isalpha() else rf"\\?{re.escape(character)}"
    return rf"(?:{plain}|&#0{{0,9}}(?:{decimal});?|&#x0{{0,9}}(?:{hexadecimal});?|%(?:{hexadecimal}){named})"


_SLASH = rf"(?:{_spellings('/')}|\\)"
_START = re.compile(
    rf"(?:{_spelled('http')}(?:{_spellings('s')})?|{_spelled('ftp')}(?:{_spellings('s')})?){_spellings(':')}{_SLASH}{{2}}"
    r"|(?<![^\W_])(?<![./@-])www\.(?=\w)"
    r"|(?<![\w:/\\])//(?=[\w~%-][\w~%:@-]*+\.\w)",
    re.IGNORECASE,
)
SIGN = r"//|:/|\\|&|%|w\.|W\."
"""A pattern of which something stands in every text that holds such an address."""
_SIGN = re.compile(SIGN)
_BEFORE_SIGN = len("https:")
"""How far behind the beginning of an address the first sign of it is at most."""
_WIDE = "、。，．「」『』（）【】《》〈〉！？；：…“”„«»"
_BODY = re.compile(rf'(?:[^\s<>"`\]{_WIDE}]++|\](?!\())++')
# What RFC 3986 allows, but for brackets, which stand in an address only around an IPv6 host.
_VALID = re.compile(r"(?:\[[0-9a-fA-F:.]+\])?[\w\-.~:/?#@!$&'()*+,;=%\\]*+", re.ASCII)
_TAIL = re.compile(r"(?:&(?:quot|apos|gt|lt|#39|#34);|[.,;:!?'*_~)\]}|\\\u2019])\Z")
_SIGNS = re.compile(rf"""[.,;:!?'"*_~)\]}}|\\>`\u2019{_WIDE}]*+""")
_SAME_SIGN = re.compile(r"(.)\1*+")

_MOST_TAIL = 12
"""How many signs that end an address may be punctuation instead."""

_LONGEST_ENTITY = 6


def links(text: str, start: int, end: int, known: Callable[[str], bool]) -> Iterator[Link]:
    """Find the addresses in a piece of `text`, each as long as it is `known`, or else as it can be."""
    at = start
    while found := _next(text, at, end):
        body = _BODY.match(text, found.end(), min(end, found.end() + LONGEST))
        if body is None:
            at = found.end()
            continue
        kept = next((stop for stop in _ends(text, found, body) if known(decoded(text[found.start() : stop]))), None)
        if kept is None:
            more = _BODY.match(text, body.end(), end)
            at = more.end() if more else body.end()
            stop = _without_tail(text, found.end(), at)
        else:
            at = stop = kept
        yield Link(
            start=found.start(),
            end=stop,
            urls=(decoded(text[found.start() : stop]),),
            edits=(marked(text, found.start(), stop),),
            if_kept=_border(text, stop, end),
        )


def _next(text: str, at: int, end: int) -> re.Match[str] | None:
    """Find where the next address begins: near its sign, which is found far faster than the address."""
    for sign in _SIGN.finditer(text, at, end):
        for start in range(max(at, sign.start() - _BEFORE_SIGN), sign.end()):
            if found := _START.match(text, start, end):
                return found
        at = sign.end()
    return None


def _ends(text: str, found: re.Match[str], body: re.Match[str]) -> Iterator[int]:
    """Where an address may end: with all that follows it, and without what rather belongs to the sentence."""
    valid = _VALID.match(text, *body.span())
    for stop in dict.fromkeys((body.end(), valid.end() if valid else body.end())):
        yield stop
        for _ in range(_MOST_TAIL):
            shorter = _shortened(text, found.end(), stop)
            if shorter == stop:
                break
            yield (stop := shorter)


def _without_tail(text: str, start: int, stop: int) -> int:
    while (shorter := _shortened(text, start, stop)) != stop:
        stop = shorter
    return stop


def _shortened(text: str, start: int, stop: int) -> int:
    tail = _TAIL.search(text[max(start, stop - _LONGEST_ENTITY) : stop])
    return stop - len(tail[0]) if tail else stop


def _border(text: str, kept: int, end: int) -> tuple[Edit, ...]:
    """Put a space behind a known address, where a reader could take what follows for more of it."""
    signs = _SIGNS.match(text, kept, end)
    after = signs.end() if signs else kept
    follows = text[after : after + 1]
    if not follows or follows.isspace() or (follows == "<" and after == kept):
        return ()
    if after == end and follows not in "[!":  # the rest is another link's
        return ()
    same = _SAME_SIGN.match(text, kept, after)
    at = same.end() if same else kept
    return (Edit(at, at, " "),)
