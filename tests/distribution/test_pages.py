"""What pages say of keys, defaults and costs is what the code says, and a key without a word for people is found."""

import re

import pytest

from distribution.pages.configuration import documented, fields, reference
from distribution.pages.costs import cost, shipped
from distribution.pages.meanings import words
from distribution.pages.takes import default, takes
from distribution.project import ROOT
from fusion_mcp.config import Limits
from fusion_mcp.presets.schema import PanelMember, Role


@pytest.mark.parametrize("model", documented(), ids=lambda model: model.__name__)
def test_every_key_has_a_meaning_and_nothing_else_has(model: type) -> None:
    assert set(words()[model.__name__]) == set(fields(model))


def test_one_table_is_enough_for_seats_and_other_roles() -> None:
    assert set(Role.model_fields) < set(PanelMember.model_fields)


def test_every_variable_of_ours_that_the_code_names_is_in_the_reference() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "fusion_mcp").rglob("*.py"))
    named = set(re.findall(r"\bFUSION_MCP_[A-Z_]+\b", sources))
    assert named == {name for name in words()["environment"] if name.startswith("FUSION_MCP_")}
    assert all(f"| `{name}` |" in reference() for name in named)


def test_kinds_bounds_and_defaults_are_said_in_words() -> None:
    keys = Limits.model_json_schema()["properties"]
    assert takes(keys["max_cost_usd_per_run"]) == "number, above 0, at most 1,000,000"
    assert default(keys["max_cost_usd_per_run"], is_required=False) == "`2.00`"
    assert takes(keys["max_concurrent_runs_per_user"]) == "whole number, at least 1"
    assert default(keys["max_concurrent_runs_per_user"], is_required=False) == "–"


def test_no_shipped_preset_costs_more_than_its_limit_and_every_price_is_known() -> None:
    for preset in shipped():
        researched = cost(preset, 40_000)
        assert researched is not None
        assert researched <= (preset.max_cost_usd or 0)
