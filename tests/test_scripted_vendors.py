"""The scripted vendors do as they are told, and say what they were asked."""

import json
from typing import Any

import httpx2
import pytest

from scripted import anthropic, responses, vendor


def events(body: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in body.splitlines() if line.startswith("data: ")]


def test_replies_come_in_order_and_the_last_one_again(client: httpx2.Client) -> None:
    with anthropic.ScriptedAnthropic() as scripted:
        scripted.script(anthropic.refuses(529, "overloaded_error", "Overloaded"), anthropic.says("A cat."))
        asked = [client.post(f"{scripted.url}/v1/messages", json={"model": "x"}) for _ in range(3)]
    assert [reply.status_code for reply in asked] == [529, 200, 200]
    assert len(scripted.asked) == 3


def test_anthropics_stream_adds_up_to_the_words(client: httpx2.Client) -> None:
    with anthropic.ScriptedAnthropic() as scripted:
        scripted.script(anthropic.says("A lynx is a cat."))
        told = events(client.post(f"{scripted.url}/v1/messages?beta=true", json={"model": "x"}).text)
    deltas = [event["delta"]["text"] for event in told if event["type"] == "content_block_delta"]
    assert "".join(deltas) == "A lynx is a cat."
    assert [told[0]["type"], told[-1]["type"]] == ["message_start", "message_stop"]


def test_a_wish_for_a_tool_holds_its_arguments(client: httpx2.Client) -> None:
    with anthropic.ScriptedAnthropic() as one, responses.ScriptedResponses() as other:
        one.script(anthropic.calls("Bash", {"command": "true"}))
        other.script(responses.calls("shell", {"command": "true"}))
        first = events(client.post(f"{one.url}/v1/messages", json={}).text)
        second = events(client.post(f"{other.base_url}/responses", json={}).text)
    written = next(event["delta"]["partial_json"] for event in first if event["type"] == "content_block_delta")
    assert json.loads(written) == {"command": "true"}
    done = next(event["item"] for event in second if event["type"] == "response.output_item.done")
    assert (done["name"], json.loads(done["arguments"])) == ("shell", {"command": "true"})


def test_the_tools_of_a_request_are_named_wherever_they_stand(client: httpx2.Client) -> None:
    space = {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}
    item = {"type": "additional_tools", "tools": [space, {"type": "web_search"}]}
    with responses.ScriptedResponses() as scripted:
        scripted.script(responses.says("A cat."))
        client.post(f"{scripted.base_url}/responses", json={"tools": [{"name": "view"}], "input": [item]})
    assert scripted.asked[0].tools == ["view", "exec", "web_search"]


def test_what_is_asked_besides_is_not_found_and_on_record(client: httpx2.Client) -> None:
    with responses.ScriptedResponses() as scripted:
        assert client.get(f"{scripted.base_url}/models").status_code == 404
    assert scripted.requests == ["GET /v1/models"]
    assert scripted.asked == []


def test_an_aside_is_answered_out_of_turn(client: httpx2.Client) -> None:
    refusal = vendor.refuses(418, {})
    vendors = vendor.ScriptedVendor("any", "/ask", aside=lambda asked: refusal if asked.body.get("aside") else None)
    with vendors as scripted:
        scripted.script(anthropic.says("A cat."), anthropic.refuses(500, "api_error", "Out of replies"))
        asked = [client.post(f"{scripted.url}/ask", json=body) for body in ({"aside": True}, {})]
    assert [reply.status_code for reply in asked] == [418, 200]


def test_a_client_that_goes_is_noticed() -> None:
    with anthropic.ScriptedAnthropic() as scripted, httpx2.Client(timeout=0.2, trust_env=False) as hasty:
        scripted.script(vendor.stalls())
        with pytest.raises(httpx2.ReadTimeout):
            hasty.post(f"{scripted.url}/v1/messages", json={})
        scripted.wait_until(lambda seen: seen.asked[0].closed_by_client)
