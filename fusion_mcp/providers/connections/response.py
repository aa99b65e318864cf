"""What a server answers, over whichever way it came: a status, headers, and a body that comes piece by piece."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import NamedTuple, Protocol

import httpx2

from fusion_mcp.providers.connections.patience import Patience


class Body(Protocol):
    """Bytes as they come off the wire."""

    def piece(self) -> Awaitable[bytes]:
        """Wait for more of them; b"" at the end. Raises httpx2's errors, and PatienceOver."""
        ...

    def aclose(self) -> Awaitable[None]:
        """Read no more of it."""
        ...


class Response(NamedTuple):
    """An answer whose head has come. The body is as its sender has sent it: compressed, perhaps."""

    status: int
    headers: Mapping[bytes, bytes]
    """By their names in small letters."""
    body: Body


async def pieces(body: Body) -> AsyncGenerator[bytes]:
    """Give the pieces of a body one after the other."""
    while piece := await body.piece():
        yield piece


def received(response: httpx2.Response, patience: Patience | None = None) -> Response:
    """Give a response of httpx2's client as one of ours. Its reader need have no patience but what is said here."""
    headers = {name.lower(): value for name, value in response.headers.raw}
    return Response(status=response.status_code, headers=headers, body=_Received(response, patience or Patience()))


class _Received:
    """The body of a response of httpx2's client."""

    def __init__(self, response: httpx2.Response, patience: Patience) -> None:
        self._response = response
        self._patience = patience
        self._pieces = response.aiter_raw()

    def piece(self) -> Awaitable[bytes]:
        return self._patience.wait_for(anext(self._pieces, b""))

    async def aclose(self) -> None:
        await self._pieces.aclose()
        await self._response.aclose()
