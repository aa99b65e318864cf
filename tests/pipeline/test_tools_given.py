"""Who gets tools: as the preset gives them, until somebody switches the web off."""

import json
from typing import Any

import pytest

from scripted import Home, ScriptedProvider, answers, call, calls_tools, duo, search
from scripted.asking import ask
from scripted.web import ScriptedWeb

SWITCHES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "for one call": ({}, {"web": False}),
    "by the preset": ({"tools": []}, {}),
    "by every member": ({"panel": ({"model": "alpha", "tools": []}, {"model": "beta", "tools": []})}, {}),
    "for good": ({"config": "enabled = false"}, {}),
}


@pytest.mark.parametrize(("keys", "arguments"), SWITCHES.values(), ids=SWITCHES)
async def test_each_switch_keeps_the_panel_off_the_web(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb, keys: dict[str, Any], arguments: dict[str, Any]
) -> None:
    duo.script(provider, calls_tools(search("anything"), then=answers("Paris.")))
    duo.seat(home, provider, internet, **keys)
    found = await ask(home, **arguments)
    assert [made.tools for made in provider.calls] == [[]] * 4
    assert internet.requests == []
    assert found.status == "ok"


async def test_a_preset_gives_its_members_different_tools(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    duo.script(provider, calls_tools(call("web_search", '{"query": "x"}')), answers("Paris."))
    duo.seat(home, provider, internet, panel=({"model": "alpha", "tools": ["web_fetch"]}, "beta"))
    await ask(home)
    assert [provider.calls_to(name)[0].tools for name in ("alpha", "beta")] == [
        ["web_fetch"],
        ["web_search", "web_fetch"],
    ]
    assert json.loads(provider.calls_to("alpha")[1].tool_results[0])["error"]["reason"] == "unknown_tool"


async def test_judge_and_synthesizer_hold_no_tools(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    duo.script(provider, answers("Paris."))
    duo.seat(home, provider, internet)
    await ask(home)
    for name in ("judge", "writer"):
        assert "tools" not in provider.calls_to(name)[0].body
