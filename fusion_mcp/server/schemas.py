"""Pydantic's JSON Schemas made small: a client's model reads them in every conversation. Pure.

What is dropped loosens a schema and never narrows it, so whatever the pydantic model lets through still validates.
"""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

Schema = dict[str, Any]

_NULL: Schema = {"type": "null"}
_REF = "#/$defs/"

_LONGEST_ENUM = 4
"""A longer closed set (the reasons) costs more tokens in a schema than it tells: its codes speak for themselves."""

_RECORDS = {"Usage", "Seconds", "CostLine", "Confidence", "Verification", "Source", "FailedModel"}
"""Shapes for programs, which know them from the documentation; left open, since a model has no use for them here."""


def input_schema(shape: type[BaseModel]) -> Schema:
    """Describe a tool's arguments: optional ones by their plain type, since leaving out says the same as null."""
    whole = shape.model_json_schema(mode="validation")
    del whole["description"]
    return _small(whole, whole.get("$defs", {}), keep={"description", "default", "required", "additionalProperties"})


def output_schema(shape: type[BaseModel]) -> Schema:
    """Describe a structured result with every definition in its place, since not every client follows `$ref`."""
    whole = shape.model_json_schema(mode="serialization")
    return _small(whole, whole.get("$defs", {}), keep=set())


def names_only(schema: Schema) -> Schema:
    """Keep the names of an object's fields, which a result has all of: for a schema that is told already."""
    return {"type": "object", "required": list(schema["properties"])}


def _small(node: Schema, shapes: Mapping[str, Schema], *, keep: set[str]) -> Schema:
    node = _resolved(node, shapes)
    if "anyOf" in node:
        choices = cast("list[Schema]", node["anyOf"])
        # Of a Decimal's number and text the number is left.
        chosen = _resolved(next(choice for choice in choices if choice != _NULL), shapes)
        if _NULL in choices and "default" not in keep:
            # A list of types would be shorter, but clients that know one type for each field cannot map it.
            return {"anyOf": [_small(chosen, shapes, keep=keep), _NULL]}
        node |= chosen
    small: Schema = {}
    for keyword, value in node.items():
        match keyword:
            case "properties":
                fields = cast("Mapping[str, Schema]", value)
                small[keyword] = {name: _small(field, shapes, keep=keep) for name, field in fields.items()}
            case "items":
                small[keyword] = _small(value, shapes, keep=keep)
            case "type" | "enum" | "minItems" | "maxItems" | "exclusiveMinimum":
                small[keyword] = value
            case _ if keyword in keep and value is not None:
                small[keyword] = value
            case _:
                pass
    if len(small.get("enum", ())) > _LONGEST_ENUM:
        del small["enum"]
    return small


def _resolved(node: Schema, shapes: Mapping[str, Schema]) -> Schema:
    if "$ref" not in node:
        return node
    name = cast("str", node["$ref"]).removeprefix(_REF)
    return {"type": "object"} if name in _RECORDS else shapes[name]
