"""What `doctor` finds out about the way to the network: proxies that do not answer, and a clock that is far off."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import anyio

import fusion_mcp
from fusion_mcp.cli.doctor.findings import NetworkFound, ProxyFound
from fusion_mcp.providers.connections.unreachable import place

PROXY_S = 1.5
"""How long a proxy may take to accept a connection. Nothing is sent to it."""

_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_PORTS = {"http": 80, "https": 443}
_SOCKS = 1080
_SLACK = timedelta(days=1)  # folders are copied across time zones


async def look_at_network(environ: Mapping[str, str]) -> NetworkFound:
    """Knock at every proxy that the environment names, all at once."""
    named = {name: value for name in _VARIABLES if (value := _value(environ, name))}
    answers: dict[str, bool] = {}

    async def knock(proxy: str) -> None:
        answers[proxy] = await _accepts(proxy)

    async with anyio.create_task_group() as knocking:
        for proxy in set(named.values()):
            if place(proxy):
                knocking.start_soon(knock, proxy)
    proxies = [
        ProxyFound(variable=name, place=place(proxy), answers=answers.get(proxy)) for name, proxy in named.items()
    ]
    return NetworkFound(proxies=proxies, clock=clock_fault(Path(fusion_mcp.__file__), datetime.now(UTC)))


def clock_fault(installed: Path, now: datetime) -> str | None:
    """Say that the clock is wrong, where it shows a time before this program was `installed`."""
    try:
        written = datetime.fromtimestamp(installed.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None
    if now > written - _SLACK:
        return None
    return (
        f"This machine's clock shows {now:%Y-%m-%d}, and fusion-mcp was installed on {written:%Y-%m-%d}: set it right, "
        "since certificates are not valid at the wrong time."
    )


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name.lower(), "").strip() or environ.get(name, "").strip()


async def _accepts(proxy: str) -> bool:
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    port = parts.port or _PORTS.get(parts.scheme, _SOCKS)
    with anyio.move_on_after(PROXY_S):
        try:
            stream = await anyio.connect_tcp(parts.hostname or "", port)
        except (OSError, UnicodeError):
            return False
        await stream.aclose()
        return True
    return False
