"""The JSON that Chat Completions providers send: whole replies, stream pieces, bills and errors."""

import json
from typing import Any

JSON = dict[str, Any]


def piece(model: str, delta: JSON, *, finish: str | None = None, **extra: object) -> JSON:
    """One event of a stream."""
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **extra,
    }


def last_piece(model: str, usage: JSON) -> JSON:
    """The event that carries the bill: no choices, as OpenAI sends it."""
    return {**piece(model, {}), "choices": [], "usage": usage}


def completion(model: str, message: JSON, *, finish: str, usage: JSON | None) -> JSON:
    """A whole reply."""
    reply: JSON = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}],
    }
    return reply if usage is None else {**reply, "usage": usage}


def bill(
    usage: tuple[int, int] | None, *, cost: float | None, cached: int | None, reasoning_tokens: int | None
) -> JSON | None:
    """Usage as OpenAI reports it, with OpenRouter's `cost` where there is one."""
    if usage is None:
        return None
    read, written = usage
    report: JSON = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    if cached is not None:
        report["prompt_tokens_details"] = {"cached_tokens": cached}
    if reasoning_tokens is not None:
        report["completion_tokens_details"] = {"reasoning_tokens": reasoning_tokens}
    if cost is not None:
        report["cost"] = cost
    return report


def error(message: str, *, code: str | int | None, param: str | None = None) -> JSON:
    """An error body as OpenAI writes it."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def event(data: JSON) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(data)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def split(text: str, count: int) -> list[str]:
    """Cut `text` into at most `count` pieces of about one length, none of them empty."""
    size = max(1, -(-len(text) // max(1, count)))
    return [text[start : start + size] for start in range(0, len(text), size)]
