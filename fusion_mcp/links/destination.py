"""Where a link leads, however its address is spelled: with entities, backslashes, percent signs, line breaks.

Reads as a browser does (https://url.spec.whatwg.org/), which mends what it can.
"""

import html
import re
from urllib.parse import unquote

LONGEST = 4000
"""How long an address may be to be compared with the known ones; a longer one is unknown."""

_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,12}+;?|#\d{1,12}+;?|[A-Za-z][A-Za-z0-9]{1,31}+;)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # Markdown's: a backslash before any ASCII punctuation
_BREAKS = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(0x21))) + "\x7f"

# `name::` is no scheme: C++ and Rust write it where Markdown sees a destination.
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*+:(?!:)|[/\\]{2,}+[^\s/\\]|www\.\w", re.IGNORECASE)
_DANGEROUS = re.compile(r"(?:https?|ftps?|javascript|vbscript|data|file|blob|about):(?!:)|[/\\]{2,}+\S", re.IGNORECASE)

_TWICE = 2
"""How often an address may be wrapped and still be seen through."""


def decoded(raw: str) -> str:
    """Read an address as the one who follows it does."""
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), raw) if "&" in raw else raw
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return _BREAKS.sub("", text.strip(_EDGES))


def absolute(raw: str) -> str | None:
    """Give the address of a destination, decoded, or None where it leads to a place nearby, as `docs/a.md` does."""
    url = decoded(raw)
    return url if any(_ABSOLUTE.match(form) or "://" in form for form in _forms(url)) else None


def dangerous(raw: str) -> str | None:
    """Like `absolute`, for what is no proper link: only what nobody means to be anything else."""
    url = decoded(raw)
    return url if any(_DANGEROUS.match(form) or "://" in form for form in _forms(url)) else None


def _forms(url: str) -> tuple[str, ...]:
    """The address, and what it becomes where somebody decodes it again."""
    forms = [url]
    for _ in range(_TWICE):
        forms.append(unquote(decoded(forms[-1])).strip(_EDGES))
    return tuple(dict.fromkeys(forms))
