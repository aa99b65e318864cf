"""The words of a block quotation, apart from its signs and the attribution that stands within it. Pure."""

import re
from collections.abc import Sequence

from fusion_mcp.pipeline.quoting.attribution import ANNOUNCING, MOST_WORDS, words_beside
from fusion_mcp.pipeline.quoting.blocks import HTML_CLOSING, HTML_OPENING, Block
from fusion_mcp.pipeline.quoting.wording import is_worth_checking

_AROUND_LINKS = " ([<*_>\n\t-\u2013\u2014"
"""What stands between a block quotation's last word and the link to its source."""
_PREFIX = re.compile(r"^\s{0,3}>\s?", re.MULTILINE)
_NAMED = re.compile(
    r"(?:\n|^)[ \t]*+(?:[\u2013\u2014]|--)[ \t]*+[^\n]{1,200}\Z|\n[ \t]*+-[ \t]++(?:\S{1,40}[ \t]*+){1,4}\Z"
)
"""A last line that says who said it; behind a hyphen a long one is an item."""
_ANNOUNCED = re.compile(rf"(?:\n|[.!?\u201d\"])[> \t(*_]*{ANNOUNCING}\.?\s?:?\s?\Z", re.IGNORECASE)
_LINE_START = re.compile(r"(?:\n[> \t]*|[\u2013\u2014]\s?|--\s?)[(\[<*_]*\Z")
# As GitHub (`> [!NOTE]`) and many models (`> **Note:**`) set off a remark of their own.
_CALLOUT = re.compile(r"\s{0,3}>\s?(?:\[!|\*\*[^*\n]{1,40}(?::\*\*|\*\*:))")
_HTML_START = re.compile(HTML_OPENING, re.IGNORECASE)
_HTML_END = re.compile(rf"(?:</p>\s{{0,99}})?{HTML_CLOSING}\Z", re.IGNORECASE)
_TAIL = 300


def is_callout(text: str, block: Block) -> bool:
    """Whether a block is set as a quotation only to stand out, as `> **Note:** ...` is."""
    return _CALLOUT.match(text, block.start, block.end) is not None


def without_signs(words: str) -> str:
    """Take out the signs before each line, and a last line that says who said it."""
    return _NAMED.sub("", _PREFIX.sub("", words))


def words_of(text: str, block: Block, links: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the words of a block quotation stand: without an attribution before or behind them."""
    start, end = _inner(text, block)
    own = [link for link in links if start <= link[0] < end]
    if own and not text[start : own[0][0]].strip(_AROUND_LINKS):
        is_before = len(own) == 1 and is_worth_checking(text[own[0][1] : end])
        start = own[0][1] if is_before else start
    elif own and _is_attribution(text, own, end):
        before = text[start : own[0][0]]
        announced = _ANNOUNCED.search(before, max(0, len(before) - _TAIL))
        kept = (before[: announced.start() + 1] if announced else before).rstrip(_AROUND_LINKS)
        end = start + len(kept) if is_worth_checking(kept) else end
    return start, start + len(text[start:end].rstrip())


def _inner(text: str, block: Block) -> tuple[int, int]:
    opening = _HTML_START.match(text, block.start, block.end)
    if opening is None:
        return block.start, block.end
    closing = _HTML_END.search(text, max(opening.end(), block.end - _TAIL), block.end)
    return opening.end(), closing.start() if closing else block.end


def _is_attribution(text: str, links: Sequence[tuple[int, int]], end: int) -> bool:
    """Whether the links stand behind the quotation's words and not among them."""
    (start, stop), *others = links
    most = MOST_WORDS if _LINE_START.search(text, max(0, start - _TAIL), start) else 0
    return words_beside(text, stop, end, others) <= most
