"""A request as it goes over the wire (RFC 9112), and the address that it goes to. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

import httpx2

from fusion_mcp import __version__

USER_AGENT = f"fusion-mcp/{__version__}"
_PORTS = {"http": 80, "https": 443}
_MOST_OPENINGS = 256
"""Beginnings of requests that are kept: providers, each with its key."""

Origin = tuple[str, str, int]
"""Scheme, host and port."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Address:
    """Where a request goes. `always` are the headers that every request there has, perhaps a login among them."""

    origin: Origin
    target: str
    """Path and query, as the request's first line has them."""
    always: Mapping[str, str] = field(repr=False)

    @property
    def host(self) -> str:
        """The host's name, or its number."""
        return self.origin[1]


@cache
def parsed(url: str) -> Address:
    """Read an address; there are as many as there are providers. Raises InvalidURL, and UnsupportedProtocol."""
    read = httpx2.URL(url)
    always = {"Host": read.netloc.decode("ascii"), "Connection": "keep-alive", "User-Agent": USER_AGENT}
    if read.userinfo:
        always["Authorization"] = f"Basic {b64encode(f'{read.username}:{read.password}'.encode()).decode()}"
    return Address(origin=origin(read), target=read.raw_path.decode("ascii"), always=always)


def origin(url: httpx2.URL) -> Origin:
    """Say whom to connect to. Raises UnsupportedProtocol."""
    if url.scheme not in _PORTS:
        raise httpx2.UnsupportedProtocol(f"no HTTP: {url.scheme!r}")
    return (url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme])


def written(method: str, address: Address, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a request. Raises LocalProtocolError for what would be more than one."""
    return b"%bContent-Length: %d\r\n\r\n%b" % (_opening(method, address, tuple(headers.items())), len(body), body)


@lru_cache(maxsize=_MOST_OPENINGS)
def _opening(method: str, address: Address, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Write all of a head that does not depend on the body: calls to one provider begin alike."""
    return _head(method, address.target, {**address.always, **dict(headers)}.items())


def as_message(method: str, target: str, fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Put a request together of its parts. Raises LocalProtocolError for what would be more than one."""
    return _head(method, target, fields) + b"\r\n" + body


def _head(method: str, target: str, fields: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in fields:
        if not name or ":" in name or " " in name:
            raise httpx2.LocalProtocolError("The name of a header is none.")
        lines.append(f"{name}: {value}")
    head = "\r\n".join((*lines, ""))
    if not (head.count("\r") == head.count("\n") == len(lines)) or "\0" in head:
        raise httpx2.LocalProtocolError("A header holds a line break.")
    try:
        return head.encode("latin-1")
    except UnicodeEncodeError:
        raise httpx2.LocalProtocolError("A header holds what is no Latin letter.") from None
