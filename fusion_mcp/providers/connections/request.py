"""A request as it goes over the wire (RFC 9112), and the address that it goes to. Pure."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import httpx2

_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host and port."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a request goes. `always` are the headers that follow from it, a login among them."""

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
    always = {"Host": read.netloc.decode("ascii"), "Connection": "keep-alive"}
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
    fields = {**address.always, **headers, "Content-Length": str(len(body))}
    return as_message(method, address.target, fields.items(), body)


def as_message(method: str, target: str, fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Put a request together of its parts. Raises LocalProtocolError for what would be more than one."""
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in fields:
        if not name or ":" in name or " " in name:
            raise httpx2.LocalProtocolError("The name of a header is none.")
        lines.append(f"{name}: {value}")
    head = "\r\n".join((*lines, "", ""))
    ends = len(lines) + 1
    if not (head.count("\r") == head.count("\n") == ends) or "\0" in head:
        raise httpx2.LocalProtocolError("A header holds a line break.")
    try:
        return head.encode("latin-1") + body
    except UnicodeEncodeError:
        raise httpx2.LocalProtocolError("A header holds what is no Latin letter.") from None
