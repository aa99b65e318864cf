"""How much of a reply's body is read, and how fast: a flood or a bomb must not take other calls' time.

What the bytes mean is said elsewhere.
"""

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio.lowlevel
import httpx2

_MAX_INFLATED_BYTES = 16_000_000
"""Bytes that a compressed stream may come to. One that is sent as it is has no such limit: it came over the wire."""
_PIECE = 16_384
"""Bytes that are handed on before other calls have their turn; a few milliseconds of work at most."""
_LEAST = 64
"""What a piece counts for beyond its bytes, so that tiny ones give way as well."""


async def read_at_most(response: httpx2.Response, limit: int) -> bytes:
    """Read a body, or its first `limit` bytes."""
    body = bytearray()
    async with aclosing(pieces(response, math.inf)) as read:
        async for piece in read:
            body += piece
            if len(body) >= limit:
                break
    return bytes(body[:limit])


async def pieces(response: httpx2.Response, most_inflated: float = _MAX_INFLATED_BYTES) -> AsyncGenerator[bytes, None]:
    """Read a body piece by piece, decompressed; others have their turn in between.

    Raises httpx2.DecodingError for one that inflates to too much, or that is compressed more than once: there the outer
    coding can keep the inner one busy for long with nothing to show.
    """
    codings = _codings(response)
    if len(codings) > 1:
        raise httpx2.DecodingError("the body is compressed more than once")
    since = inflated = 0
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            for start in range(0, len(chunk), _PIECE):
                piece = chunk[start : start + _PIECE]
                inflated += len(piece)
                if codings and inflated > most_inflated:
                    raise httpx2.DecodingError("the body inflates to too much")
                yield piece
                since += len(piece) + _LEAST
                if since >= _PIECE:
                    since = 0
                    await anyio.lowlevel.checkpoint()


def _codings(response: httpx2.Response) -> list[str]:
    named = (name.strip().lower() for name in response.headers.get("content-encoding", "").split(","))
    return [name for name in named if name not in ("", "identity")]
