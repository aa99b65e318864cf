"""Replies of the scripted provider that are broken, empty, torn or too large, each as its script says."""

import json

import httpx2
import pytest

from scripted import (
    Behaviour,
    ScriptedProvider,
    error_in_stream,
    floods,
    garbage,
    html,
    keepalives_then,
    null_content,
    says_nothing,
    splits_utf8,
)
from scripted.chatting import STREAM, body, events, said, url


def test_a_page_comes_where_json_was_due(provider: ScriptedProvider, client: httpx2.Client) -> None:
    provider.script("alpha", html(), html(502))
    reply = client.post(url(provider), json=body(**STREAM))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert client.post(url(provider), json=body()).status_code == 502


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
