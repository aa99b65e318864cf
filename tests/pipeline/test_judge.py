"""The judge: what it is shown, what it may write, and that names are put back into it."""

import json

import pytest

from fusion_mcp.result import FusionResult
from scripted import Home, ScriptedProvider, answers, judges, refuses
from scripted.asking import ask, compare
from scripted.judging import NO_POINTS
from scripted.trio import trio_answers


def attributed(result: FusionResult) -> dict[str, str]:
    assert result.analysis is not None
    return {insight.model: insight.insight for insight in result.analysis.unique_insights}


async def test_the_judge_is_shown_every_answer_and_no_name(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("alpha", answers("I am Claude, made by Anthropic. Paris."))
    provider.script("beta", answers("As work:beta, I say Paris."))
    home.trio(provider)
    await ask(home)
    prompt = json.dumps(provider.calls_to("judge")[0].body)
    for name in ("work:alpha", "work:beta", "work:gamma", "Claude", "Anthropic"):
        assert name not in prompt
    for text in ("Paris.", "I say Paris", "Gamma says Paris."):
        assert text in prompt


async def test_attribution_is_put_back_whatever_the_order(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    quotes = ["Alpha says Paris.", "Beta says Paris.", "Gamma says Paris."]
    provider.script("judge", judges(quoting=quotes))
    home.trio(provider)
    for number in range(3):
        assert attributed(await ask(home, f"What is the capital of France? ({number})")) == {
            "work:alpha": "Alpha says Paris.",
            "work:beta": "Beta says Paris.",
            "work:gamma": "Gamma says Paris.",
        }


async def test_the_order_of_the_answers_differs_between_runs(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    orders: set[tuple[str, ...]] = set()
    for number in range(12):
        await ask(home, f"What is the capital of France? ({number})")
        prompt = provider.calls_to("judge")[-1].prompt
        orders.add(tuple(sorted(("Alpha", "Beta", "Gamma"), key=lambda name: prompt.index(f"{name} says"))))
    assert len(orders) > 1


async def test_labels_in_prose_become_names(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("judge", judges({**NO_POINTS, "consensus": ["Response A and Response B agree."]}))
    home.trio(provider, panel=["alpha", "beta"])
    result = await ask(home)
    assert result.analysis is not None
    assert sorted(result.analysis.consensus[0].removesuffix(" agree.").split(" and ")) == ["work:alpha", "work:beta"]


@pytest.mark.parametrize(
    "reply",
    [
        "```json\n" + json.dumps(NO_POINTS) + "\n```",
        "Here is the analysis:\n\n" + json.dumps(NO_POINTS),
        "<think>They all agree {perhaps}.</think>" + json.dumps(NO_POINTS),
        json.dumps(NO_POINTS) + "\n\nI hope this helps!",
    ],
)
async def test_fences_prefaces_and_thinking_around_the_json_are_tolerated(
    home: Home, provider: ScriptedProvider, reply: str
) -> None:
    trio_answers(provider)
    provider.script("judge", answers(reply))
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    assert len(provider.calls_to("judge")) == 1


async def test_the_judge_is_asked_for_json_by_schema_and_where_refused_by_prompt(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("judge", refuses("response_format", then=judges()))
    home.trio(provider)
    result = await ask(home)
    assert result.status == "ok"
    first, second = provider.calls_to("judge")
    assert first.body["response_format"]["type"] == "json_schema"
    assert "response_format" not in second.body
    assert "blind_spots" in second.prompt


async def test_compare_stops_after_the_analysis(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    result = await compare(home)
    assert (result.kind, result.status, result.answer, result.answered_by) == ("compare", "ok", None, None)
    assert result.analysis is not None
    assert provider.calls_to("writer") == []


async def test_the_judge_is_asked_whom_it_prefers_and_may_prefer_nobody(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    await ask(home)
    call = provider.calls_to("judge")[0]
    schema = call.body["response_format"]["json_schema"]["schema"]
    assert {"type": "null"} in schema["properties"]["preferred"]["anyOf"]
    assert "otherwise null" in call.prompt
