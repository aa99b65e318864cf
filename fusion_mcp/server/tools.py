"""The tools as a client lists them: names, descriptions, schemas. What a call does lives in `call`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp.types import Tool, ToolAnnotations

ASK = "fusion_ask"
COMPARE = "fusion_compare"
RESULT = "fusion_result"

Schema = dict[str, Any]

_SCHEMAS = Path(__file__).with_name("schemas.json")
"""Written from `shapes` by `python3 scripts/bundle.py --write`: to make them takes a client's start 20 ms."""

_NOT_FOR = (
    "NOT for short chat, code that tests can judge, bulk work, questions with one checkable answer or anything urgent: "
    "it takes a minute or more and pays for several model calls."
)
_ASK_DESCRIPTION = (
    "Puts a question to a panel of models, has a judge compare their answers, and returns one answer with "
    "its consensus, contradictions and blind spots. For research, hard decisions, plans, reviews and "
    f"contested facts, where one model's word is not enough. {_NOT_FOR}"
)
_COMPARE_DESCRIPTION = (
    f"The panel and judge of {ASK} without the final answer: each model's own answer and the analysis. "
    "Arguments as there. NOT for short chat, code that tests can judge, bulk or urgent work."
)
_RESULT_DESCRIPTION = (
    "The answer of a run that came back with status running: waits for it; may be called again. NOT for new questions."
)

# Read-only, although the person pays for the calls: a call changes nothing in the client's world, and the person's own
# limits bound the bill. Hosts ask before every call of a tool that is not read-only, which a question does not need.
_HINTS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=False, open_world_hint=True)

# It may end a run: what that has finished is kept, and asking again goes on from there.
_RESULT_HINTS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True
)

_MOST_ENUM_NAMES = 64
_MOST_LISTED_NAMES = 40
_MOST_NAME_CHARACTERS = 800
"""All preset names together: the whole list of tools has to stay small in a client's context."""


def definitions(presets: Sequence[str], default_preset: str) -> list[Tool]:
    """Describe the tools, in an order that never changes, with the names of the presets that can be used."""
    names = sorted({*presets, default_preset})
    schemas: dict[str, dict[str, Schema]] = json.loads(_SCHEMAS.read_text(encoding="utf-8"))
    ask, compare, result = schemas[ASK], schemas[COMPARE], schemas[RESULT]
    return [
        Tool(
            name=ASK,
            title="Ask a panel of models",
            description=_ASK_DESCRIPTION,
            input_schema=_with_presets(ask["input"], names, default_preset),
            output_schema=ask["output"],
            annotations=_HINTS,
        ),
        Tool(
            name=COMPARE,
            title="Compare models",
            description=_COMPARE_DESCRIPTION,
            input_schema=_with_presets(compare["input"], names, default_preset),
            output_schema=compare["output"],
            annotations=_HINTS,
        ),
        Tool(
            name=RESULT,
            title="Result of a run",
            description=_RESULT_DESCRIPTION,
            input_schema=result["input"],
            output_schema=result["output"],
            annotations=_RESULT_HINTS,
        ),
    ]


def _with_presets(schema: Schema, names: Sequence[str], default_preset: str) -> Schema:
    fields: dict[str, Schema] = schema["properties"]
    preset: Schema = fields["preset"] | {"default": default_preset}
    if len(names) <= _MOST_ENUM_NAMES and sum(map(len, names)) <= _MOST_NAME_CHARACTERS:
        preset["enum"] = list(names)
    else:
        preset["description"] = f"One of {len(names)}, such as {', '.join(_first(names))}."
    return schema | {"properties": fields | {"preset": preset}}


def _first(names: Sequence[str]) -> list[str]:
    listed: list[str] = []
    for name in names[:_MOST_LISTED_NAMES]:
        if sum(map(len, listed)) + len(name) > _MOST_NAME_CHARACTERS:
            break
        listed.append(name)
    return listed
