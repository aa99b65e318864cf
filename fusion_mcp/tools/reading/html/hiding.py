"""Which elements of a page nobody sees, so that nobody is spoken to through them. Pure.

Where a browser would show an element under some condition that cannot be judged here, it counts as hidden: a member
loses a sentence, and nobody gains an unseen way to it.
"""

import re
from collections.abc import Mapping

from fusion_mcp.tools.reading.html.vocabulary import NEVER_SHOWN

_LONGEST_STYLE = 100_000


HIDING = frozenset({"hidden", "popover", "style"})
"""The attributes by which an element may be hidden that is otherwise shown."""


def is_hidden(name: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element (its name and attributes in small letters) and all that is in it stays unseen."""
    if ":" in name:
        name = name.rpartition(":")[2]  # in XHTML any prefix may stand before it
    if name in NEVER_SHOWN or (name == "dialog" and "open" not in attributes):
        return True
    if HIDING.isdisjoint(attributes):
        return False
    return "hidden" in attributes or "popover" in attributes or hides(attributes["style"] or "")


def hides(style: str) -> bool:
    """Whether the value of a `style` attribute says that the element is not shown, in any spelling that CSS allows."""
    if len(style) > _LONGEST_STYLE:
        return True
    lower = style.lower()
    may = "\\" in style or "display" in lower or "visibility" in lower  # most say nothing of the kind: that is cheap
    return may and _HIDING.search(style) is not None


def _spelled(word: str) -> str:
    """Match a word of CSS in capital and small letters, and with any of its letters escaped (CSS Syntax, 4.3.7)."""
    return "".join(map(_letter, word))


def _letter(letter: str) -> str:
    either = letter.upper() + letter.lower()
    itself = f"[{either}]" if letter.isalpha() else re.escape(letter)
    numbers = "|".join(f"{ord(one):x}" for one in either)
    # A backslash before what is no hexadecimal digit stands for just that.
    escaped = "" if letter in "abcdef" else rf"|\\{itself}"
    return rf"(?:{itself}{escaped}|\\0{{0,4}}(?i:{numbers})(?:\r\n|[ \t\r\n\f])?)"


_GAP = r"(?:[ \t\r\n\f]++|/\*(?:[^*]|\*(?!/)){0,60}+\*/){0,4}+"
_STRANGE = r"[ \t\r\n\f]|/\*"
"""What may stand behind a gap that is longer or has no end. It counts as hiding: to follow it would take for ever."""
_CALL = r"[^;()]{0,60}+\("  # var() and if() may come to anything
_HIDING = re.compile(
    rf"(?<![\w-])(?:"
    rf"{_spelled('display')}{_GAP}(?:{_STRANGE}|:{_GAP}(?:{_STRANGE}|{_spelled('none')}(?![\w-])|{_CALL}))"
    rf"|(?:{_spelled('content-')})?{_spelled('visibility')}{_GAP}"
    rf"(?:{_STRANGE}|:{_GAP}(?:{_STRANGE}|{_spelled('hidden')}|{_spelled('collapse')}|{_CALL}))"
    rf")"
)
"""Looked for anywhere in the attribute, so that no trick with strings, brackets or comments makes us lose our place."""
