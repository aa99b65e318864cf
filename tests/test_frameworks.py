"""Fusion in evaluation frameworks: what can be promised of the adapters without the frameworks themselves.

That inspect-ai and promptfoo get along with them is shown by proofs/frameworks.py.
"""

import asyncio
import json
import tomllib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from fusion_mcp.engine import Engine
from fusion_mcp.errors import ConfigError, Refused
from fusion_mcp.frameworks.asking import Options, answer, options_of, settings_of
from fusion_mcp.frameworks.chats import Turn, question_of, turns_of
from fusion_mcp.frameworks.hosting import shared_engine
from fusion_mcp.frameworks.samples import Samples
from fusion_mcp.frameworks.usage import counted
from fusion_mcp.result import FusionResult
from scripted import Home, ScriptedProvider, answers, held
from scripted.asking import ask
from scripted.trio import lengthy_trio_answers

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "What is the capital of France?"
PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (1.0, 1.0))


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
    lengthy_trio_answers(provider)
    provider.script("writer", answers("It is Paris.", usage=(1000, 100), cached=900))
    home.trio(provider, prices=PRICES)
    result = await ask(home)
    tokens = counted(result)
    assert tokens is not None
    assert result.usage.input_tokens is not None
    assert tokens.input_tokens == result.usage.input_tokens - 900
    assert tokens.total_tokens == tokens.input_tokens + 900 + tokens.output_tokens
    assert tokens.total_cost == pytest.approx(float(result.cost_usd or 0))
    unknown = result.model_copy(update={"usage": replace(result.usage, output_tokens=None)})
    assert counted(unknown) is None


async def question(engine: Engine, text: str = QUESTION) -> FusionResult:
    return await answer(engine, question_of([Turn("user", text)]), Options())


def test_all_questions_of_an_event_loop_share_an_engine_that_ends_with_it(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
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
    lengthy_trio_answers(provider)
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


def test_settings_that_cannot_be_used_are_told_before_an_engine_is_opened(home: Home) -> None:
    home.config("default_preset = 7")
    with pytest.raises(ConfigError, match="default_preset"):
        settings_of(home.environ())


def test_options_know_their_limits() -> None:
    assert options_of({"preset": "budget", "max_cost_usd": 0.5, "web": False}).web is False
    with pytest.raises(Refused, match="temperature"):
        options_of({"temperature": 1})
