"""The scripted provider answers as its scripts say, and its records tell the truth; all other tests rest on that."""

import httpx2
import pytest

from scripted import CANARY, Behaviour, ScriptedProvider, answers, answers_whole, refuses, status
from scripted.chatting import STREAM, body, events, said, url


def test_an_answer_is_streamed_in_pieces_with_its_bill_last(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris is it.", cost=0.25, cached=3, reasoning_tokens=9, finish="length"))
    pieces = events(client, provider)
    assert said(pieces) == "Paris is it."
    assert len([piece for piece in pieces if said([piece])]) == 3
    assert pieces[-2]["choices"][0]["finish_reason"] == "length"
    assert pieces[-1]["usage"] == {
        "prompt_tokens": 12,
        "completion_tokens": 34,
        "total_tokens": 46,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 9},
        "cost": 0.25,
    }


def test_a_stream_keeps_its_bill_to_itself_when_nobody_asked(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris."))
    assert not any("usage" in piece for piece in events(client, provider, stream_options=None))


def test_an_answer_is_whole_when_no_stream_is_asked_for(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris.", reasoning="Hm.", reasoning_field="reasoning_content"))
    reply = client.post(url(provider), json=body()).json()
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": "Paris.", "reasoning_content": "Hm."}
    assert reply["usage"]["total_tokens"] == 46


def test_a_whole_answer_ignores_the_wish_for_a_stream(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers_whole("Paris."))
    assert client.post(url(provider), json=body(**STREAM)).json()["choices"][0]["message"]["content"] == "Paris."


def test_reasoning_comes_in_its_own_field_or_in_tags(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris.", reasoning="Hm."), answers("Paris.", reasoning="Hm.", think_tags=True))
    apart = events(client, provider)
    assert (said(apart, "reasoning"), said(apart)) == ("Hm.", "Paris.")
    assert said(events(client, provider)) == "<think>Hm.</think>\n\nParis."


def test_behaviours_take_turns_and_the_last_one_stays(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", status(429, headers={"Retry-After": "2"}), status(500, "down"), answers("Paris."))
    replies = [client.post(url(provider), json=body()) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [429, 500, 200, 200]
    assert replies[0].headers["retry-after"] == "2"
    assert replies[1].text == "down"
    assert [call.status for call in provider.calls] == [429, 500, 200, 200]


def test_records_say_what_was_asked_of_whom(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris."))
    parts = [{"type": "text", "text": "One "}, {"type": "text", "text": "two"}]
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": parts}]
    client.post(url(provider), json=body(messages=messages, temperature=0.5), headers={"X-Fusion-Depth": "1"})
    [call] = provider.calls_to("alpha")
    assert provider.calls_to("beta") == []
    assert call.headers["x-fusion-depth"] == "1"
    assert call.body["temperature"] == 0.5
    assert call.prompt == "Be brief.\n\nOne two"
    assert call.ended is not None
    assert (call.completed, call.closed_by_client, call.ended >= call.started) == (True, False, True)


def test_an_unknown_model_is_refused_as_openai_does(provider: ScriptedProvider, client: httpx2.Client) -> None:
    reply = client.post(url(provider), json=body("nobody"))
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "model_not_found")


def test_models_are_listed_and_visits_recorded(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris."))
    provider.script("beta", answers("Paris."))
    listed = client.get(f"{provider.base_url}/models").json()
    assert [model["id"] for model in listed["data"]] == ["alpha", "beta"]
    assert client.get(f"{provider.base_url}/elsewhere").status_code == 404
    assert provider.requests == ["GET /v1/models", "GET /v1/elsewhere"]


def test_a_wrong_key_is_refused_with_a_part_of_it_in_the_message(client: httpx2.Client) -> None:
    with ScriptedProvider(api_key="right") as provider:
        provider.script("alpha", answers("Paris."))
        wrong = client.post(url(provider), json=body(), headers={"Authorization": f"Bearer {CANARY}"})
        assert wrong.status_code == 401
        assert f"{CANARY[:8]}************{CANARY[-4:]}" in wrong.json()["error"]["message"]
        assert client.get(f"{provider.base_url}/models").status_code == 401
        assert client.post(url(provider), json=body(), headers={"Authorization": "Bearer right"}).status_code == 200


@pytest.mark.parametrize("parameter", ["temperature", "stream_options.include_usage"])
def test_a_parameter_is_refused_only_while_it_is_there(
    provider: ScriptedProvider, client: httpx2.Client, parameter: str
) -> None:
    provider.script("alpha", refuses(parameter, then=answers("Paris.")))
    refused = client.post(url(provider), json=body(temperature=0.1, **STREAM))
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, parameter)
    assert client.post(url(provider), json=body()).json()["choices"][0]["message"]["content"] == "Paris."


def test_waiting_in_vain_shows_what_was_seen(provider: ScriptedProvider, client: httpx2.Client) -> None:
    client.post(url(provider), json=body("nobody"))
    with pytest.raises(AssertionError, match=r"nobody: status 404, completed after .*asked 'Where\?'"):
        provider.wait_until(lambda p: len(p.calls) == 2, within=0.05)


def test_a_mistake_in_a_script_is_raised_when_the_provider_closes(client: httpx2.Client) -> None:
    async def play(_: object) -> None:
        raise ZeroDivisionError

    def ask() -> None:
        with ScriptedProvider() as provider:
            provider.script("alpha", Behaviour("broken", play))
            with pytest.raises(httpx2.RemoteProtocolError):
                client.post(url(provider), json=body())

    with pytest.raises(ZeroDivisionError):
        ask()
