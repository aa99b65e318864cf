"""Markdown as its readers see it: its words as they were written, without what HTML and definitions hide. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.html.tree import Element, End, Node
from fusion_mcp.tools.reading.html.visible import visible_page
from fusion_mcp.tools.reading.html.vocabulary import BLOCKS
from fusion_mcp.tools.reading.markdown_scanner import MarkdownScanner
from fusion_mcp.tools.reading.plain import finished_text
from fusion_mcp.tools.reading.readable import Readable, ReadingLimits

_HEADING = re.compile(r"^#[ \t]{1,9}(\S[^\n]{0,300})", re.MULTILINE)
_BEFORE = r"^[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+"
_LABEL = r"\[(?!\^)((?:[^\[\]\\]|\\.){1,999})\]"
_TITLE = r"(?:\"(?:[^\"\\\n]|\\.|\n(?!\s*\n))*+\"|'(?:[^'\\\n]|\\.|\n(?!\s*\n))*+'|\((?:[^()\\\n]|\\.|\n(?!\s*\n))*+\))"
_GAP = r"[ \t]*+\n?[ \t]*+"
_NOTE = re.compile(rf"{_BEFORE}{_LABEL}:{_GAP}(?:<>|#|<#>)(?=\s|$)(?:{_GAP}{_TITLE}[ \t]*$|[^\n]*+)", re.MULTILINE)
_DEFINITION = re.compile(
    rf"({_BEFORE}{_LABEL}:{_GAP}(?:<[^<>\n]*+>|[^\s<]\S*+))(?:\s{_GAP}{_TITLE})?+[ \t]*$", re.MULTILINE
)
_USED = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]")
_EMPTY_LINK = re.compile(r"(?<!!)\[[ \t]*+\]\([^()\n]{0,2000}+\)")


def read_markdown(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Read Markdown that was found at `url`. Raises ToolFault: `unreadable` where nothing is seen, `too_large`."""
    addresses = Addresses(url)
    shown = without_hidden(text[: limits.markup_chars], addresses, limits.elements)
    heading = _HEADING.search(shown)
    return finished_text(shown, heading[1] if heading else "", url, limits)


def without_hidden(text: str, addresses: Addresses, most: int, *, never_closed_is_text: bool = False) -> str:
    """Give `text` as it is, but for what nobody sees where it is shown. Its raw HTML becomes words."""
    if "<" not in text and "]" not in text:
        return text
    scanner = MarkdownScanner(text, never_closed_is_text=never_closed_is_text)
    words = _written(visible_page(scanner.markup(), most).tree.nodes[1:-1], addresses)
    return scanner.restored(_without_notes(words))


def _without_notes(text: str) -> str:
    """Leave out definitions that lead nowhere or that nothing refers to, and the titles of the others."""
    text = _NOTE.sub("", text)
    used = Counter(_folded(label) for label in _USED.findall(text))
    defined = Counter(_folded(found[2]) for found in _DEFINITION.finditer(text))

    def kept(found: re.Match[str]) -> str:
        label = _folded(found[2])
        return found[1] if used[label] > defined[label] else ""

    return _EMPTY_LINK.sub("", _DEFINITION.sub(kept, text))


def _folded(label: str) -> str:
    return " ".join(label.casefold().split())


def _written(nodes: Iterable[Node], addresses: Addresses) -> str:
    """Write text as it is, and a little of what elements say of it."""
    parts: list[str] = []
    links: list[tuple[Element, int]] = []
    broken = False
    for node in nodes:
        if isinstance(node, str):
            parts.append("\n" + node if broken and not node.startswith("\n") else node)
            broken = False if node else broken
        elif isinstance(node, End):
            broken = broken or node.name in BLOCKS
            parts.append(_AFTER.get(node.name, ""))
            if node.name == "a":
                _close(parts, *links.pop(), addresses)
        else:
            if node.name in BLOCKS and parts and not parts[-1].endswith("\n") and not _is_margin(parts[-1]):
                broken = True
            if node.name == "a":
                links.append((node, len(parts)))
            if before := _BEFORE_WORDS.get(node.name, ""):
                parts.append("\n" * broken + before)
                broken = False
    return "".join(parts)


_BEFORE_WORDS = {"br": " ", "code": "`", "li": "- ", **{f"h{n}": "#" * n + " " for n in range(1, 7)}}
_AFTER = {"code": "`", "td": " ", "th": " "}


def _is_margin(text: str) -> bool:
    """Whether this ends in white space that begins a line."""
    return not text.rpartition("\n")[2].strip()


def _close(parts: list[str], link: Element, begins: int, addresses: Addresses) -> None:
    """Turn the words of a link into one; without words it is none."""
    words = "".join(parts[begins:])
    if words.strip() and (url := addresses.absolute(link.says("href"))):
        parts[begins:] = [f"[{words}]({url})"]
