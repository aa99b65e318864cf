"""Values as JSON text that is stored, and back. Pure.

What cannot be read back counts as not stored: another version of the program may have written it.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from fusion_mcp.cleaning import with_whole_characters

T = TypeVar("T")


def to_json(shape: TypeAdapter[Any], value: object) -> str:
    """Write a value. Half characters, which models write and no encoding has, are replaced."""
    try:
        return shape.serializer.to_json(value).decode()
    except PydanticSerializationError:
        return json.dumps(_whole(shape.dump_python(value)), default=str)


def from_json(shape: TypeAdapter[T], text: str | None) -> T | None:
    """Read a value; None where there is none, or none that can be read."""
    if text is None:
        return None
    try:
        return shape.validate_json(text)
    except ValidationError:  # whose own words would quote what is stored
        return None


def _whole(value: object) -> object:
    if isinstance(value, str):
        return with_whole_characters(value)
    if isinstance(value, Mapping):
        return {_whole(key): _whole(each) for key, each in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in cast("list[object] | tuple[object, ...]", value)]
    return value
