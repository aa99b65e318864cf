"""Behaviours of a provider that does its work: answers of every legal kind."""

import json
from collections.abc import Callable
from typing import Literal

from scripted.calls import Call
from scripted.exchange import Behaviour, Exchange
from scripted.gates import Gate
from scripted.shapes import JSON, bill, completion, piece, split


def answers(
    text: str,
    *,
    chunks: int = 3,
    usage: tuple[int, int] | None = (12, 34),
    cost: float | None = None,
    reasoning: str | None = None,
    reasoning_field: Literal["reasoning", "reasoning_content"] = "reasoning",
    think_tags: bool = False,
    finish: str = "stop",
    cached: int | None = None,
    reasoning_tokens: int | None = None,
) -> Behaviour:
    """Answer with `text`: streamed in `chunks` pieces when the request asks for a stream, else whole.

    A stream carries its bill when the request asked for usage, or when there is a `cost` (OpenRouter always sends it).
    `reasoning` comes first in a field of its own, or inside `<think>` tags of the content.
    """
    thought = reasoning if reasoning and not think_tags else None
    content = f"<think>{reasoning}</think>\n\n{text}" if reasoning and think_tags else text
    report = bill(usage, cost=cost, cached=cached, reasoning_tokens=reasoning_tokens)

    async def play(exchange: Exchange) -> None:
        if not exchange.wants_stream:
            message: JSON = {"content": content, **({reasoning_field: thought} if thought else {})}
            await exchange.whole(completion(exchange.model, message, finish=finish, usage=report))
            return
        await exchange.begin()
        for part in split(thought or "", chunks):
            await exchange.say(part, reasoning_field)
        for part in split(content, chunks):
            await exchange.say(part)
        told = exchange.wants_usage or cost is not None
        await exchange.finish(reason=finish, usage=report if told else None)

    return Behaviour("answers", play)


def answers_whole(text: str, *, usage: tuple[int, int] | None = (12, 34)) -> Behaviour:
    """Ignore `stream` and answer with one JSON body."""
    report = bill(usage, cost=None, cached=None, reasoning_tokens=None)

    async def play(exchange: Exchange) -> None:
        await exchange.whole(completion(exchange.model, {"content": text}, finish="stop", usage=report))

    return Behaviour("answers_whole", play)


def depends(choose: Callable[[Call], Behaviour], *, name: str = "depends") -> Behaviour:
    """Behave as `choose` says when it has seen the call."""

    async def play(exchange: Exchange) -> None:
        await choose(exchange.call).play(exchange)

    return Behaviour(name, play)


def held(gate: Gate, then: Behaviour) -> Behaviour:
    """Send nothing until the test lets this call through `gate`, then behave as `then`."""

    async def play(exchange: Exchange) -> None:
        await gate.passed()
        await then.play(exchange)

    return Behaviour(f"held, then {then.name}", play)


def drips(text: str, gate: Gate) -> Behaviour:
    """Stream the words of `text`; the first at once, each further one when the test lets it through `gate`."""
    first, *rest = text.split(" ")

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        await exchange.say(first)
        for word in rest:
            await gate.passed()
            await exchange.say(f" {word}")
        await exchange.finish()

    return Behaviour("drips", play)


def keepalives_then(text: str, *, count: int = 3) -> Behaviour:
    """Stream comments as OpenRouter does while it waits for a model, then answer."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        for _ in range(count):
            await exchange.send(b": OPENROUTER PROCESSING\n\n")
        await exchange.say(text)
        await exchange.finish()

    return Behaviour("keepalives_then", play)


def splits_utf8(text: str) -> Behaviour:
    """Stream `text` with line ends of CR LF, cut inside every character of several bytes and between CR and LF."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        spoken = json.dumps(piece(exchange.model, {"content": text}), ensure_ascii=False)
        ended = json.dumps(piece(exchange.model, {}, finish="stop"))
        for data in _torn(f"data: {spoken}\r\n\r\ndata: {ended}\r\n\r\ndata: [DONE]\r\n\r\n"):
            await exchange.send(data)
        await exchange.end()

    return Behaviour("splits_utf8", play)


def _torn(text: str) -> list[bytes]:
    pieces = [b""]
    for character in text:
        data = character.encode()
        pieces[-1] += data[:1]
        if len(data) > 1 or character == "\r":
            pieces.append(data[1:])
    return [data for data in pieces if data]
