"""Behaviours of providers that are odd in ways the common script does not know."""

import asyncio
import gzip
from typing import Any

from scripted import Behaviour, Exchange
from scripted.shapes import DONE, error, event, last_piece, piece

USAGE = {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46}


def sends(*pieces: bytes, then_stalls: bool = False, then_cuts: bool = False) -> Behaviour:
    """Stream these bytes, then end the body, or hold it open, or drop the connection."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        for data in pieces:
            await exchange.send(data)
        if then_stalls:
            await exchange.stall()
        elif then_cuts:
            exchange.cut()
        else:
            await exchange.end()

    return Behaviour("sends", play)


def ticks(*pieces: bytes, then: bytes, gap_s: float) -> Behaviour:
    """Stream these bytes, then one and the same event for ever, so many seconds apart."""

    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        for data in pieces:
            await exchange.send(data)
        while True:
            await asyncio.sleep(gap_s)
            await exchange.send(then)

    return Behaviour("ticks", play)


def says(text: str, *, finish: str | None = None) -> bytes:
    return event(piece("odd", {"role": "assistant", "content": text}, finish=finish))


def thinks() -> bytes:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Mars…"}]}
    return event(piece("odd", {"role": "assistant", "content": [thought]}))


def bills(**more: Any) -> bytes:
    return event(last_piece("odd", {**USAGE, **more}))


def fails(message: str, code: int | str) -> bytes:
    return event({"error": {"message": message, "code": code}, "choices": []})


def whole(content: dict[str, Any] | str, *, content_type: str = "application/json", code: int = 200) -> Behaviour:
    """Answer with one body."""

    async def play(exchange: Exchange) -> None:
        await exchange.whole(content, status=code, content_type=content_type)

    return Behaviour("whole", play)


def compresses(data: bytes, *, times: int = 1, content_type: str = "text/event-stream") -> Behaviour:
    """Answer with a body in gzip, whatever was asked for."""
    for _ in range(times):
        data = gzip.compress(data, 1)
    coding = {"content-encoding": ", ".join(["gzip"] * times)}

    async def play(exchange: Exchange) -> None:
        await exchange.whole(data, headers=coding, content_type=content_type)

    return Behaviour("compresses", play)


def lies_about_compression() -> Behaviour:
    """Call plain text gzip."""

    async def play(exchange: Exchange) -> None:
        await exchange.whole("plain", headers={"content-encoding": "gzip"})

    return Behaviour("lies about compression", play)


def nests(depth: int = 100_000) -> Behaviour:
    """Stream an event of JSON nested deeper than any parser goes."""
    return sends(b"data: " + b"[" * depth + b"\n\n")


def always_refuses(parameter: str) -> Behaviour:
    """Complain of `parameter` whether it was sent or not."""
    complaint = error(f"'{parameter}' is not supported", code="unsupported_parameter", param=parameter)

    async def play(exchange: Exchange) -> None:
        await exchange.whole(complaint, status=400)

    return Behaviour(f"always refuses {parameter}", play)


def knows_the_limit_as(name: str, other: str, then: Behaviour) -> Behaviour:
    """Take a limit on the output by one of its two names only, as OpenAI's newer models do."""
    complaint = error(f"Unsupported parameter: '{other}'. Use '{name}' instead.", code=None, param=other)

    async def play(exchange: Exchange) -> None:
        if other in exchange.body:
            await exchange.whole(complaint, status=400)
        else:
            await then.play(exchange)

    return Behaviour(f"knows the limit as {name}", play)


def noting_connections(seen: list[int], then: Behaviour) -> Behaviour:
    """Note from which port each call comes: the same port is the same connection."""

    async def play(exchange: Exchange) -> None:
        writer = exchange._writer  # pyright: ignore[reportPrivateUsage] - what a connection is, only its writer knows
        seen.append(writer.get_extra_info("peername")[1])
        await then.play(exchange)

    return Behaviour(f"noting connections, then {then.name}", play)


FINISHED = event(piece("odd", {}, finish="stop"))
CLOSED = DONE
