r"""What an answer states as its result: "ANSWER: x", "the answer is x", \boxed{x}. Pure; it compares nothing."""

import re

EMPHASIS = " \t*_`"
_HEAD = re.compile(
    r"(?:^[ \t>#*_`-]*+(?:\d+[.)][ \t]+)?|(?<=[.!?:]\s))[*_`]*+"
    r"(?:(?:so|thus|hence|therefore|actually|finally|overall|consequently|in conclusion)\b,?[ \t]+)?"
    r"(?:(?:the|my)[ \t]+)?(?:(?:final|correct|right|best)[ \t]+){0,2}(?:answer|option|choice)[ \t]*+"
    r"(?:[*_`]*+[ \t]*+(?:[:=\uff1a]|(?:is|would be|should be|must be)\b[ \t]*+:?)"
    r"|[*_`:]*+[ \t]*+$)"
    r"[ \t]*+(?:[*_`]++(?=\s))?\s*+",
    re.IGNORECASE | re.MULTILINE,
)
"""What stands before a stated result, in whatever emphasis; the result may stand on the next line."""
_TAGGED = re.compile(r"<answer>\s*+(.*?)\s*</answer>", re.IGNORECASE | re.DOTALL)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*+\{")
_BOLD = re.compile(r"(?:\*\*|__)([^*\n]+?)(?:\*\*|__)")
_BOLD_FIRST = re.compile(rf"{_BOLD.pattern}(?=\W*(?:$|(?:because(?! of)|since)\b))")
_LONGEST = 10_000
"""Characters of a result: what is longer is none, and need not be read."""
_MOST = 20
"""Statements that are looked at, from the last one on, until one says something."""
_HOPE = re.compile(r"[.!]?\s*+I hope it is correct\.?\s*+\Z", re.IGNORECASE)


def stated(answer: str) -> str:
    """Give the last result that an answer states outright; else its one bold part or its last line."""
    said = statement(answer)
    if said or _HEAD.search(answer):
        return said
    bold = {part.strip()[:_LONGEST] for part in _BOLD.findall(answer)}
    if len(bold) == 1 and not (part := bold.pop()).endswith(":"):
        return part
    return next(reversed(lines_of(answer)), "")


def statement(answer: str) -> str:
    """Give what is stated outright, the last where there are several, or nothing."""
    found = [(head.end(), _line_at(answer, head.end())) for head in _HEAD.finditer(answer)]
    found += [(box.end(), box[0] + answer[box.end() : box.end() + _LONGEST]) for box in _BOXED.finditer(answer)]
    found += [(tag.start(1), tag[1]) for tag in _TAGGED.finditer(answer)]
    return next((said for _, written in sorted(found, reverse=True)[:_MOST] if (said := _unwrapped(written))), "")


def boxed(text: str) -> str:
    r"""Give what stands in the last \boxed{} of a text that has something in it, or nothing."""
    boxes = (_braced(text, box.end()) for box in reversed([*_BOXED.finditer(text)][-_MOST:]))
    return next(filter(None, boxes), "")


def lines_of(answer: str) -> list[str]:
    """Give the lines without emphasis, none that is empty, and of one that is too long to be a result its beginning."""
    return [bare[:_LONGEST] for line in answer.splitlines() if (bare := line.strip(EMPHASIS))]


def _line_at(answer: str, start: int) -> str:
    return answer[start : start + _LONGEST].partition("\n")[0]


def _unwrapped(said: str) -> str:
    """Take a result out of the box or the emphasis that it stands in."""
    said = _HOPE.sub("", said)
    if box := _BOXED.search(said):
        return _braced(said, box.end())
    bold = _BOLD_FIRST.match(said.strip())
    return (bold[1] if bold else _BOLD.sub(r"\1", said)).strip(EMPHASIS)


def _braced(text: str, start: int) -> str:
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return text[start:at].strip()
    return ""
