"""The presets that come with the program: all readable, all names current, and chosen in the promised order."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from genai_prices.data import providers as priced_providers

from fusion_mcp import guard
from fusion_mcp.errors import Refused
from fusion_mcp.presets.library import PresetLibrary
from fusion_mcp.presets.resolve import Facts, resolve
from fusion_mcp.presets.schema import AnyPreset, OpenPreset, Preset
from fusion_mcp.settings import shipped_presets
from fusion_mcp.types import ModelRef

PRICED: Mapping[str, str] = {
    "openrouter": "openrouter",
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "deepseek": "deepseek",
    "moonshot": "moonshotai",
    "xai": "x-ai",
    "mistral": "mistral",
    "groq": "groq",
    "together": "together",
    "fireworks": "fireworks",
}
KEYLESS = ("ollama", "lmstudio", "vllm", "llamacpp", "local", "claude-code", "codex")
NAMES = ["auto", "budget", "embedded", "fast", "local", "open-weights", "premium", "quality", "self", "subscriptions"]

LIBRARY = PresetLibrary(
    shipped_presets(), Path("no-such-folder"), providers=(*PRICED, *KEYLESS), is_fusion=guard.is_fusion
)


def references(preset: AnyPreset) -> Iterator[ModelRef]:
    if isinstance(preset, OpenPreset):
        for choice in preset.choose:
            yield from choice.seats
        return
    for role in preset.roles:
        yield role.model
        yield from role.fallbacks


def remote_references() -> list[str]:
    found = {str(model) for name in NAMES for model in references(LIBRARY.get(name)) if model.provider in PRICED}
    return sorted(found)


def chosen(facts: Facts) -> tuple[Preset, str]:
    return resolve(LIBRARY.get("auto"), LIBRARY.get, facts)


def test_exactly_the_promised_presets_are_shipped_and_none_is_broken() -> None:
    assert LIBRARY.names() == NAMES
    assert len(LIBRARY.all()) == len(NAMES)


@pytest.mark.parametrize("reference", remote_references())
def test_every_remote_reference_is_known_to_the_price_library(reference: str) -> None:
    model = ModelRef.parse(reference)
    [provider] = [provider for provider in priced_providers if provider.id == PRICED[model.provider]]
    found = provider.find_model(model.model)
    assert found is not None
    assert not found.deprecated


@pytest.mark.parametrize(
    ("alias", "name"), [("general-high", "quality"), ("general-budget", "budget"), ("general-fast", "fast")]
)
def test_openrouters_names_are_aliases(alias: str, name: str) -> None:
    assert LIBRARY.get(alias).name == name


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_and_why_it_was_composed_so(name: str) -> None:
    preset = LIBRARY.get(name)
    assert preset.title != name
    assert 40 < len(preset.description) < 220
    assert 100 < len(preset.rationale) < 500
    assert preset.dated is not None
    assert preset.dated >= date(2026, 11, 22)


@pytest.mark.parametrize("name", NAMES)
def test_all_research_but_those_that_keep_everything_on_the_machine(name: str) -> None:
    preset = LIBRARY.get(name)
    expected = () if name in ("local", "embedded") else ("web_search", "web_fetch")
    assert (preset.tools, preset.max_tool_calls) == (expected, 8)
    assert isinstance(preset, OpenPreset) or all(member.tools is None for member in preset.panel)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("local", "embedded", "auto")])
def test_a_preset_that_costs_money_has_a_limit_and_a_judge_to_fall_back_on(name: str) -> None:
    preset = LIBRARY.get(name)
    assert isinstance(preset, Preset)
    assert preset.max_cost_usd is not None
    assert preset.judge.fallbacks


def test_self_is_one_model_judged_by_another_family() -> None:
    preset = LIBRARY.get("self")
    assert isinstance(preset, Preset)
    models = {member.model for member in preset.panel}
    assert len(preset.panel) == 3
    assert len(models) == 1
    assert models.pop().model.split("/")[0] != preset.judge.model.model.split("/")[0]


def test_auto_takes_budget_with_an_openrouter_key_whatever_else_is_there() -> None:
    everything = Facts(keys=frozenset((*PRICED, *KEYLESS)), servers={"ollama": ("q",)}, embedded=True)
    preset, why = chosen(everything)
    assert preset.name == "budget"
    assert why == "auto chose budget, since an OpenRouter key is set."


@pytest.mark.parametrize("provider", [provider for provider in PRICED if provider != "openrouter"])
def test_auto_has_a_current_model_for_every_direct_provider(provider: str) -> None:
    preset, why = chosen(Facts(keys=frozenset({provider, *KEYLESS}), servers={"ollama": ("q",)}, embedded=True))
    assert [member.model.provider for member in preset.panel] == [provider, provider]
    assert preset.judge.model == preset.panel[0].model
    assert str(preset.judge.model) in why


def test_auto_seats_at_most_eight_of_the_direct_providers() -> None:
    preset, _ = chosen(Facts(keys=frozenset(PRICED) - {"openrouter"}, servers={}))
    assert len({member.model.provider for member in preset.panel}) == 8


def test_auto_prefers_a_running_server_to_the_embedded_model() -> None:
    servers = {"ollama": ("qwen3:8b", "nomic-embed-text:latest", "bge-reranker-v2")}
    preset, _ = chosen(Facts(keys=frozenset(KEYLESS), servers=servers, embedded=True))
    assert preset.name == "local"
    assert [str(member.model) for member in preset.panel] == ["ollama:qwen3:8b"] * 2


def test_auto_takes_the_embedded_model_last_and_then_names_every_way() -> None:
    assert chosen(Facts(keys=frozenset(KEYLESS), servers={}, embedded=True))[0].name == "embedded"
    with pytest.raises(Refused) as caught:
        _ = chosen(Facts(keys=frozenset(KEYLESS), servers={}))
    for way in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "Ollama", "LM Studio", "fusion-mcp pull"):
        assert way in caught.value.message
    assert len(str(caught.value)) <= 1000


def test_the_embedded_preset_uses_nothing_but_the_embedded_model() -> None:
    preset = LIBRARY.get("embedded")
    assert {model.provider for model in references(preset)} == {"local"}
    assert isinstance(preset, Preset)
    assert len({member.lens for member in preset.panel}) == 3
