"""A preset that depends on what is there."""

from collections.abc import Mapping

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import Refused
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.resolve import Facts, missing_keys, resolve
from fusion_mcp.presets.schema import AnyPreset, Preset
from fusion_mcp.types import ModelRef

PROVIDERS = ("openrouter", "openai", "mistral", "ollama", "lmstudio", "local")
TEXTS: Mapping[str, str] = {
    "cheap": '[[panel]]\nmodel = "openrouter:a"\n[judge]\nmodel = "openrouter:b"\n',
    "nearby": 'deadline_s = 600\ndiscover = ["ollama", "lmstudio"]\nskip = ["EMBED"]\notherwise = "Start one."\n',
    "checked": '[[panel]]\nmodel = "openrouter:a"\n[judge]\nmodel = "ollama:b"\n[verifier]\nmodel = "openai:v"\n'
    '[second_judge]\nmodel = "mistral:s"\n',
    "tiny": '[[panel]]\nmodel = "local:a"\n[judge]\nmodel = "local:a"\n',
    "pick": """
        max_cost_usd = 1
        [[choose]]
        key = "openrouter"
        preset = "cheap"
        because = "a key is set"
        otherwise = "set a key"
        [[choose]]
        seats = ["openai:o", "mistral:m"]
        because = "their keys are set"
        otherwise = "set another key"
        [[choose]]
        preset = "nearby"
        otherwise = "start a server"
        [[choose]]
        embedded = true
        preset = "tiny"
        otherwise = "pull a model"
        """,
}


def get_preset(name: str) -> AnyPreset:
    if name not in TEXTS:
        raise Refused("unknown_preset", f"there is no preset '{name}'.")
    return parse_preset(TEXTS[name], f"{name}.toml", PROVIDERS, guard.is_fusion)


def facts(*keys: str, embedded: bool = False, **servers: tuple[str, ...]) -> Facts:
    return Facts(keys=frozenset(keys), servers=servers, embedded=embedded)


def resolved(name: str, there: Facts) -> tuple[Preset, str]:
    return resolve(get_preset(name), get_preset, there)


def seats(preset: Preset) -> list[str]:
    return [str(member.model) for member in preset.panel]


def refusal_of(name: str, there: Facts) -> Refused:
    with pytest.raises(Refused) as caught:
        _ = resolved(name, there)
    return caught.value


def test_a_preset_that_names_its_models_stays_as_it_is() -> None:
    assert resolved("cheap", facts()) == (get_preset("cheap"), "")


def test_the_first_rule_that_holds_is_taken() -> None:
    preset, why = resolved("pick", facts("openrouter", "openai", embedded=True, ollama=("q",)))
    assert preset.name == "cheap"
    assert why == "pick chose cheap, since a key is set."


def test_every_provider_with_a_key_gets_one_seat_and_the_first_judges() -> None:
    preset, why = resolved("pick", facts("mistral", "openai", embedded=True, ollama=("q",)))
    assert seats(preset) == ["openai:o", "mistral:m"]
    assert preset.judge.model == preset.synthesizer.model == ModelRef("openai", "o")
    assert preset.judge.fallbacks == (ModelRef("mistral", "m"),)
    assert (preset.name, preset.max_cost_usd, preset.quorum) == ("pick", 1, 2)
    assert why == "pick seated openai:o, mistral:m, since their keys are set."


def test_a_single_provider_is_seated_twice() -> None:
    assert seats(resolved("pick", facts("mistral"))[0]) == ["mistral:m", "mistral:m"]


def test_without_keys_local_servers_are_asked() -> None:
    preset, why = resolved("pick", facts("ollama", embedded=True, ollama=("q",)))
    assert preset.name == "nearby"
    assert seats(preset) == ["ollama:q", "ollama:q"]
    assert preset.deadline_s == 600
    assert "ollama:q" in why


def test_without_servers_the_embedded_model_is_taken_where_it_is_there() -> None:
    assert resolved("pick", facts("ollama", embedded=True))[0].name == "tiny"


def test_with_nothing_at_all_every_way_is_named() -> None:
    refusal = refusal_of("pick", facts("ollama", "lmstudio"))
    assert refusal.reason == "unauthorized"
    assert "(1) set a key; (2) set another key; (3) start a server; (4) pull a model." in refusal.message


def test_local_models_are_up_to_three_different_chat_models() -> None:
    there = facts(ollama=("nomic-embed-text", "a:latest", "b"), lmstudio=("B", "c", "d"))
    assert seats(resolved("nearby", there)[0]) == ["ollama:a:latest", "ollama:b", "lmstudio:c"]


def test_a_fusion_behind_a_local_server_is_not_seated() -> None:
    assert seats(resolved("nearby", facts(ollama=("litellm/fusion-x", "a")))[0]) == ["ollama:a", "ollama:a"]


def test_servers_without_a_chat_model_give_the_presets_own_advice() -> None:
    refusal = refusal_of("nearby", facts(ollama=("nomic-embed-text",)))
    assert refusal.message == "preset 'nearby' found no chat model to seat. Start one."


def test_a_chosen_preset_that_cannot_be_used_is_passed_over_and_told() -> None:
    text = '[[choose]]\npreset = "gone"\n[[choose]]\npreset = "cheap"\n'
    preset, why = resolve(parse_preset(text, "p.toml", PROVIDERS, guard.is_fusion), get_preset, facts())
    assert preset.name == "cheap"
    assert "gone cannot be used: there is no preset 'gone'." in why


def test_a_rule_that_leads_back_to_rules_does_not_run_in_a_circle() -> None:
    text = '[[choose]]\npreset = "pick"\n'
    with pytest.raises(Refused, match="chooses among presets itself"):
        _ = resolve(parse_preset(text, "p.toml", PROVIDERS, guard.is_fusion), get_preset, facts("openrouter"))


def test_missing_keys_name_each_variable_once_and_only_what_is_needed() -> None:
    text = """
        [[panel]]
        model = "openai:a"
        fallbacks = ["mistral:x"]
        [[panel]]
        model = "ollama:a"
        [judge]
        model = "openrouter:j"
        [synthesizer]
        model = "openai:s"
        """
    preset = parse_preset(text, "p.toml", PROVIDERS, guard.is_fusion)
    variables = {"openai": "O", "openrouter": "R", "mistral": "M", "ollama": None}
    assert missing_keys(preset, variables, set()) == ("O", "R")
    assert missing_keys(preset, variables, {"O", "R"}) == ()
    assert missing_keys(get_preset("pick"), variables, set()) == ()


def test_missing_keys_are_also_those_of_who_checks_the_answer() -> None:
    variables = {"openai": "O", "openrouter": "R", "mistral": "M", "ollama": None}
    assert missing_keys(get_preset("checked"), variables, {"R"}) == ("O", "M")
