"""A caller's own choice of members, and what is said of models that nobody may seat."""

from pathlib import Path

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import Refused
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.schema import PanelMember, Preset
from fusion_mcp.presets.seating import seat_models
from fusion_mcp.types import ModelRef


def preset(*models: str) -> Preset:
    seats = "".join(f'[[panel]]\nmodel = "{model}"\n' for model in models)
    text = f'{seats}[judge]\nmodel = "{models[0]}"\n'
    parsed = parse_preset(text, "p.toml", ("work", "ollama"), guard.is_fusion)
    assert isinstance(parsed, Preset)
    return parsed


def entry(content: Preset, *, shipped: bool) -> PresetEntry:
    return PresetEntry(name="x", content=content, path=Path("x.toml"), shipped=shipped)


CURRENT = preset("ollama:zeta")
SHIPPED = [
    entry(preset(*(f"ollama:{'long' * 9}-{number}-{seat}" for seat in range(8))), shipped=True) for number in range(5)
]
OWN = entry(preset("work:zulu", "work:yankee"), shipped=False)


def refusal(*wanted: str) -> str:
    with pytest.raises(Refused) as caught:
        _ = seat_models(CURRENT, wanted, [*SHIPPED, OWN])
    assert caught.value.reason == "invalid_arguments"
    return caught.value.message


def test_models_of_any_preset_may_be_seated() -> None:
    seated = seat_models(CURRENT, ["work:zulu", "ollama:zeta", "work:zulu"], [OWN])
    assert [str(member.model) for member in seated.panel] == ["work:zulu", "ollama:zeta", "work:zulu"]


def test_an_unknown_model_gets_the_nearest_ones() -> None:
    assert refusal("work:zulo") == "models: no preset names 'work:zulo'; did you mean 'work:zulu'?"


def test_an_unknown_model_like_no_other_gets_the_list_that_begins_with_the_persons_own() -> None:
    told = refusal("q")
    assert told.startswith(
        "models: no preset names 'q'. Those in the presets are: ollama:zeta, work:zulu, work:yankee, ollama:long"
    )
    assert told.endswith(", ….")
    assert len(told) < 700


def test_a_name_that_is_too_long_for_the_list_is_left_out_whole() -> None:
    with pytest.raises(Refused, match=r"are: ollama:zeta\.$"):
        _ = seat_models(CURRENT, ["q"], [])


def test_who_checks_the_answer_may_be_seated_too() -> None:
    checks = PanelMember(model=ModelRef("work", "checker"), fallbacks=(ModelRef("work", "stand-in"),))
    checked = CURRENT.model_copy(
        update={"verifier": checks, "second_judge": PanelMember(model=ModelRef("work", "other"))}
    )
    wanted = ["work:checker", "work:stand-in", "work:other"]
    assert [str(member.model) for member in seat_models(checked, wanted, []).panel] == wanted
