"""What a change does, for a person to look at: a unified diff that shows no value of anybody else's. Pure."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from fusion_mcp.cleaning import clean
from fusion_mcp.cli.install.documents import Dialect
from fusion_mcp.cli.install.words import REFERENCE, Span, Wanted, spliced

_AROUND = 3
_LONGEST = 300
_VEIL = "…"
_ENDS = re.compile(r"\r\n|\n|\r")
_HUNK = re.compile(r"@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")
_KEY = re.compile(
    r"\b(?:sk|pk|rk|gh[opsu]|github_pat|glpat|xox[a-z]|gsk|hf|AIza|AKIA|Bearer)[-_ ]?[A-Za-z0-9._~+/-]{12,}={0,2}"
    r"|(?i:(?<=key=)|(?<=token=)|(?<=secret=)|(?<=password=))[^\s\"'&]{4,}"
)

_COMMENT = re.compile(r"\s*(?://|#|/\*|\*)")
_VALUE = re.compile(r"(?<=[:=]).+")


def difference(before: str, after: str, name: str, dialect: Dialect, wanted: Wanted) -> str:
    """Draw the change. Values of other entries are veiled, and so is whatever looks like a key."""
    old, new = (_lines(veiled(text, dialect, wanted)) for text in (before, after))
    start, end = _same(old, new), _same(old[::-1], new[::-1])
    start = max(start - _AROUND, 0)
    end = max(min(end, len(old) - start, len(new) - start) - _AROUND, 0)
    drawn = difflib.unified_diff(old[start : len(old) - end], new[start : len(new) - end], name, name, lineterm="")
    return "\n".join(_shortened([_moved(line, start) for line in drawn]))


def veiled(text: str, dialect: Dialect, wanted: Wanted) -> str:
    """Put an ellipsis in the place of every string that is not ours."""
    if not text.strip():
        return text
    ours = set(_words(wanted.entry)) | {word for each in wanted.inputs for word in _words(each)}
    shown = dialect.shown(text, wanted)
    return spliced(
        text,
        [
            (start + 1, end - 1, _VEIL + "\n" * text.count("\n", start, end))
            for start, end in dialect.strings(text)
            if end - start > 2 and not _may_be_seen(text, (start, end), shown, ours)  # noqa: PLR2004 its quotes
        ],
    )


def _may_be_seen(text: str, span: Span, shown: Sequence[Span], ours: set[str]) -> bool:
    start, end = span
    inner = text[start + 1 : end - 1]
    return (
        inner in ours
        or bool(REFERENCE.fullmatch(inner))
        or (any(first <= start and end <= last for first, last in shown) and not _KEY.search(inner))
    )


def _words(value: Any) -> Iterator[str]:
    """Give the strings within a value, as they are written."""
    if isinstance(value, dict):
        for each in cast("dict[str, Any]", value).values():
            yield from _words(each)
    elif isinstance(value, list | tuple):
        for each in cast("list[Any]", value):
            yield from _words(each)
    elif isinstance(value, str):
        yield value.replace("\\", "\\\\").replace('"', '\\"')


def _lines(text: str) -> list[str]:
    lines = [_KEY.sub(_VEIL, _uncommented(clean(line))) for line in _ENDS.split(text)]
    return lines if lines[-1] else lines[:-1]


def _uncommented(line: str) -> str:
    """Veil the values in a line that is a comment: somebody has switched them off there, a key perhaps."""
    return _VALUE.sub(_VEIL, line) if _COMMENT.match(line) else line


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the lines in which two texts begin alike."""
    return next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new))
    )


def _moved(line: str, by: int) -> str:
    found = _HUNK.match(line)
    if found is None:
        return line
    first, second = int(found[1]) + by, int(found[3]) + by
    return f"@@ -{first}{found[2] or ''} +{second}{found[4] or ''} @@"


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    """Cut long lines to where they differ from the one that they replace."""
    removed = next((line[1:] for line in lines[2:] if line.startswith("-")), "")
    added = next((line[1:] for line in lines[2:] if line.startswith("+")), "")
    at = max(_same(removed, added) - _LONGEST // 3, 0)
    for line in lines:
        if len(line) <= _LONGEST:
            yield line
            continue
        piece = line[1:][at : at + 2 * _LONGEST]
        yield f"{line[0]}{_VEIL if at else ''}{piece}{_VEIL if at + 2 * _LONGEST < len(line) - 1 else ''}"
