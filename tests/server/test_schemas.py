"""The tools' definitions as they are built: small, stable, and true of what is taken and returned."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from fusion_mcp.request import Ask, Compare
from fusion_mcp.result import FusionResult
from fusion_mcp.server.schemas import input_schema, output_schema
from fusion_mcp.server.tools import definitions
from scripted.results import a_bare_result, a_full_result

FULL = a_full_result(reused="joined")
EMPTY = a_bare_result(kind="compare", status="running")


@pytest.mark.parametrize("result", [FULL, EMPTY], ids=["full", "empty"])
def test_every_result_fits_the_output_schemas(result: FusionResult) -> None:
    for tool in definitions(["a"], "auto"):
        assert tool.output_schema is not None
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        jsonschema.validate(result.model_dump(mode="json"), tool.output_schema)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("answer", 3), ("status", "fine"), ("reused", "again"), ("analysis", []), ("responses", {}), ("warnings", None)],
)
def test_what_is_no_result_does_not_fit(field: str, wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(FULL.model_dump(mode="json") | {field: wrong}, output_schema(FusionResult))


def test_the_output_schemas_name_every_field_of_a_result() -> None:
    ask, *others = (tool.output_schema or {} for tool in definitions([], "auto"))
    assert set(ask["properties"]) == set(FusionResult.model_fields)
    for schema in others:
        assert schema["required"] == list(FusionResult.model_fields)


def test_every_field_has_one_type_for_clients_that_know_no_more() -> None:
    for tool in definitions(["budget"], "auto"):
        for schema in (tool.input_schema, tool.output_schema or {}):
            for field in fields_within(schema):
                assert isinstance(field["type"], str)


def fields_within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through a schema and all that lies in it, choices each by itself."""
    if "anyOf" in schema:
        assert set(schema) == {"anyOf"}
    else:
        yield schema
    inner = [
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *([schema["items"]] if "items" in schema else ()),
    ]
    for each in inner:
        yield from fields_within(each)


@pytest.mark.parametrize(("shape", "tool"), [(Ask, 0), (Compare, 1)])
def test_the_input_schema_names_every_argument_and_requires_the_question_only(shape: type[Ask], tool: int) -> None:
    schema = definitions(["budget"], "auto")[tool].input_schema
    assert set(schema["properties"]) == set(shape.model_fields)
    assert schema["required"] == ["question"]
    assert schema["additionalProperties"] is False
    assert all("anyOf" not in field and "title" not in field for field in schema["properties"].values())


def test_arguments_have_plain_types() -> None:
    fields: dict[str, dict[str, Any]] = input_schema(Compare)["properties"]
    types = {name: field["type"] for name, field in fields.items()}
    assert types == {
        "question": "string",
        "context": "string",
        "preset": "string",
        "max_cost_usd": "number",
        "deadline_s": "number",
        "web": "boolean",
        "detail": "string",
        "models": "array",
    }
    assert fields["models"]["items"] == {"type": "string"}


def test_a_run_is_fetched_by_its_id() -> None:
    schema = definitions([], "auto")[2].input_schema
    assert schema["required"] == ["run_id"]
    assert schema["additionalProperties"] is False
    assert {name: field["type"] for name, field in schema["properties"].items()} == {
        "run_id": "string",
        "wait_s": "number",
        "detail": "string",
        "cancel": "boolean",
    }


def test_presets_are_named_in_one_order_whatever_order_they_come_in() -> None:
    one, other = definitions(["b", "a", "b"], "auto"), definitions(["auto", "a", "b"], "auto")
    assert one == other
    for tool in one[:2]:
        preset = tool.input_schema["properties"]["preset"]
        assert (preset["enum"], preset["default"]) == (["a", "auto", "b"], "auto")


@pytest.mark.parametrize("names", [[f"preset-{number}" for number in range(70)], ["x" * 60] * 1 + ["y" * 900]])
def test_names_that_are_too_many_or_too_long_are_listed_in_part(names: list[str]) -> None:
    for tool in definitions(names, "auto")[:2]:
        preset = tool.input_schema["properties"]["preset"]
        assert "enum" not in preset
        assert f"One of {len(names) + 1}, such as auto, " in preset["description"]


def test_the_list_stays_small_even_with_many_presets() -> None:
    many = [f"panel-{number:02}" for number in range(200)]
    for names in many[:12], many[:60], many:
        assert characters(names) / 4 < 2000


def test_the_usual_list_fits_three_tools() -> None:
    names = ["auto", "budget", "embedded", "fast", "local", "open-weights", "premium", "quality", "self"]
    names.append("subscriptions")
    aliases = ["general-high", "general-budget", "general-fast"]
    assert characters([*names, *aliases]) / 4 < 1600


def characters(names: list[str]) -> int:
    tools = definitions(names, "auto")
    return len(json.dumps([tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in tools]))


def test_descriptions_say_when_not_to_use_a_tool_and_hints_are_true() -> None:
    *asking, fetching = definitions([], "auto")
    assert "NOT for new questions" in (fetching.description or "")
    assert fetching.title
    ends = fetching.annotations
    assert ends is not None
    assert (ends.read_only_hint, ends.destructive_hint) == (False, False)
    assert (ends.idempotent_hint, ends.open_world_hint) == (True, True)
    for tool in asking:
        assert "NOT for short chat" in (tool.description or "")
        assert tool.title
        hints = tool.annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint) == (True, False)
        assert (hints.idempotent_hint, hints.open_world_hint) == (False, True)
