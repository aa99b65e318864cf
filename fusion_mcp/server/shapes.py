"""What each tool takes and returns, as shapes and as the schemas that a client is shown."""

from typing import Any

from pydantic import BaseModel

from fusion_mcp.request import Ask, Compare, Fetch
from fusion_mcp.result import FusionResult
from fusion_mcp.server.schemas import Schema, input_schema, names_only, output_schema
from fusion_mcp.server.tools import ASK, COMPARE, RESULT

SHAPES: dict[str, type[BaseModel]] = {ASK: Ask, COMPARE: Compare, RESULT: Fetch}
"""What each tool takes."""


def schemas() -> dict[str, dict[str, Schema]]:
    """Give each tool's input and output; `schemas.json` has the same, so that no start has to wait for it."""
    ask, result = input_schema(Ask), output_schema(FusionResult)
    named = names_only(result)
    return {
        ASK: {"input": ask, "output": result},
        COMPARE: {"input": _without_shared_descriptions(input_schema(Compare), ask), "output": named},
        RESULT: {"input": input_schema(Fetch), "output": named},
    }


def _without_shared_descriptions(schema: Schema, described: Schema) -> Schema:
    shared: dict[str, Any] = described["properties"]
    fields: dict[str, Schema] = schema["properties"]
    own = {name: _bare(field) if name in shared else field for name, field in fields.items()}
    return schema | {"properties": own}


def _bare(field: Schema) -> Schema:
    return {keyword: value for keyword, value in field.items() if keyword != "description"}
