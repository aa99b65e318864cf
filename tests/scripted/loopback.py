"""The safety net: nothing in the test process reaches beyond loopback.

An audit hook sees every connect and every look-up of any library, and cannot be undone. What it refuses is remembered
too, since code under test may turn the refusal into a quiet failure.
"""

import ipaddress
import sys
from typing import cast

REACHED: list[str] = []
"""What was refused and not yet looked at."""


class LeftLoopbackError(RuntimeError):
    """A test tried to reach the internet."""


def install() -> None:
    """Watch this process from now on."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(str(cast("tuple[object, ...]", address)[0])):
            _refuse(event, str(cast("tuple[object, ...]", address)[0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = _text(arguments[0])
        if not (_is_number(host) or _is_loopback(host)):
            _refuse(event, host)


def _refuse(event: str, host: str) -> None:
    REACHED.append(f"{event}: {host}")
    raise LeftLoopbackError(f"tests stay on loopback, but {event} went for {host}")


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")


def _is_number(host: str) -> bool:
    """Whether `host` is an address, which nobody is asked about."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if _is_number(host):
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    return host in ("", "localhost") or host.endswith(".localhost")
