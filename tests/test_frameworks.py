"""Fusion in evaluation frameworks: what can be promised of the adapters without the frameworks themselves.

That inspect-ai and promptfoo get along with them is shown by proofs/frameworks.py.
"""

import asyncio
import json
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import pytest

from fusion_mcp.engine import Engine
from fusion_mcp.errors import ConfigError, Refused
from fusion_mcp.frameworks.asking import Options, answer, options_of, settings_of
from fusion_mcp.frameworks.chats import Turn, question_of, turns_of
from fusion_mcp.frameworks.hosting import shared_engine
from fusion_mcp.frameworks.promptfoo import respond
from fusion_mcp.frameworks.samples import Samples
from fusion_mcp.frameworks.usage import counted
from fusion_mcp.result import FusionResult
from scripted import CANARY, Home, ScriptedProvider, answers, held, judges, status
from scripted.asking import ask

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "promptfoo"
QUESTION = "What is the capital of France?"
PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (1.0, 1.0))


def scripted(provider: ScriptedProvider) -> None:
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, answers(f"{name.title()} says Paris.", usage=(100, 50)))
    provider.script("judge", judges())
    provider.script("writer", answers("It is Paris.", usage=(1000, 100)))


async def promptfoo(home: Home, prompt: str = QUESTION, repeat: int = 0, **config: object) -> dict[str, Any]:
    options = {"id": "file://fusion_provider.py", "config": {"basePath": "/", "workers": 2, "timeout": 9, **config}}
    with anyio.fail_after(30):
        return await respond(prompt, options, {"vars": {}, "repeatIndex": repeat}, home.environ())


# promptfoo


async def test_promptfoo_gets_answer_tokens_cost_and_the_whole_result(home: Home, provider: ScriptedProvider) -> None:
    scripted(provider)
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
    scripted(provider)
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
    scripted(provider)
    provider.script("gamma", answers("Paris.", usage=None))
    home.trio(provider)
    response = await promptfoo(home)
    assert "cost" not in response


async def test_promptfoos_repetitions_are_runs_of_their_own_and_the_same_call_is_paid_once(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
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
    scripted(provider)
    home.trio(provider)
    assert said in (await promptfoo(home, **config))["error"]
    assert provider.calls == []


async def test_what_a_person_would_be_asked_about_is_refused_unless_the_configuration_says_yes(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
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
    scripted(provider)
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


# Chats


def test_of_a_chat_the_last_message_is_the_question_and_what_was_said_before_its_context() -> None:
    turns = [
        Turn("system", "Answer in one word."),
        Turn("user", "Hello."),
        Turn("assistant", "Hello!"),
        Turn("user", QUESTION),
    ]
    assert question_of(turns) == (f"Answer in one word.\n\n{QUESTION}", "user: Hello.\n\nassistant: Hello!")
    assert question_of(turns[-1:]) == (QUESTION, None)


@pytest.mark.parametrize("turns", [[], [Turn("system", "x")], [Turn("user", "x"), Turn("assistant", "The")]])
def test_a_chat_that_does_not_end_with_the_user_is_refused(turns: list[Turn]) -> None:
    with pytest.raises(Refused, match="last message"):
        question_of(turns)


@pytest.mark.parametrize("prompt", [QUESTION, "[1, 2]", "[", "[]", '[{"role": "user"}]', "[" * 100_000, ""])
def test_a_prompt_that_is_no_chat_is_plain_text(prompt: str) -> None:
    assert turns_of(prompt) == [Turn("user", prompt)]


def test_a_prompt_may_be_a_chat_as_json() -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION, "name": "x"}]
    assert turns_of(f"  {json.dumps(chat)}") == [Turn("system", "Be brief."), Turn("user", QUESTION)]


# inspect-ai


def test_the_entry_point_names_a_module_that_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert find_spec(project["entry-points"]["inspect_ai"]["fusion"]) is not None
    assert any(each.startswith("inspect-ai") for each in project["optional-dependencies"]["inspect"])


def test_each_epoch_is_a_sample_of_its_own_and_a_failed_one_is_asked_again() -> None:
    samples = Samples()
    with samples.take("q") as first, samples.take("q") as second, samples.take("other") as other:
        assert (first, second, other) == ("", "#2", "")
    with pytest.raises(ZeroDivisionError), samples.take("q"):
        raise ZeroDivisionError
    with samples.take("q") as again:
        assert again == "#3"
    with Samples("tuesday").take("q") as named:
        assert named == "tuesday"


async def test_tokens_are_counted_as_inspect_does_with_those_from_a_cache_apart(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    provider.script("writer", answers("It is Paris.", usage=(1000, 100), cached=900))
    home.trio(provider, prices=PRICES)
    result = await ask(home)
    tokens = counted(result)
    assert tokens is not None
    assert result.usage.input_tokens is not None
    assert tokens.input_tokens == result.usage.input_tokens - 900
    assert tokens.total_tokens == tokens.input_tokens + 900 + tokens.output_tokens
    assert tokens.total_cost == pytest.approx(float(result.cost_usd or 0))
    unknown = result.model_copy(update={"usage": result.usage.model_copy(update={"output_tokens": None})})
    assert counted(unknown) is None


async def question(engine: Engine, text: str = QUESTION) -> FusionResult:
    return await answer(engine, question_of([Turn("user", text)]), Options())


def test_all_questions_of_an_event_loop_share_an_engine_that_ends_with_it(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    home.trio(provider)
    settings = settings_of(home.environ())

    async def several() -> Engine:
        first, second = await asyncio.gather(shared_engine(settings), shared_engine(settings))
        assert first is second
        results = await asyncio.gather(question(first), question(second, "And of Spain?"))
        assert [result.answer for result in results] == ["It is Paris."] * 2
        return first

    engines = {id(engine): engine for engine in (asyncio.run(several()) for _ in range(2))}
    assert len(engines) == 2


def test_a_question_that_is_cancelled_closes_its_calls_and_the_engine_answers_on(
    home: Home, provider: ScriptedProvider
) -> None:
    scripted(provider)
    gate = provider.gate("alpha")
    provider.script("alpha", held(gate, answers("Paris.")), answers("Madrid."))
    home.trio(provider)
    settings = settings_of(home.environ())

    async def cancel_one() -> FusionResult:
        engine = await shared_engine(settings)
        asked = asyncio.ensure_future(question(engine))
        await provider.until(lambda it: bool(it.calls_to("alpha")))
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await provider.until(lambda it: it.calls_to("alpha")[0].closed_by_client)
        return await question(await shared_engine(settings), "And of Spain?")

    assert asyncio.run(cancel_one()).answer == "It is Paris."


def test_whoever_asks_for_an_engine_that_cannot_be_opened_is_told(home: Home) -> None:
    home.config("default_preset = 7")
    with pytest.raises(ConfigError, match="default_preset"):
        settings_of(home.environ())


def test_options_know_their_limits() -> None:
    assert options_of({"preset": "budget", "max_cost_usd": 0.5, "web": False}).web is False
    with pytest.raises(Refused, match="temperature"):
        options_of({"temperature": 1})
