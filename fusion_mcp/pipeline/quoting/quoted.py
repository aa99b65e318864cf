"""Words between quotation marks, of every kind that is usual, and the code among which none are. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

_LONGEST = 6_000
_BREAK = r"\n(?![ \t]*+\n)"
_NEXT_PARAGRAPH = r"(?=\n[ \t]*+\n\s{{0,3}}{})"
"""Who quotes several paragraphs opens each of them and closes the last."""


def _between(opening: str, sign: str, closing: str) -> str:
    """Match what begins with `opening` and ends with `closing`; every `sign` is a pattern that neither can be part of.

    It may go over the end of one paragraph.
    """
    words = rf"(?:{sign}|{_BREAK}){{1,{_LONGEST}}}+"
    return rf"{opening}({words}(?:\n[ \t]*+\n{words})?+){closing}"


# Each of these begins with its sign as it is: so the rest of the text is passed over fast.
_QUOTED = re.compile(
    "|".join(
        _between(*each)
        for each in (
            ("\u201c", r"[^\u201c\u201d\n]", "\u201d"),
            ("\u201c", r"[^\u201c\u201d\"\n]", '"'),
            ("\u201c", r"[^\u201c\u201d\n]", _NEXT_PARAGRAPH.format("\u201c")),
            ("\u201e", r"[^\u201c\u201d\u201e\n]", "[\u201c\u201d]"),
            ("\u201e", r"[^\u201c\u201d\u201e\"\n]", '"'),
            ("\u00ab", r"[^\u00ab\u00bb\n]", "\u00bb"),
            ("\u00bb", r"[^\u00ab\u00bb\n]", "\u00ab"),
            ("\u2039", r"[^\u2039\u203a\n]", "\u203a"),
            ("\u203a", r"[^\u2039\u203a\n]", "\u2039"),
            ("\u300c", r"[^\u300c\u300d\n]", "\u300d"),
            ("\u300e", r"[^\u300e\u300f\n]", "\u300f"),
            ("\uff02", r"[^\uff02\n]", "\uff02"),
            # The typographic apostrophe is the same sign as a closing single quotation mark.
            (r"\u2018(?<!\w\u2018)(?=\S)", r"(?:[^\u2018\u2019\n]|(?<=\w)\u2019(?=\w))", r"\u2019(?!\w)"),
            (r"\u201a(?<!\w\u201a)(?=\S)", r"(?:[^\u2018\u2019\u201a\n]|(?<=\w)\u2019(?=\w))", r"[\u2018\u2019](?!\w)"),
            # Answers have HTML in them, as it was in a page or a search result.
            (r"&(?:quot|#34);", r"(?:[^&\n]|&(?!quot;|#34;))", r"&(?:quot|#34);"),
            (r"&ldquo;", r"(?:[^&\n]|&(?![lr]dquo;))", r"&rdquo;"),
            (r"&laquo;", r"(?:[^&\n]|&(?![lr]aquo;))", r"&raquo;"),
            (r"<[qQ](?:\s[^<>]{0,2000}+)?>", r"(?:[^<\n]|<(?!/?[qQ]\b))", r"</[qQ]\s{0,9}>"),
            # A straight one behind a letter or a figure opens nothing: it may be an inch.
            (r'"(?<![\w"]")(?=\S)', r"[^\"\u201c\u201d\n]", "\u201d"),
            (r'"(?<![\w"]")(?=\S)', r"[^\"\n]", r'(?<=\S)"(?![^\W\u2070\u00b9\u00b2\u00b3\u2074-\u2079])'),
            (r'"(?<![\w"]")(?=\S)', r"[^\"\n]", _NEXT_PARAGRAPH.format('"')),
        )
    )
)
SIGN = r"[\"&<\u00ab\u00bb\u2018\u201a\u201c\u201e\u2039\u203a\u300c\u300e\uff02]"
"""A pattern of which something stands in every text that has quotation marks."""
_TICKS = re.compile(r"`++")


def quoted(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Find the quotations in a piece of a text: where they begin and end with their marks, and their words."""
    code = _code(text, start, end)
    for found in _QUOTED.finditer(text, start, end):
        if not _is_inside(found.start(), code):
            yield *found.span(), next(words for words in found.groups() if words is not None)


def _code(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where code stands within a paragraph: between two runs of backticks of one length."""
    runs = [run.span() for run in _TICKS.finditer(text, start, end)]
    closing: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        partner[index] = closing.get(length)
        closing[length] = index
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(runs):
        last = partner[index]
        if last is not None:
            spans.append((runs[index][0], runs[last][1]))
        index = index + 1 if last is None else last + 1
    return spans


def _is_inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies within one of these spans, which are in order and apart."""
    index = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return index >= 0 and at < spans[index][1]
