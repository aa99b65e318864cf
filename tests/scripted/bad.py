"""Behaviours of a provider that fails: refusals, stalls, broken streams, empty and senseless replies."""

from collections.abc import Mapping
from typing import Any, cast

from scripted.exchange import Behaviour, Exchange
from scripted.good import answers
from scripted.shapes import DONE, JSON, completion, error, event, piece

PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Welcome</h1></body></html>"


def status(code: int, body: JSON | str | None = None, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Refuse with an HTTP status; without `body`, with an error in OpenAI's shape."""
    content = error(f"Scripted refusal {code}.", code=code) if body is None else body
    kind = "text/plain" if isinstance(content, str) else "application/json"

    async def play(exchange: Exchange) -> None:
        await exchange.whole(content, status=code, content_type=kind, headers=headers)

    return Behaviour(f"status {code}", play)


def html(code: int = 200) -> Behaviour:
    """Answer with a web page, as a wrong base URL or a proxy does."""

    async def play(exchange: Exchange) -> None:
        await exchange.whole(PAGE, status=code, content_type="text/html; charset=utf-8")

    return Behaviour("html", play)


def refuses(parameter: str, *, code: int = 400, then: Behaviour | None = None) -> Behaviour:
    """Refuse, naming `parameter` (dots lead inwards), while the request contains it; otherwise behave as `then`."""
    message = f"Unsupported parameter: '{parameter}' is not supported with this model."
    refusal = status(code, error(message, code="unsupported_parameter", param=parameter))
    otherwise = then or answers("Answered without it.")

    async def play(exchange: Exchange) -> None:
        await (refusal if _contains(exchange.body, parameter) else otherwise).play(exchange)

    return Behaviour(f"refuses {parameter}", play)


def _contains(body: dict[str, Any], parameter: str) -> bool:
    found: object = body
    for key in parameter.split("."):
        if not isinstance(found, dict) or key not in found:
            return False
        found = cast("dict[str, object]", found)[key]
    return True


def stalls() -> Behaviour:
    """Take the request and send nothing at all."""

    async def play(exchange: Exchange) -> None:
        await exchange.stall()

    return Behaviour("stalls", play)


def stalls_after_headers() -> Behaviour:
    """Send the head of a stream, then nothing."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.stall()

    return Behaviour("stalls_after_headers", play)


def stalls_after(text: str) -> Behaviour:
    """Stream `text`, then nothing."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.say(text)
        await exchange.stall()

    return Behaviour("stalls_after", play)


def cuts_after(text: str) -> Behaviour:
    """Stream `text`, then close the connection in the middle of the stream."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.say(text)
        exchange.cut()

    return Behaviour("cuts_after", play)


def resets() -> Behaviour:
    """Reset the connection instead of answering."""

    async def play(exchange: Exchange) -> None:
        exchange.reset()

    return Behaviour("resets", play)


def says_nothing() -> Behaviour:
    """Answer well-formed and empty, with a bill for it."""
    return Behaviour("says_nothing", _without_words("").play)


def null_content() -> Behaviour:
    """Answer with a content of null."""
    return Behaviour("null_content", _without_words(None).play)


def _without_words(content: str | None) -> Behaviour:
    usage: JSON = {"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 12}

    async def play(exchange: Exchange) -> None:
        if not exchange.wants_stream:
            await exchange.whole(completion(exchange.model, {"content": content}, finish="stop", usage=usage))
            return
        await exchange.begin()
        await exchange.send(event(piece(exchange.model, {"role": "assistant", "content": content})))
        await exchange.finish(usage=usage if exchange.wants_usage else None)

    return Behaviour("without words", play)


def garbage() -> Behaviour:
    """Send an event stream whose events are not JSON."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.send(b'data: {"choices": [{"del\n\ndata: <<<>>>\n\n')
        await exchange.end(DONE)

    return Behaviour("garbage", play)


def error_in_stream(message: str, code: int | str, *, after: str = "The first half") -> Behaviour:
    """Stream `after`, then an error event as OpenRouter sends it when a model breaks off."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        if after:
            await exchange.say(after)
        fault = {"code": code, "message": message}
        await exchange.send(event(piece(exchange.model, {"content": ""}, finish="error", error=fault)))
        await exchange.end(DONE)

    return Behaviour("error_in_stream", play)


def floods(megabytes: int) -> Behaviour:
    """Stream `megabytes` of text, as fast as the client reads."""
    block = "flood " * 10_000

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        for _ in range(megabytes * 1_000_000 // len(block)):
            await exchange.say(block)
        await exchange.finish()

    return Behaviour("floods", play)
