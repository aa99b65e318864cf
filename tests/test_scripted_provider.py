"""The scripted provider does what its scripts say and its records tell the truth; all other tests rest on that."""

import asyncio
import json
import socket
import subprocess
import sys
import tomllib
from typing import Any

import httpx2
import pytest

from scripted import (
    CANARY,
    Behaviour,
    Home,
    ScriptedProvider,
    answers,
    answers_whole,
    cuts_after,
    drips,
    error_in_stream,
    floods,
    garbage,
    held,
    html,
    judges,
    keepalives_then,
    loopback,
    null_content,
    refuses,
    resets,
    says_nothing,
    splits_utf8,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)
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


def test_a_page_comes_where_json_was_due(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", html(), html(502))
    reply = client.post(url(provider), json=body(**STREAM))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert client.post(url(provider), json=body()).status_code == 502


@pytest.mark.parametrize("parameter", ["temperature", "stream_options.include_usage"])
def test_a_parameter_is_refused_only_while_it_is_there(
    provider: ScriptedProvider, client: httpx2.Client, parameter: str
) -> None:
    provider.script("alpha", refuses(parameter, then=answers("Paris.")))
    refused = client.post(url(provider), json=body(temperature=0.1, **STREAM))
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, parameter)
    assert client.post(url(provider), json=body()).json()["choices"][0]["message"]["content"] == "Paris."


@pytest.mark.parametrize("behaviour", [stalls(), stalls_after_headers(), stalls_after("Pa")], ids=lambda b: b.name)
async def test_a_client_that_leaves_a_stalled_call_is_noticed(
    provider: ScriptedProvider, caller: httpx2.AsyncClient, behaviour: Behaviour
) -> None:
    provider.script("alpha", behaviour)
    asking = asyncio.create_task(caller.post(url(provider), json=body(**STREAM)))
    await provider.until(lambda p: p.in_flight == 1)
    asking.cancel()
    await provider.until(lambda p: p.in_flight == 0)
    [call] = provider.calls
    assert (call.closed_by_client, call.completed) == (True, False)


async def test_a_client_that_leaves_in_mid_stream_is_noticed(
    provider: ScriptedProvider, caller: httpx2.AsyncClient
) -> None:
    provider.script("alpha", drips("one two three", provider.gate("words")))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        assert "one" in await anext(reply.aiter_lines())
    await provider.until(lambda p: p.calls[0].closed_by_client)


def test_leaving_after_the_end_is_no_hanging_up(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", answers("Paris."))
    with client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        assert any(line == "data: [DONE]" for line in reply.iter_lines())
    assert [(call.completed, call.closed_by_client) for call in provider.calls] == [(True, False)]


@pytest.mark.parametrize(
    ("behaviour", "heard", "error"),
    [(cuts_after("Pa"), 1, httpx2.RemoteProtocolError), (resets(), 0, httpx2.ReadError)],
    ids=["cut", "reset"],
)
def test_a_connection_breaks_off_by_script(
    provider: ScriptedProvider, client: httpx2.Client, behaviour: Behaviour, heard: int, error: type[Exception]
) -> None:
    provider.script("alpha", behaviour)
    lines: list[str] = []
    with pytest.raises(error), client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        lines.extend(line for line in reply.iter_lines() if "Pa" in line)
    provider.wait_until(lambda p: p.in_flight == 0)
    assert len(lines) == heard
    assert [(call.completed, call.closed_by_client) for call in provider.calls] == [(False, False)]


@pytest.mark.parametrize(
    ("behaviour", "content"), [(says_nothing(), ""), (null_content(), None)], ids=["empty", "null"]
)
def test_nothing_is_said_in_a_well_formed_reply(
    provider: ScriptedProvider, client: httpx2.Client, behaviour: Behaviour, content: str | None
) -> None:
    provider.script("alpha", behaviour)
    pieces = events(client, provider)
    assert (pieces[0]["choices"][0]["delta"]["content"], said(pieces)) == (content, "")
    assert pieces[-1]["usage"]["completion_tokens"] == 0
    assert client.post(url(provider), json=body()).json()["choices"][0]["message"]["content"] == content


def test_garbage_is_an_event_stream_without_json(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", garbage())
    with pytest.raises(json.JSONDecodeError):
        events(client, provider)


def test_an_error_comes_in_mid_stream(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", error_in_stream("Provider disconnected", 502))
    pieces = events(client, provider)
    assert said(pieces) == "The first half"
    assert pieces[-1]["error"] == {"code": 502, "message": "Provider disconnected"}


def test_comments_keep_a_stream_alive_before_the_answer(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", keepalives_then("Paris."))
    text = client.post(url(provider), json=body(**STREAM)).text
    assert text.startswith(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n")
    assert "Paris." in text


def test_characters_and_line_ends_are_torn_between_chunks(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", splits_utf8('Zürich 東京 🏔 "ok"'))
    with client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        chunks = list(reply.iter_raw())
    assert any(chunk.endswith(b"\xc3") for chunk in chunks)
    assert any(chunk.endswith(b"\r") for chunk in chunks)
    assert said(events(client, provider)) == 'Zürich 東京 🏔 "ok"'


def test_a_flood_is_as_big_as_it_says(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", floods(3))
    with client.stream("POST", url(provider), json=body(**STREAM)) as reply:
        size = sum(len(chunk) for chunk in reply.iter_raw())
    assert 2_900_000 < size < 3_200_000


async def test_a_flood_stops_when_the_client_leaves(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    provider.script("alpha", floods(1000))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        await anext(reply.aiter_raw())
    await provider.until(lambda p: p.calls[0].closed_by_client)


async def test_a_gate_holds_calls_until_it_is_opened(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    gate = provider.gate("panel")
    assert provider.gate("panel") is gate
    provider.script("alpha", held(gate, then=answers("Paris.")))
    asking = [asyncio.create_task(caller.post(url(provider), json=body())) for _ in range(3)]
    await provider.until(lambda p: p.in_flight == 3)
    gate.let_through()
    await provider.until(lambda p: p.in_flight == 2)
    gate.open()
    assert [reply.status_code for reply in await asyncio.gather(*asking)] == [200] * 3
    assert (provider.in_flight, provider.max_in_flight) == (0, 3)


async def test_words_drip_as_the_gate_lets_them(provider: ScriptedProvider, caller: httpx2.AsyncClient) -> None:
    gate = provider.gate("words")
    provider.script("alpha", drips("one two three", gate))
    async with caller.stream("POST", url(provider), json=body(**STREAM)) as reply:
        lines = reply.aiter_lines()
        assert '"one"' in await anext(lines)
        gate.let_through()
        assert await anext(lines) == ""
        assert '" two"' in await anext(lines)
        gate.open()
        assert '" three"' in "".join([line async for line in lines])


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


def test_a_provider_closes_at_once_although_calls_hang() -> None:
    with socket.socket() as raw, ScriptedProvider() as provider:
        provider.script("alpha", stalls())
        data = json.dumps(body()).encode()
        raw.connect(("127.0.0.1", provider.port))
        raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(data), data))
        provider.wait_until(lambda p: p.in_flight == 1)
    [call] = provider.calls
    assert (call.ended is not None, call.closed_by_client) == (True, False)


def test_nothing_listens_nowhere(nowhere: str, client: httpx2.Client) -> None:
    with pytest.raises(httpx2.ConnectError):
        client.get(nowhere)


def test_a_home_has_a_trio_that_reads_back(home: Home, provider: ScriptedProvider) -> None:
    beta = {"model": "beta", "fallbacks": ["delta", "local:x"], "temperature": 0.2}
    prices = {"alpha": (0.5, 1.5)}
    name = home.trio(
        provider,
        panel=("alpha", beta),
        synthesizer=None,
        prices=prices,
        config="[limits]\nwait_s = 1",
        quorum=1,
        tools=["web_search"],
    )
    config = tomllib.loads(home.config_file.read_text("utf-8"))
    preset = tomllib.loads((home.presets / f"{name}.toml").read_text("utf-8"))
    assert config == {
        "default_preset": "trio",
        "providers": {
            "work": {
                "base_url": provider.base_url,
                "api_key_env": "WORK_API_KEY",
                "prices": {"alpha": {"input": 0.5, "output": 1.5}},
            }
        },
        "limits": {"wait_s": 1},
    }
    assert (preset["quorum"], preset["tools"], preset["judge"]) == (1, ["web_search"], {"model": "work:judge"})
    assert preset["panel"][1] == {"model": "work:beta", "fallbacks": ["work:delta", "local:x"], "temperature": 0.2}
    assert "synthesizer" not in preset


def test_a_child_process_has_one_key_and_no_way_out(home: Home, provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Paris."))
    script = f"""
import os, httpx2
assert [name for name in os.environ if name.endswith("_API_KEY")] == ["WORK_API_KEY"]
assert httpx2.post({url(provider)!r}, json={{"model": "alpha"}}).status_code == 200
try: httpx2.get("https://example.com")
except httpx2.ConnectError: print("no way")
"""
    child = subprocess.run(
        [sys.executable, "-c", script], env=home.environ(), capture_output=True, text=True, timeout=20, check=False
    )
    assert (child.stdout, child.stderr) == ("no way\n", "")


def test_the_suite_stays_on_loopback() -> None:
    with pytest.raises(loopback.LeftLoopbackError):
        socket.getaddrinfo("example.com", 443)
    with socket.socket() as outward, pytest.raises(loopback.LeftLoopbackError):
        outward.connect(("192.0.2.1", 443))
    assert loopback.REACHED == ["socket.getaddrinfo: example.com", "socket.connect: 192.0.2.1"]
    loopback.REACHED.clear()
