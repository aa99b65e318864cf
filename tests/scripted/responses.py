"""OpenAI's Responses API, scripted, as Codex calls it: its streams, its tool calls and its refusals.

Shapes are those of https://platform.openai.com/docs/api-reference/responses-streaming
"""

import json
from collections.abc import Mapping
from typing import Any

from scripted import vendor
from scripted.shapes import split
from scripted.vendor import Reply, ScriptedVendor

_BILL = {
    "input_tokens": 21,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 8,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 29,
}


class ScriptedResponses(ScriptedVendor):
    """Its `base_url` goes into a model provider's `base_url` in Codex's configuration."""

    def __init__(self) -> None:
        super().__init__("scripted Responses API", "/v1/responses")

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"


def says(text: str, *, chunks: int = 3, before: tuple[Mapping[str, Any], ...] = ()) -> Reply:
    """Answer with words; `before` are items that come first, such as a search."""
    content: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    message: dict[str, Any] = {"type": "message", "id": "msg_scripted", "role": "assistant", "content": [content]}
    return _response("says", *before, message, words=split(text, chunks))


def searched(query: str, url: str | None = None) -> dict[str, Any]:
    """An item of OpenAI's own web search: a query, or a page that it opened."""
    action = {"type": "search", "query": query} if url is None else {"type": "open_page", "url": url}
    return {"type": "web_search_call", "id": "ws_scripted", "status": "completed", "action": action}


def calls(
    name: str, arguments: Mapping[str, Any], *, identity: str = "call_scripted", namespace: str | None = None
) -> Reply:
    """Ask for a tool, whether it was offered or not; those of Codex's MCP servers are in namespaces."""
    item = {"type": "function_call", "id": "fc_scripted", "call_id": identity, "name": name}
    item |= {"namespace": namespace} if namespace else {}
    return _response(f"calls {name}", item | {"arguments": json.dumps(dict(arguments))})


def calls_freely(name: str, text: str, *, identity: str = "call_scripted") -> Reply:
    """Ask for a tool that takes text and not JSON, as Codex's patches do."""
    item = {"type": "custom_tool_call", "id": "ctc_scripted", "call_id": identity, "name": name, "input": text}
    return _response(f"calls {name}", item)


def fails(code: str, message: str) -> Reply:
    """Break off a stream that has begun."""
    error = {"code": code, "message": message}
    response = {"id": "resp_scripted", "object": "response", "status": "failed", "error": error}
    return vendor.streams("fails", _created(), {"type": "response.failed", "response": response})


def refuses(code: int, kind: str, message: str, *, headers: Mapping[str, str] | None = None, **extra: object) -> Reply:
    """Refuse in OpenAI's words."""
    body = {"error": {"message": message, "type": kind, "code": kind, "param": None, **extra}}
    return vendor.refuses(code, body, headers=headers)


def _created() -> dict[str, Any]:
    return {"type": "response.created", "response": {"id": "resp_scripted", "object": "response"}}


def _response(name: str, *items: Mapping[str, Any], words: list[str] | None = None) -> Reply:
    events: list[dict[str, Any]] = [_created()]
    for index, item in enumerate(items):
        begun: dict[str, Any] = {**item, "content": []} if item["type"] == "message" else dict(item)
        events.append({"type": "response.output_item.added", "output_index": index, "item": begun})
        if item["type"] == "message":
            delta = {"type": "response.output_text.delta", "item_id": item["id"], "output_index": index}
            events += [{**delta, "content_index": 0, "delta": word} for word in words or []]
        events.append({"type": "response.output_item.done", "output_index": index, "item": dict(item)})
    response = {"id": "resp_scripted", "object": "response", "status": "completed", "usage": _BILL}
    return vendor.streams(name, *events, {"type": "response.completed", "response": response})
