"""Behaviours of a model that calls tools, and of one that takes none."""

import json
from typing import Any, Literal

from scripted.bad import status
from scripted.exchange import Behaviour
from scripted.good import answers, depends
from scripted.shapes import JSON, error
from scripted.tool_turns import Turn, Wish

Vendor = Literal["openai", "ollama", "openrouter", "vllm", "llamacpp"]

_VLLM = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
_OPENROUTER = (
    "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai"
)
_OLLAMA = "registry.ollama.ai/library/gemma3:4b does not support tools"
_OPENAI = "Unsupported parameter: 'tools' is not supported with this model."
_REFUSALS: dict[Vendor, tuple[int, JSON]] = {
    "openai": (400, error(_OPENAI, code="unsupported_parameter", param="tools")),
    "ollama": (400, {"error": {"message": _OLLAMA, "type": "api_error", "param": None, "code": None}}),
    "openrouter": (404, {"error": {"message": _OPENROUTER, "code": 404}}),
    "vllm": (400, {"error": {"message": _VLLM, "type": "BadRequestError", "param": None, "code": 400}}),
    "llamacpp": (500, {"error": {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}}),
}
"""What each says to a request that offers tools to a model without them: status and body."""


def search(query: str) -> Wish:
    return call("web_search", json.dumps({"query": query}))


def fetch(url: str, offset: int | None = None) -> Wish:
    return call("web_fetch", json.dumps({"url": url, **({} if offset is None else {"offset": offset})}))


def call(name: str, arguments: str) -> Wish:
    return Wish(name=name, arguments=arguments)


def calls_tools(*wishes: Wish, then: Behaviour | None = None, **how: Any) -> Behaviour:
    """Call tools, all in one turn, where the request offers some and does not forbid them; else behave as `then`.

    `how` are the fields of `Turn`: `text` said before the calls, their `ids` and `shape`, and so on.
    """
    otherwise = then or answers("Answered without tools.")
    turn = Turn(wishes=wishes, **how)
    calling = Behaviour("calls", turn.play)
    return depends(lambda call: calling if call.may_call_tools else otherwise, name="calls_tools")


def calls_until_told(*wishes: Wish, then: Behaviour | None = None, **how: Any) -> Behaviour:
    """Call tools turn after turn until the request offers none or forbids them, then behave as `then`."""
    return Behaviour("calls_until_told", calls_tools(*wishes, then=then, **how).play)


def never_stops(*wishes: Wish, **how: Any) -> Behaviour:
    """Call tools whatever the request says, also when it offers none."""
    return Behaviour("never_stops", Turn(wishes=wishes, **how).play)


def refuses_tools(*, like: Vendor = "openai", then: Behaviour | None = None) -> Behaviour:
    """Refuse in a vendor's words while the request has `tools`, else behave as `then`."""
    code, body = _REFUSALS[like]
    refusal, otherwise = status(code, body), then or answers("Answered without tools.")
    return depends(lambda call: refusal if "tools" in call.body else otherwise, name=f"refuses_tools like {like}")
