"""The worked examples of docs/examples.md are run as they stand there, against scripted models."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from distribution.pages.costs import PAGES, cost, shipped
from fusion_mcp import guard
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.catalog import builtin
from scripted import Home, ScriptedProvider, ScriptedWeb
from scripted.judging import judges
from scripted.trio import MEMBERS, trio_answers

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/examples.md").read_text(encoding="utf-8")
CALLS = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
RESEARCH, DESIGN = CALLS
SCRIPTS = re.findall(r"^python (examples/.*)$", PAGE, re.MULTILINE)


async def asked(home: Home, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a client gets that calls `fusion_ask` with these arguments, over stdio."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "fusion_mcp"], env=home.environ())
    async with Client(stdio_client(server)) as client:
        result = await client.call_tool("fusion_ask", arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


def ran(home: Home, command: str) -> subprocess.CompletedProcess[str]:
    """One of the page's scripts, where the `fusion-mcp` of this environment is on the PATH."""
    script, *arguments = shlex.split(command)
    environ = home.environ()
    environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environ["PATH"]))
    return subprocess.run(
        [sys.executable, str(ROOT / script), *arguments],
        env=environ,
        cwd=home.user,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_research_question_is_answered_by_a_panel_that_may_read_the_web(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    trio_answers(provider)
    home.trio(provider, name=RESEARCH["preset"], internet=internet)
    result = await asked(home, RESEARCH)
    assert (result["status"], result["preset"], result["failed_models"]) == ("ok", "quality", [])
    assert "tools" in provider.calls_to("alpha")[0].body


async def test_the_design_decision_is_answered_without_the_web_and_within_the_calls_own_limit(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    trio_answers(provider)
    home.trio(
        provider,
        name=DESIGN["preset"],
        internet=internet,
        prices=dict.fromkeys((*MEMBERS, "judge", "writer"), (1.0, 2.0)),
    )
    result = await asked(home, DESIGN)
    assert (result["status"], result["warnings"]) == ("ok", [])
    assert 0 < result["cost_usd"] < DESIGN["max_cost_usd"]
    [call] = provider.calls_to("alpha")
    assert "tools" not in call.body
    assert DESIGN["context"] in call.prompt


def test_the_script_over_mcp_prints_the_answer_and_says_what_the_panel_did(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    home.trio(provider)
    done = ran(home, SCRIPTS[0])
    assert (done.returncode, done.stdout) == (0, "It is Paris.\nIts cost is unknown.\n"), done.stderr
    assert "alpha answered" in done.stderr


def test_the_script_over_mcp_waits_for_a_run_that_outlasts_a_call(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider, config="[limits]\nwait_s = 0.001\nwait_with_progress_s = 0.001")
    done = ran(home, SCRIPTS[0])
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "It is Paris."), done.stderr


@pytest.mark.parametrize(("contested", "status"), [(None, 0), ("Alpha says", 3)])
def test_the_script_with_json_calls_a_person_where_members_contradict_each_other(
    contested: str | None, status: int, home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", judges(contesting=contested))
    home.trio(provider)
    (home.user / "notes.md").write_text("One line more.", encoding="utf-8")
    done = ran(home, SCRIPTS[1])
    assert done.returncode == status, done.stderr
    assert done.stdout.startswith("It is Paris.\n")
    assert ("They disagree: It is contested." in done.stdout) == (contested is not None)


def test_the_preset_of_the_readmes_result_can_be_read_and_has_a_seat_that_may_be_empty() -> None:
    text = (ROOT / "examples/empty-seat.toml").read_text(encoding="utf-8")
    preset = parse_preset(text, "empty-seat.toml", builtin(), guard.is_fusion)
    assert isinstance(preset, Preset)
    assert [member.model.provider for member in preset.panel] == ["local", "local", "ollama"]


def test_what_the_examples_say_of_their_cost_is_what_the_prices_say() -> None:
    """The page has words where the README has figures: these are the bounds of the words."""
    presets = {preset.name: preset for preset in shipped()}
    researched = {name: cost(preset, PAGES) or 0 for name, preset in presets.items()}
    short = {name: cost(preset) or 0 for name, preset in presets.items()}
    assert 0.35 <= researched["quality"] <= 0.65, "about half a dollar"
    assert 0.25 <= short["quality"] / researched["quality"] <= 0.42, "about a third of that"
    assert 0.35 <= researched["budget"] / researched["quality"] <= 0.65, "about half as much"
    assert researched["fast"] < 0.10, "a few cents"
    assert 0.07 <= short["budget"] <= 0.15, "about a dime"
    assert researched["budget"] <= 0.25, "a dime or two"
    assert presets["quality"].max_cost_usd == 2
