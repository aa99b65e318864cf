"""HTTP/1.1 by hand: reading a request and noticing at once that the client has gone. Knows nothing of chats."""

import asyncio
from dataclasses import dataclass


class WatchedReader(asyncio.StreamReader):
    """A reader whose `gone` is set the moment the peer closes or resets, while nobody reads."""

    def __init__(self) -> None:
        super().__init__(limit=2**20)
        self.gone = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.gone.set()

    def set_exception(self, exc: Exception) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # typeshed's name
        super().set_exception(exc)
        self.gone.set()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request, header names in lower case. `target` is the path with its query, `raw` the head as it came."""

    method: str
    target: str
    raw: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read the next request of a connection; None when the client has closed it."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.removesuffix("\r\n\r\n").split("\r\n")
        method, target, _version = line.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (item.partition(":") for item in fields)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Request(method=method, target=target, raw=head, headers=headers, body=body)


def head(status: int, headers: dict[str, str]) -> bytes:
    """The status line and headers of a response."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Scripted\r\n{lines}\r\n".encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One piece of a chunked body; an empty one ends it."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
