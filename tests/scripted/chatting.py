"""Chat requests to the scripted provider as a plain client makes them, and what their streams say."""

import json
from typing import Any

import httpx2

from scripted.provider import ScriptedProvider

STREAM: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


def url(provider: ScriptedProvider) -> str:
    return f"{provider.base_url}/chat/completions"


def body(model: str = "alpha", question: str = "Where?", **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": question}], **more}


def events(client: httpx2.Client, provider: ScriptedProvider, **more: Any) -> list[dict[str, Any]]:
    """The JSON of every event of a streamed reply, which must end with [DONE]."""
    with client.stream("POST", url(provider), json=body(**{**STREAM, **more})) as reply:
        assert reply.headers["content-type"] == "text/event-stream"
        lines = [line.removeprefix("data: ") for line in reply.iter_lines() if line.startswith("data: ")]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def said(pieces: list[dict[str, Any]], field: str = "content") -> str:
    return "".join(choice["delta"].get(field) or "" for piece in pieces for choice in piece["choices"])
