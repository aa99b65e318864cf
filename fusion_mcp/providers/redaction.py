"""Keeps a provider's key out of what is made of its replies, should it repeat one. Pure.

What a provider says of a refusal is shown to people, and so is searched for whatever looks like a key.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, cast
from urllib.parse import quote

_KEY_SHOWN = "[key]"
_SURELY = 20
_AT_LEAST = 8
"""Characters of a key that is one. Servers of one's own get words such as "ollama", which an answer may well use."""
_MAX_MESSAGE = 300
_LIKE_A_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|AIza)[-_][\w*-]{6,}|\bAIza[\w-]{10,}|(?i:bearer)\s+[\w.~+/*-]{8,}"
    r"|(?<![\w.-])[\w.-]*+\*{3,}[\w*.-]*"  # a key with its middle starred out still shows its ends
)

T = TypeVar("T")


@lru_cache(maxsize=64)
def _spellings(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Give the keys worth looking for, each as it is and as JSON or an address would have it."""
    found: dict[str, None] = {}
    for secret in secrets:
        if len(secret) >= _SURELY or (len(secret) >= _AT_LEAST and any(char.isdigit() for char in secret)):
            in_json = json.dumps(secret)[1:-1]
            found |= dict.fromkeys((secret, in_json, in_json.replace("/", "\\/"), quote(secret, safe="")))
    return tuple(found)


def without_keys(value: T, secrets: Collection[str]) -> T:
    """Take keys out of every text in a value: one made of JSON, tuples and dataclasses, of no great depth."""
    known = _spellings(tuple(secrets))
    return cast("T", _without(value, known)) if known else value


def _without(value: Any, known: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        for key in known:
            value = value.replace(key, _KEY_SHOWN)
        return value
    if value and isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return {_without(name, known): _without(inner, known) for name, inner in pairs}
    if isinstance(value, list):
        return [_without(inner, known) for inner in cast("list[Any]", value)]
    if isinstance(value, tuple):
        return tuple(_without(inner, known) for inner in cast("tuple[Any, ...]", value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = vars(value)
        changed = {name: kept for name, part in parts.items() if (kept := _without(part, known)) is not part}
        return replace(value, **changed) if changed else value
    return value


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Take known keys, and whatever looks like one, out of a text that will be shown."""
    for secret in secrets:
        text = text.replace(secret, _KEY_SHOWN)
    return _LIKE_A_KEY.sub(_KEY_SHOWN, text)


def shown(text: str, secrets: Collection[str] = ()) -> str:
    """A provider's words as they may be shown: without keys, and cut only then, so that no half of one is left."""
    words = " ".join(redact(text, secrets).split())
    return words if len(words) <= _MAX_MESSAGE else words[:_MAX_MESSAGE].rstrip() + " …"


class Telling:
    """Tells a reply's words as they come, without keys, also where a key comes in several pieces.

    Only the end of a piece that may be the beginning of a key is held back, until the next one shows which it is.
    """

    def __init__(self, on_text: Callable[[str], None] | None, secrets: Collection[str]) -> None:
        """`on_text` is told every piece that is not empty; None where nobody listens."""
        self._on_text = on_text
        self._known = _spellings(tuple(secrets))
        self._held = ""

    def say(self, piece: str) -> None:
        """Tell a piece, as far as it is sure to be no part of a key."""
        if self._on_text is None:
            return
        if self._known:
            piece = cast("str", _without(self._held + piece, self._known))
            self._held = max((_beginning(piece, key) for key in self._known), key=len)
            piece = piece.removesuffix(self._held)
        if piece:
            self._on_text(piece)

    def end(self) -> None:
        """Tell what was held back: no more comes, so it was no key."""
        held, self._held = self._held, ""
        if held and self._on_text is not None:
            self._on_text(held)


def _beginning(text: str, key: str) -> str:
    """Give the longest end of `text` with which `key` begins, short of the whole key."""
    start = text.find(key[0], max(0, len(text) - len(key) + 1))
    while start >= 0:
        if key.startswith(text[start:]):
            return text[start:]
        start = text.find(key[0], start + 1)
    return ""
