"""What is refused, or left out, before anything is spent: and what the person is told to change."""

import pytest

from fusion_mcp.engine import open_engine
from fusion_mcp.errors import Refused
from fusion_mcp.request import Ask
from fusion_mcp.settings import load_settings
from scripted import Home, ScriptedProvider
from scripted.asking import ask, compare, run_on
from scripted.trio import lengthy_trio_answers


async def test_without_the_key_the_call_is_refused_before_any_call_and_names_the_variable(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    environ = {**home.environ(), "WORK_API_KEY": ""}
    async with open_engine(load_settings(environ)) as engine:
        with pytest.raises(Refused, match="WORK_API_KEY") as refused:
            await run_on(engine, Ask(question="Paris?"))
    assert refused.value.reason == "unauthorized"
    assert provider.calls == []


async def test_one_member_without_its_key_is_unauthorized_and_the_others_answer(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, panel=["alpha", "beta", "openai:some-model"])
    result = await ask(home)
    [failed] = result.failed_models
    assert (failed.model, failed.reason) == ("openai:some-model", "unauthorized")
    assert "OPENAI_API_KEY" in failed.error
    assert result.status == "degraded"


async def test_when_neither_judge_nor_synthesizer_can_be_called_nothing_is_spent(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, judge="openai:some-model", synthesizer="anthropic:some-model")
    with pytest.raises(Refused, match="OPENAI_API_KEY"):
        await ask(home)
    assert provider.calls == []


async def test_an_unknown_preset_is_refused_with_the_nearest_name(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    with pytest.raises(Refused, match="trio") as refused:
        await ask(home, preset="tiro")
    assert refused.value.reason == "unknown_preset"


async def test_a_preset_that_seats_a_fusion_is_refused_as_recursion(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider, panel=["alpha", "work:openrouter/fusion"])
    with pytest.raises(Refused) as refused:
        await ask(home)
    assert refused.value.reason == "recursion_refused"
    assert provider.calls == []


async def test_a_preset_that_seats_our_own_address_is_refused_as_recursion(
    home: Home, provider: ScriptedProvider
) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    own = f"http://localhost:{provider.port}"
    async with open_engine(load_settings(home.environ()), own_address=own) as engine:
        with pytest.raises(Refused) as refused:
            await run_on(engine, Ask(question="Paris?"))
    assert refused.value.reason == "recursion_refused"


async def test_compare_refuses_a_model_that_no_preset_names(home: Home, provider: ScriptedProvider) -> None:
    lengthy_trio_answers(provider)
    home.trio(provider)
    with pytest.raises(Refused, match="work:alpha") as refused:
        await compare(home, models=["work:alpa"])
    assert refused.value.reason == "invalid_arguments"
    assert provider.calls == []
