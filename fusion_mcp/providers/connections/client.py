"""The way to every provider's server: over a proxy where the environment names one, else straight."""

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx2

from fusion_mcp import guard
from fusion_mcp.errors import FusionError
from fusion_mcp.providers.connections.patience import Patience
from fusion_mcp.providers.connections.request import USER_AGENT, parsed, written
from fusion_mcp.providers.connections.response import Response, received
from fusion_mcp.providers.connections.transport import Transport

_CONNECT_S = 10.0

SETTINGS_FAULTS = (ImportError, OSError, ValueError, httpx2.InvalidURL)
"""What making a client raises where the environment names a proxy or certificates that it cannot use."""


class UnusableSettingsError(FusionError):
    """The environment's proxy or certificates cannot be used, so nothing can be called: names the variables."""


class Connections:
    """Connections to every server, opened when they are wanted, and used again."""

    def __init__(self, base_urls: Iterable[str]) -> None:
        """A server on this machine, by whatever name `base_urls` have it, is not behind the environment's proxy."""
        self._near = on_this_machine(base_urls)
        self._opened: _Opened | None = None

    def client(self) -> httpx2.AsyncClient:
        """Give httpx2's client over them. Raises UnusableSettingsError where the environment's settings allow none."""
        return self._open().client

    def post(self, url: str, headers: Mapping[str, str], body: bytes, patience: Patience) -> Awaitable[Response]:
        """Send a request, and give its response as it comes. Raises httpx2's errors, and UnusableSettingsError.

        Whoever gets it closes its body: one that has not come to its end is cut off by that. Waiting for it, and for
        more of its body, ends in PatienceOver when `patience` does.
        """
        opened, address = self._open(), parsed(url)
        if opened.is_proxied and address.host not in self._near:
            request = opened.client.build_request("POST", url, content=body, headers=headers)
            return _by_proxy(opened.client, request, patience)
        # httpx2's client would look for cookies, redirections and logins besides, and its requests and responses know
        # more than anybody asks here: at half of a call's cost.
        message = written("POST", address, headers, body)
        return opened.direct.send(address.origin, message, connect_within=_CONNECT_S, patience=patience)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            await self._opened.client.aclose()
            await self._opened.direct.aclose()

    def _open(self) -> "_Opened":
        if self._opened is None:  # the certificates take some 40 ms to load
            self._opened = _open(self._near)
        return self._opened


@dataclass(frozen=True, kw_only=True)
class _Opened:
    client: httpx2.AsyncClient
    direct: Transport
    is_proxied: bool
    """Whether what is not on this machine goes through a proxy. Proxies are httpx2's own to speak to."""


async def _by_proxy(client: httpx2.AsyncClient, request: httpx2.Request, patience: Patience) -> Response:
    return received(await patience.wait_for(client.send(request, stream=True)), patience)


def _open(near: Iterable[str]) -> _Opened:
    # Who waited for a place in a pool would not be told why: how many may call is `places`' to say.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
    is_proxied = bool(getproxies())
    try:
        tls = httpx2.create_ssl_context()
        direct = Transport(tls)
        client = httpx2.AsyncClient(
            verify=tls,
            limits=limits,
            timeout=httpx2.Timeout(None, connect=_CONNECT_S),
            headers={"User-Agent": USER_AGENT},
            transport=None if is_proxied else direct,  # it looks for proxies where it is given none
            mounts={f"all://{f'[{host}]' if ':' in host else host}": direct for host in near},
        )
    except SETTINGS_FAULTS as error:
        raise UnusableSettingsError(what_to_mend(error)) from error
    return _Opened(client=client, direct=direct, is_proxied=is_proxied)


def what_to_mend(fault: Exception) -> str:
    """Say which variables to mend, in a sentence. A proxy's address may hold a password, so no value is shown."""
    if isinstance(fault, OSError):  # ssl's errors are OSErrors
        return "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be loaded: correct or unset it."
    socks = " (for a SOCKS proxy, install the package socksio)" if isinstance(fault, ImportError) else ""
    return f"The proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used: correct or unset it{socks}."


def on_this_machine(base_urls: Iterable[str]) -> set[str]:
    """Name the hosts that no proxy stands in front of: those of this machine."""
    hosts = {urlsplit(url).hostname or "" for url in base_urls} | {"127.0.0.1"}  # where the embedded model listens
    return {host for host in hosts if guard.is_loopback(host)}
