"""Google's Gemini API, scripted, as Gemini CLI calls it: its streams, its calls of functions and its refusals.

Shapes are those of https://ai.google.dev/api/generate-content
"""

import json
from collections.abc import Mapping
from typing import Any

from scripted import vendor
from scripted.response import Response
from scripted.shapes import split
from scripted.vendor import Asked, Reply, ScriptedVendor

_BILL = {
    "promptTokenCount": 31,
    "cachedContentTokenCount": 6,
    "candidatesTokenCount": 7,
    "thoughtsTokenCount": 2,
    "totalTokenCount": 40,
}
_STREAMS = ":streamGenerateContent"
_WHOLE = ":generateContent"


class ScriptedGemini(ScriptedVendor):
    """Its `url` goes into GOOGLE_GEMINI_BASE_URL.

    `script` says how it replies to the streams that are asked for; what is asked for whole, which Gemini CLI does to
    search, is answered with the words "found it".
    """

    def __init__(self) -> None:
        super().__init__("scripted Gemini", _STREAMS, _WHOLE, aside=_searching)


def _searching(asked: Asked) -> Reply | None:
    return _found() if asked.path.endswith(_WHOLE) else None


def tools_of(asked: Asked) -> list[str]:
    """The names of the functions that the model is given; a tool of Google's own is its kind."""
    offered: list[dict[str, Any]] = asked.body.get("tools") or []
    return [name for tool in offered for name in _names(tool)]


def says(text: str, *, chunks: int = 3) -> Reply:
    """Answer with words."""
    return _streams("says", *({"text": part} for part in split(text, chunks)))


def calls(name: str, arguments: Mapping[str, Any]) -> Reply:
    """Ask for a function, whether it was offered or not."""
    return _streams(f"calls {name}", {"functionCall": {"name": name, "args": dict(arguments)}})


def refuses(code: int, status: str, message: str) -> Reply:
    """Refuse in Google's words."""
    return vendor.refuses(code, {"error": {"code": code, "message": message, "status": status}})


def _streams(name: str, *parts: Mapping[str, Any]) -> Reply:
    async def playing(response: Response[Asked]) -> None:
        await response.begin()
        for index, part in enumerate(parts):
            content = _content(part, is_last=index == len(parts) - 1)
            await response.send(f"data: {json.dumps(content)}\r\n\r\n".encode())
        await response.end()

    return Reply(name, playing)


def _found() -> Reply:
    async def playing(response: Response[Asked]) -> None:
        await response.whole(_content({"text": "found it"}, is_last=True))

    return Reply("found", playing)


def _content(part: Mapping[str, Any], *, is_last: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": [dict(part)]}}
    ending = {"finishReason": "STOP"} if is_last else {}
    return {"candidates": [candidate | ending], **({"usageMetadata": _BILL} if is_last else {})}


def _names(tool: Mapping[str, Any]) -> list[str]:
    declared: list[dict[str, Any]] | None = tool.get("functionDeclarations")
    return list(tool) if declared is None else [str(function["name"]) for function in declared]
