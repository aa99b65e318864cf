"""Anthropic's Messages API, scripted, as Claude Code calls it: its streams, its tool calls and its refusals.

Shapes are those of https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import json
from collections.abc import Mapping
from typing import Any

from scripted import vendor
from scripted.shapes import split
from scripted.vendor import Reply, ScriptedVendor

_Block = tuple[Mapping[str, Any], list[dict[str, Any]]]
"""One part of a message: as it begins, and what is added to it."""
_BILL = {"input_tokens": 11, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 5, "output_tokens": 1}


class ScriptedAnthropic(ScriptedVendor):
    """Its `url` goes into ANTHROPIC_BASE_URL."""

    def __init__(self) -> None:
        super().__init__("scripted Anthropic", "/v1/messages")


def says(text: str, *, chunks: int = 3, output_tokens: int = 7) -> Reply:
    """Answer with words."""
    deltas = [{"type": "text_delta", "text": part} for part in split(text, chunks)]
    return _message("says", ({"type": "text", "text": ""}, deltas), stop="end_turn", output_tokens=output_tokens)


def calls(name: str, arguments: Mapping[str, Any], *, identity: str = "toolu_scripted") -> Reply:
    """Ask for a tool, whether it was offered or not."""
    block: dict[str, Any] = {"type": "tool_use", "id": identity, "name": name, "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": json.dumps(dict(arguments))}]
    return _message(f"calls {name}", (block, deltas), stop="tool_use", output_tokens=9)


def searched(query: str, results: Mapping[str, str], text: str) -> Reply:
    """Search as Anthropic's own server tool does: `results` are titles by URL."""
    found = [{"type": "web_search_result", "url": url, "title": title} for url, title in results.items()]
    use: dict[str, Any] = {"type": "server_tool_use", "id": "srvtoolu_scripted", "name": "web_search", "input": {}}
    asked = [{"type": "input_json_delta", "partial_json": json.dumps({"query": query})}]
    result: dict[str, Any] = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_scripted", "content": found}
    words = [{"type": "text_delta", "text": text}]
    text_block: dict[str, Any] = {"type": "text", "text": ""}
    blocks: list[_Block] = [(use, asked), (result, []), (text_block, words)]
    return _message("searched", *blocks, stop="end_turn", output_tokens=9)


def refuses(code: int, kind: str, message: str, *, headers: Mapping[str, str] | None = None) -> Reply:
    """Refuse in Anthropic's words."""
    return vendor.refuses(code, {"type": "error", "error": {"type": kind, "message": message}}, headers=headers)


def _message(name: str, *blocks: _Block, stop: str, output_tokens: int) -> Reply:
    head: dict[str, Any] = {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": [],
    }
    ending = {"stop_reason": None, "stop_sequence": None, "usage": _BILL}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": head | ending}]
    for index, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    usage = {"output_tokens": output_tokens}
    events.append({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage})
    return vendor.streams(name, *events, {"type": "message_stop"})
