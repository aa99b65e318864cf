"""What a server answers, over whichever way it came: a status, headers, and a body that comes piece by piece."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx2


class Body(Protocol):
    """Bytes as they come off the wire. Raises httpx2's errors."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give themselves."""
        ...

    def __anext__(self) -> Awaitable[bytes]:
        """Wait for more of them."""
        ...

    def aclose(self) -> Awaitable[None]:
        """Read no more of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer whose head has come. The body is as its sender has sent it: compressed, perhaps."""

    status: int
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: Body


def received(response: httpx2.Response) -> Response:
    """Give a response of httpx2's client as one of ours."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(status=response.status_code, headers=headers, body=_Received(response))


class _Received:
    """The body of a response of httpx2's client."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._pieces = response.aiter_raw()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces

    def __anext__(self) -> Awaitable[bytes]:
        return anext(self._pieces)

    async def aclose(self) -> None:
        await self._pieces.aclose()
        await self._response.aclose()
