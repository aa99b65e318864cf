"""How much of a reply's body is read, and how fast: a flood or a bomb must not take other calls' time.

What the bytes mean is said elsewhere.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import anyio.lowlevel
import httpx2

_MAX_EVENT_BYTES = 8_000_000
_MAX_INFLATED_BYTES = 16_000_000
"""Bytes that a compressed stream may come to. One that is sent as it is has no such limit: it came over the wire."""
_PIECE = 16_384
"""Bytes that are handed on before other calls have their turn; a few milliseconds of work at most."""
_LEAST = 64
"""What a piece counts for beyond its bytes, so that tiny ones give way as well."""


async def read_at_most(response: httpx2.Response, limit: int) -> bytes:
    """Read a body, or its first `limit` bytes."""
    body = bytearray()
    async with aclosing(_pieces(response)) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) >= limit:
                break
    return bytes(body[:limit])


def events(response: httpx2.Response) -> httpx2.EventSource:
    """Read a stream of events, always UTF-8 and with or without its mark in front (the SSE standard, section 9.2.5).

    Raises httpx2.SSEError for an event that is too long, httpx2.DecodingError for a stream that inflates to too much.
    """
    plain = httpx2.Response(
        response.status_code,
        headers={"content-type": "text/event-stream"},
        stream=_Inflated(response),
        default_encoding="utf-8-sig",
        request=response.request,
    )
    return httpx2.EventSource(plain, max_event_size=_MAX_EVENT_BYTES)


class _Inflated(httpx2.AsyncByteStream):
    """The body of a response, decompressed within limits."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        is_compressed = bool(_codings(self._response))
        inflated = 0
        async with aclosing(_pieces(self._response)) as pieces:
            async for piece in pieces:
                inflated += len(piece)
                if is_compressed and inflated > _MAX_INFLATED_BYTES:
                    raise httpx2.DecodingError("the body inflates to too much")
                yield piece


async def _pieces(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    if len(_codings(response)) > 1:
        # The outer one can keep the inner one busy for long with nothing to show.
        raise httpx2.DecodingError("the body is compressed more than once")
    since = 0
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            for start in range(0, len(chunk), _PIECE):
                piece = chunk[start : start + _PIECE]
                yield piece
                since += len(piece) + _LEAST
                if since >= _PIECE:
                    since = 0
                    await anyio.lowlevel.checkpoint()


def _codings(response: httpx2.Response) -> list[str]:
    named = (name.strip().lower() for name in response.headers.get("content-encoding", "").split(","))
    return [name for name in named if name not in ("", "identity")]
