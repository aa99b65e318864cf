"""JSON that somebody else wrote, read without trusting its shape. Pure; what it means is said where it is used."""

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pydantic_core import from_json

Json = dict[str, Any]

_DEEPEST = 16
"""How deep something may be nested that goes back to where it came from."""
_MOST_PARTS = 1_200_000
"""Brackets of one text, its strings included. Many more lists, all empty, take a second in which nothing else runs."""
_MOST_TOKENS = 10**12
_MOST_USD = 1_000_000
"""Beyond these a figure is nonsense, which no sum should meet: unknown is better."""


def parsed(written: str | bytes) -> object:
    """Decode JSON. Raises ValueError for what is none or has too many parts, RecursionError for what is too deep."""
    if len(written) > _MOST_PARTS and _opened(written) > _MOST_PARTS:
        raise ValueError("too many parts")
    try:
        return from_json(written, cache_strings="keys")  # in a third of json's time
    except ValueError:
        return json.loads(written)  # it also takes half a surrogate pair, the other half of which may come next


def _opened(written: str | bytes) -> int:
    if isinstance(written, str):
        return written.count("[") + written.count("{")
    return written.count(b"[") + written.count(b"{")


def mapping(value: object) -> Json:
    """Give back an object as it is, and an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Give back a list as it is, and an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text(value: object) -> str:
    """Give back a text as it is, and an empty one for anything else."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Read a count of tokens; None for what is none, or nonsense."""
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None  # True and False are none


def money(value: object) -> Decimal | None:
    """Read an amount in USD, exactly as it is written; None for what is none, or nonsense."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and 0 <= amount <= _MOST_USD else None


def joined(parts: Iterable[str]) -> str:
    """Join the pieces of a text. A character whose halves came in two of them is whole again."""
    whole = "".join(parts)
    return whole if whole.isascii() else whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_shallow(value: object, depth: int = _DEEPEST) -> bool:
    """Tell whether a value can be written again, wherever that happens: JSON is written as deep as it is nested."""
    if isinstance(value, dict):
        value = list(cast("Json", value).values())
    inner = items(value)
    return not inner or (depth > 0 and all(is_shallow(part, depth - 1) for part in inner))
