"""What a key takes, and what holds without it, in words: read off the JSON Schema of the class that checks it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

ABSENT = "–"
"""What stands where nothing holds by default."""
_KINDS = {"boolean": "`true` or `false`", "integer": "whole number", "number": "number", "string": "text"}
_BOUNDS = {
    "exclusiveMinimum": "above {}",
    "gt": "above {}",
    "minimum": "at least {}",
    "ge": "at least {}",
    "maximum": "at most {}",
    "le": "at most {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "maxLength": "at most {} characters",
}


def takes(schema: Schema) -> str:
    """Say what may be written: the kind of value and its bounds, or the closed list."""
    branches: Sequence[Schema] = schema.get("anyOf", ())
    given = [branch for branch in branches if branch.get("type") != "null"]
    if given:
        return takes({**given[0], **{name: bound for name, bound in schema.items() if name in _BOUNDS}})
    if "enum" in schema:
        return ", ".join(f'`"{word}"`' for word in schema["enum"])
    return _bounded(_kind(schema), schema)


def default(schema: Schema, *, is_required: bool) -> str:
    """Say what holds where the key is left out."""
    if is_required:
        return "required"
    value = schema.get("default")
    if value is None or value in ("", {}) or isinstance(value, dict):
        return ABSENT
    if isinstance(value, str) and "enum" not in schema and "anyOf" in schema:
        return f"`{value}`"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{json.dumps(value)}`"


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_plural(schema['items'])}"
    if kind == "object" or "$ref" in schema:
        return "table"
    if schema.get("format") == "date":
        return "date"
    return _KINDS.get(str(kind), "`provider:model`")


def _plural(schema: Schema) -> str:
    if "$ref" in schema:
        return "tables"
    return "texts" if schema.get("type") == "string" and "enum" not in schema else takes(schema)


def _bounded(kind: str, schema: Schema) -> str:
    """Add the bounds; "above 0" makes "at least 0" superfluous."""
    named = {name: schema[name] for name in _BOUNDS if name in schema}
    if "gt" in named:
        named.pop("ge", None)
    return ", ".join([kind, *(_BOUNDS[name].format(f"{bound:,}") for name, bound in named.items())])
