"""How much of a reply's body is read, and how fast: a flood or a bomb must not take other calls' time.

What the bytes mean is said elsewhere.
"""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus

import anyio.lowlevel
import httpx2

from fusion_mcp.providers.connections.response import Body, Response, pieces

_MAX_INFLATED_BYTES = 16_000_000
"""Bytes that a compressed stream may come to. One that is sent as it is has no such limit: it came over the wire."""
_PIECE = 16_384
"""Bytes that are handed on before other calls have their turn; a few milliseconds of work at most."""
_LEAST = 64
"""What a piece counts for beyond its bytes, so that tiny ones give way as well."""


async def read_at_most(response: Response, limit: int) -> bytes:
    """Read a body, or its first `limit` bytes."""
    body = bytearray()

    def take(piece: bytes) -> bool:
        body.extend(piece)
        return len(body) < limit

    await hand_on(response, take, math.inf)
    return bytes(body[:limit])


def hand_on(
    response: Response, take: Callable[[bytes], bool], most_inflated: float = _MAX_INFLATED_BYTES
) -> Awaitable[None]:
    """Hand a body on piece by piece, decompressed, while `take` wants more; others have their turn in between.

    Raises httpx2.DecodingError for one that inflates to too much, or that is compressed more than once: there the outer
    coding can keep the inner one busy for long with nothing to show.
    """
    coded = response.headers.get(b"content-encoding")
    if coded and (coding := _only_one(coded.decode("latin-1"))):
        return _hand_on_inflated(response.body, coding, take, most_inflated)
    return _hand_on(response.body.piece, take)


async def _hand_on(more: Callable[[], Awaitable[bytes]], take: Callable[[bytes], bool]) -> None:
    since = 0
    while chunk := await more():
        for start in range(0, len(chunk), _PIECE):
            piece = chunk[start : start + _PIECE]
            if not take(piece):
                return
            since += len(piece) + _LEAST
            if since >= _PIECE:
                since = 0
                await anyio.lowlevel.checkpoint()


async def _hand_on_inflated(body: Body, coding: str, take: Callable[[bytes], bool], most: float) -> None:
    async with aclosing(_inflated(body, coding, most)) as chunks:
        await _hand_on(lambda: anext(chunks, b""), take)


def _only_one(coded: str) -> str:
    named = (name.strip().lower() for name in coded.split(","))
    codings = [name for name in named if name not in ("", "identity")]
    if len(codings) > 1:
        raise httpx2.DecodingError("the body is compressed more than once")
    return codings[0] if codings else ""


async def _inflated(body: Body, coding: str, most: float) -> AsyncGenerator[bytes, None]:
    """Decompress a body as httpx2 does, but not beyond `most` bytes."""
    compressed = httpx2.Response(HTTPStatus.OK, headers={"Content-Encoding": coding}, content=pieces(body))
    inflated = 0
    async with aclosing(compressed.aiter_bytes()) as chunks:
        async for chunk in chunks:
            inflated += len(chunk)
            if inflated > most:
                raise httpx2.DecodingError("the body inflates to too much")
            yield chunk
