"""Fusion in promptfoo: what its provider gives back, and the example that the repository has of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from fusion_mcp.frameworks.promptfoo import respond
from fusion_mcp.result import FusionResult
from scripted import CANARY, Home, ScriptedProvider, answers, status
from scripted.trio import lengthy_trio_answers

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "promptfoo"
QUESTION = "What is the capital of France?"
PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (1.0, 1.0))


async def promptfoo(home: Home, prompt: str = QUESTION, repeat: int = 0, **config: object) -> dict[str, Any]:
    options = {"id": "file://fusion_provider.py", "config": {"basePath": "/", "workers": 2, "timeout": 9, **config}}
    with anyio.fail_after(30):
        return await respond(prompt, options, {"vars": {}, "repeatIndex": repeat}, home.environ())


# promptfoo


async def test_promptfoo_gets_answer_tokens_cost_and_the_whole_result(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    preset = home.trio(provider, prices=PRICES)
    response = await promptfoo(home, preset=preset)
    assert response["output"] == "It is Paris."
    assert response["cached"] is False
    used = response["tokenUsage"]
    assert (used["numRequests"], used["total"]) == (5, used["prompt"] + used["completion"])
    assert response["cost"] == pytest.approx(used["total"] / 1e6)
    assert FusionResult.model_validate(response["metadata"]["fusion"]).status == "ok"


async def test_promptfoo_is_told_a_degraded_answer_in_metadata_and_a_failure_as_error(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    provider.script("gamma", status(500))
    home.trio(provider)
    degraded = await promptfoo(home)
    assert degraded["output"] == "It is Paris."
    assert degraded["metadata"]["fusion"]["status"] == "degraded"
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, status(401))
    failed = await promptfoo(home, "And of Spain?")
    assert failed.keys() == {"error"}
    assert "work:alpha: unauthorized" in failed["error"]
    assert CANARY not in failed["error"]


async def test_what_promptfoo_does_not_know_it_is_not_told_as_nothing(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    provider.script("gamma", answers("Paris.", usage=None))
    home.trio(provider)
    response = await promptfoo(home)
    assert "cost" not in response


async def test_promptfoos_repetitions_are_runs_of_their_own_and_the_same_call_is_paid_once(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    runs = [(await promptfoo(home, repeat=repeat)) for repeat in (0, 1, 1)]
    ids = [run["metadata"]["fusion"]["run_id"] for run in runs]
    assert ids[0] != ids[1] == ids[2]
    assert [run["cached"] for run in runs] == [False, False, True]
    assert len(provider.calls_to("writer")) == 2


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"max_cost_us": 0.1}, "max_cost_us"),
        ({"max_cost_usd": "0.1"}, "max_cost_usd"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"preset": "tiro"}, "trio"),
    ],
)
async def test_a_wrong_configuration_is_an_error_that_names_it_and_costs_nothing(
    home: Home, provider: ScriptedProvider, config: dict[str, Any], said: str
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    assert said in (await promptfoo(home, **config))["error"]
    assert provider.calls == []


async def test_what_a_person_would_be_asked_about_is_refused_unless_the_configuration_says_yes(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, prices=PRICES, config="[limits]\nconfirm_above_usd = 0.000001")
    refused = await promptfoo(home)
    assert refused["error"].startswith("budget_exceeded")
    assert "yes = true" in refused["error"]
    assert provider.calls == []
    assert (await promptfoo(home, yes=True))["output"] == "It is Paris."


async def test_a_framework_below_a_run_is_refused(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    response = await respond(QUESTION, {}, {}, home.environ(FUSION_MCP_DEPTH="1"))
    assert response["error"].startswith("recursion_refused")


def test_the_example_provider_is_loaded_by_its_path_and_answers(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    program = (
        "import importlib.util as i, json, sys\n"
        "spec = i.spec_from_file_location('fusion_provider', sys.argv[1])\n"
        "module = i.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "print(json.dumps(module.call_api(sys.argv[2], {'config': {}}, {})))"
    )
    command = [sys.executable, "-c", program, str(EXAMPLE / "fusion_provider.py"), QUESTION]
    ran = subprocess.run(command, env=home.environ(), capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(ran.stdout)["output"] == "It is Paris."


def test_the_example_configuration_asks_two_shipped_panels_and_one_model_alone() -> None:
    text = (EXAMPLE / "promptfooconfig.yaml").read_text(encoding="utf-8")
    for preset in ("budget", "quality"):
        assert f"preset: {preset}" in text
        assert (ROOT / "presets" / f"{preset}.toml").is_file()
    assert text.count("file://fusion_provider.py") == 2
