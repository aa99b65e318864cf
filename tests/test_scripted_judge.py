"""The scripted judge speaks of the labels that it is shown, and quotes what it is told to."""

import json
from typing import Any

import httpx2

from scripted import ScriptedProvider, judges
from scripted.chatting import body, url


def judged(provider: ScriptedProvider, client: httpx2.Client, question: str, **more: Any) -> str:
    return client.post(url(provider), json=body("judge", question, **more)).json()["choices"][0]["message"]["content"]


def test_a_judge_names_the_labels_of_the_schema_before_those_of_the_prompt(
    provider: ScriptedProvider, client: httpx2.Client
) -> None:
    provider.script("judge", judges())
    schema = {"properties": {"models": {"items": {"enum": ["Response C", "Response D"]}}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "analysis", "schema": schema}}
    by_schema = json.loads(judged(provider, client, "Response A, Response B", response_format=wanted))
    by_prompt = json.loads(judged(provider, client, "Response A, Response B, Response A"))
    assert list(by_schema) == ["consensus", "contradictions", "partial_coverage", "unique_insights", "blind_spots"]
    assert [insight["model"] for insight in by_schema["unique_insights"]] == ["Response C", "Response D"]
    assert [insight["model"] for insight in by_prompt["unique_insights"]] == ["Response A", "Response B"]


def test_a_judge_attributes_what_it_quotes(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("judge", judges(quoting=["on the Seine", "nobody said"]))
    analysis = json.loads(judged(provider, client, "Response A: it is big. Response B: it lies on the Seine."))
    assert analysis["unique_insights"] == [
        {"model": "Response B", "insight": "on the Seine"},
        {"model": "Response ?", "insight": "nobody said"},
    ]


def test_a_judge_dresses_its_reply_as_told(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("judge", judges({"consensus": []}, fence=True, prose_before="Here you are:"))
    assert judged(provider, client, "Judge.") == 'Here you are:\n\n```json\n{"consensus": []}\n```'
