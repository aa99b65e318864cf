"""Markdown to HTML in which only its raw HTML is markup; everything else stands there as it was written. Pure.

Follows CommonMark 0.31 in what is code, what is HTML, and what merely looks like it. Where it would take a whole parser
to know, more is taken for HTML: a hidden word that is taken for code would be seen.
"""

import re
from collections.abc import Iterator

from fusion_mcp.tools.reading.html.vocabulary import BLOCKS, NEVER_SHOWN, names

_BEFORE = r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+"
"""What stands before a block in quotations and lists."""
_FENCE = re.compile(rf"(?P<before>{_BEFORE})(?P<fence>`{{3,}}(?=[^`]*+$)|~{{3,}})")
_INDENTED = 3
"""Spaces that may stand before a block; with more it is code, or within an item."""
_ITEM = re.compile(r"[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_ATTRIBUTES = r"(?P<attributes>(?:\s++[A-Za-z_:][\w.:-]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+)*+)"
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+){_ATTRIBUTES}\s*+/?>|<!--.*?-->|<\?.*?\?>|<![A-Za-z\[]", re.DOTALL
)
_LITERAL_BLOCK = re.compile(
    rf"{_BEFORE}<(?:(?P<raw>script|pre|style|textarea)(?=[\s>]|$)|(?P<sign>!--|\?|!\[CDATA\[|![a-z]))", re.IGNORECASE
)
_ENDS = {"!--": "-->", "?": "?>", "![cdata[": "]]>"}
_RAW_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"{_BEFORE}</?([a-z][a-z0-9]*+)(?=[\s/>]|$)", re.IGNORECASE)
_TAG_ALONE = re.compile(rf"{_BEFORE}</?[A-Za-z][A-Za-z0-9-]*+(?:\s[^<]*+)?>\s*$")
_SPECIAL = re.compile(r"\\[!-/:-@\[-`{-~]|`++|[<&]")
_CLOSED = re.compile(r"</([a-z][a-z0-9-]*+)")
_EMPTY = names("area base embed frame input link meta param source track")
_INLINE = names(
    "a abbr acronym b bdi bdo big br button cite code col colgroup data del dfn em font i img ins kbd label map mark "
    "math meter nobr output picture progress q rt rtc ruby s samp slot small span strike strong sub sup time tt u var "
    "wbr"
)
_KNOWN = BLOCKS | NEVER_SHOWN | _INLINE
_BLOCK_NAMES = _KNOWN - _INLINE
_KEPT = re.compile("\x82(\\d+)\x83")
"""Stands for a piece of code. No reference of HTML gives these two characters."""
_MARKS = str.maketrans("", "", "\x82\x83")


class MarkdownScanner:
    """One text on its way through HTML, and the code that was taken out of it meanwhile."""

    def __init__(self, text: str, *, never_closed_is_text: bool = False) -> None:
        """`never_closed_is_text`: an element without an end, which would hide all the rest, is a word about one."""
        self._never_closed_is_text = never_closed_is_text
        self._text = text.translate(_MARKS).replace("\r\n", "\n").replace("\r", "\n")
        self._closed = frozenset(_CLOSED.findall(self._text.lower()))
        self._last_comment_end = self._text.rfind("-->")
        self._code: list[str] = []
        self._paragraph: list[str] = []
        self._at = 0

    def markup(self) -> str:
        """Give the text as HTML, with marks instead of code."""
        return "<body>" + "\n".join(self._blocks())

    def restored(self, text: str) -> str:
        """Put the code back."""
        return _KEPT.sub(lambda found: self._code[int(found[1])], text)

    def _keep(self, code: str) -> str:
        self._code.append(code)
        return f"\x82{len(self._code) - 1}\x83"

    def _blocks(self) -> Iterator[str]:
        lines = self._text.split("\n")
        number, behind_blank, in_list = 0, True, False
        while number < len(lines):
            line = lines[number]
            is_item = _ITEM.match(line) is not None
            in_list = is_item or (in_list and not (behind_blank and line[:1].strip()))
            indented = not in_list and line.startswith(("    ", "\t"))
            end = number + 1
            if not line.strip():
                yield from self._end_paragraph()
                yield line
            elif indented and behind_blank:
                while end < len(lines) and (lines[end].startswith(("    ", "\t")) or not lines[end].strip()):
                    end += 1
                yield self._keep("\n".join(lines[number:end]))
            elif not indented and (fence := _FENCE.match(line)):
                yield from self._end_paragraph()
                end = _end_of_code(lines, number, fence)
                yield self._keep("\n".join(lines[number:end]))
            elif (until := self._behind_html(lines, number)) > number:
                yield from self._end_paragraph()
                yield from lines[number:until]
                end = until
            else:
                self._paragraph.append(line)
            self._at += sum(len(passed) + 1 for passed in lines[number:end])
            behind_blank = not self._paragraph
            number = end
        yield from self._end_paragraph()

    def _behind_html(self, lines: list[str], number: int) -> int:
        """Find the line behind a block of HTML that begins here; `number` itself where there is none."""
        tag = _BLOCK_TAG.match(lines[number])
        if tag and self._never_closed_is_text and _hides_the_rest(tag[1].lower(), self._closed):
            return number
        return _end_of_html(lines, number, interrupts=bool(self._paragraph))

    def _end_paragraph(self) -> Iterator[str]:
        if self._paragraph:
            yield "".join(self._inline("\n".join(self._paragraph)))
            self._paragraph = []

    def _inline(self, text: str) -> Iterator[str]:
        """Escape what is no tag, and keep code."""
        ends = _code_ends(text)
        last = {"!": text.rfind("-->"), "?": text.rfind("?>")}  # nobody need look for another behind it
        done = 0
        while found := _SPECIAL.search(text, done):
            yield text[done : found.start()]
            sign, done = found[0], found.end()
            if sign[0] == "`" and (end := ends.get(found.start())):
                yield self._keep(text[found.start() : end])
                done = end
            elif (
                sign == "<"
                and found.start() < last.get(text[done : done + 1], len(text))
                and (tag := _TAG.match(text, found.start()))
                and self._is_markup(tag)
                and not (self._swallows(tag) and self._never_closed_is_text)
            ):
                if self._swallows(tag):
                    return
                yield tag[0]
                done = tag.end()
            elif sign == "<" and text.startswith("<!--", found.start()) and self._last_comment_end >= self._at:
                yield sign
            else:
                yield sign.replace("&", "&amp;").replace("<", "&lt;")
        yield text[done:]

    def _is_markup(self, tag: re.Match[str]) -> bool:
        """Whether this is more than words in angle brackets, such as the parameter of a type."""
        return not tag["name"] or tag["name"].lower() in _KNOWN or bool(tag["attributes"])

    def _swallows(self, tag: re.Match[str]) -> bool:
        """Whether this would hide all the rest, for want of an end. It hides its paragraph."""
        name = (tag["name"] or "").lower()
        is_bare = not tag["end"] and not tag["attributes"]
        return is_bare and _hides_the_rest(name, self._closed)


def _end_of_code(lines: list[str], number: int, fence: re.Match[str]) -> int:
    """Find the line behind a block of code whose first line is `number`."""
    before, sign, length = fence["before"], fence["fence"][0], len(fence["fence"])
    closing = re.compile(rf"[ \t>]*+{sign}{{{length},}}[ \t]*$")
    near = re.compile(rf" {{0,3}}{sign}")
    nested = before.strip() != "" or before != before[:_INDENTED]
    for end in range(number + 1, len(lines)):
        line = lines[end]
        if ">" in before and not line.lstrip().startswith(">"):
            return end
        if nested and ">" not in before and line[:1].strip():  # what is not indented ends the item
            return end + 1 if closing.match(line) and not before.strip() else end
        if closing.match(line) and (nested or near.match(line)):
            return end + 1
    return len(lines)


def _end_of_html(lines: list[str], number: int, *, interrupts: bool) -> int:
    """Find the line behind a block of HTML whose first line is `number`; `number` itself where there is none."""
    line = lines[number]
    if literal := _LITERAL_BLOCK.match(line):
        sign = (literal["sign"] or "").lower()
        end = _RAW_END if literal["raw"] else re.compile(re.escape(_ENDS.get(sign, ">")))
        start = literal.end()
        for last in range(number, len(lines)):
            if end.search(lines[last], start if last == number else 0):
                return last + 1
        return len(lines)
    tag = _BLOCK_TAG.match(line)
    is_block = tag is not None and tag[1].lower() in _BLOCK_NAMES
    if not is_block and (interrupts or not _TAG_ALONE.match(line)):
        return number
    return next((last for last in range(number, len(lines)) if not lines[last].strip(" \t>")), len(lines))


def _hides_the_rest(name: str, closed: frozenset[str]) -> bool:
    return name in NEVER_SHOWN - _EMPTY and name not in closed


def _code_ends(text: str) -> dict[int, int]:
    """Find where code begins and where it ends: at the next run of as many backticks."""
    runs = [(found.start(), found.end()) for found in re.finditer("`+", text)]
    next_of: dict[int, int] = {}
    ends: dict[int, int] = {}
    for start, end in reversed(runs):
        length = end - start
        if length in next_of:
            ends[start] = next_of[length]
        next_of[length] = end
    return ends
