"""Under which names this server may be called over HTTP. Pure but for asking the machine its own names.

A page in a browser can make its own domain point at this machine (DNS rebinding); its requests then carry that domain
as `Host`, or as `Origin`. So only names that are known to be ours are answered.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from fusion_mcp.cleaning import one_line
from fusion_mcp.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+(?:%[0-9a-z]+)?\]|[a-z0-9._-]+?)\.?(?::(?P<port>\d{1,5}))?")
_ORIGIN = re.compile(r"https?://(?P<host>[^/@?#]+)")
# Addresses set aside for documentation: nothing is sent to them, but the machine must choose where it would send from.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names that are ours: on any port, or with one port only."""

    hosts: frozenset[tuple[str, str | None]]

    def allow_host(self, header: str) -> bool:
        """Tell whether a `Host` header names this server."""
        found = _HOST.fullmatch(header.lower())
        if found is None:
            return False
        name = found["name"].strip("[]")
        return (name, None) in self.hosts or (name, found["port"]) in self.hosts

    def allow_origin(self, header: str) -> bool:
        """Tell whether an `Origin` header names a page that this machine itself serves."""
        found = _ORIGIN.fullmatch(header.lower())
        return found is not None and self.allow_host(found["host"])

    def patterns(self) -> list[str]:
        """Write the names as the SDK's own check reads them, which knows `name` and `name:*`."""
        written: list[str] = []
        for name, port in sorted(self.hosts, key=str):
            host = in_url(name)
            written += [host, f"{host}:*"] if port is None else [f"{host}:{port}"]
        return written


def names_for(bind_host: str, further: Iterable[str] = ()) -> Names:
    """Say which names reach a server bound to `bind_host`: on loopback loopback's own, elsewhere the machine's too.

    `further` are `name` or `name:port`, as a proxy or a port forward may need. Raises ConfigError for anything else.
    """
    hosts = [*LOOPBACK, bind_host]
    if not is_loopback(bind_host):
        hosts += _machine_names()
    return Names(
        hosts=frozenset([(host.lower(), None) for host in hosts if host] + [_parsed(host) for host in further])
    )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_url(host: str) -> str:
    """Write a host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _parsed(written: str) -> tuple[str, str | None]:
    bare = written.strip().lower()
    if bare.count(":") > 1 and not bare.startswith("["):
        bare = f"[{bare}]"
    found = _HOST.fullmatch(bare)
    if found is None:
        raise ConfigError(f"allowed host '{one_line(written, 60)}': this is no host; write NAME or NAME:PORT")
    return found["name"].strip("[]"), found["port"]


def _machine_names() -> list[str]:
    """The machine's name, as its network says it and bare, and the addresses from which it would call others."""
    whole = socket.gethostname()
    short = whole.split(".")[0]
    return [whole, short, f"{short}.local", *(address for each in _ELSEWHERE for address in _own_address(*each))]


def _own_address(family: socket.AddressFamily, elsewhere: str) -> list[str]:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            return [probe.getsockname()[0]]
    except OSError:
        return []
