"""The one HTTP client that every provider is called over. What is said over it: not here."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import httpx2

from fusion_mcp import __version__, guard
from fusion_mcp.errors import FusionError

_CONNECT_S = 10.0

SETTINGS_FAULTS = (ImportError, OSError, ValueError, httpx2.InvalidURL)
"""What making a client raises where the environment names a proxy or certificates that it cannot use."""


class UnusableSettingsError(FusionError):
    """The environment's proxy or certificates cannot be used, so nothing can be called: names the variables."""


class Connections:
    """The client, made when it is first wanted: its certificates take some 40 ms to load."""

    def __init__(self, base_urls: Iterable[str]) -> None:
        """A server on this machine, by whatever name `base_urls` have it, is not behind the environment's proxy."""
        self._direct = on_this_machine(base_urls)
        self._client: httpx2.AsyncClient | None = None

    def client(self) -> httpx2.AsyncClient:
        """Give the one client. Raises UnusableSettingsError where the environment's settings allow none."""
        if self._client is None:
            self._client = _opened(self._direct)
        return self._client

    async def aclose(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()


def _opened(direct_hosts: Iterable[str]) -> httpx2.AsyncClient:
    # No bound of the pool's own: who waited there would not be told why. How many may call is `places`' to say.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
    try:
        tls = httpx2.create_ssl_context()
        direct = httpx2.AsyncHTTPTransport(verify=tls, limits=limits)
        return httpx2.AsyncClient(
            verify=tls,
            limits=limits,
            timeout=httpx2.Timeout(None, connect=_CONNECT_S),
            headers={"User-Agent": f"fusion-mcp/{__version__}"},
            mounts={f"all://{host}": direct for host in direct_hosts},
        )
    except SETTINGS_FAULTS as error:
        raise UnusableSettingsError(what_to_mend(error)) from error


def what_to_mend(fault: Exception) -> str:
    """Say which variables to mend, in a sentence. A proxy's address may hold a password, so no value is shown."""
    if isinstance(fault, OSError):  # ssl's errors are OSErrors
        return "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be loaded: correct or unset it."
    socks = " (for a SOCKS proxy, install the package socksio)" if isinstance(fault, ImportError) else ""
    return f"The proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used: correct or unset it{socks}."


def on_this_machine(base_urls: Iterable[str]) -> set[str]:
    """Name the hosts, as they stand in a URL, that no proxy stands in front of: those of this machine."""
    hosts = {urlsplit(url).hostname or "" for url in base_urls} | {"127.0.0.1"}  # where the embedded model listens
    return {f"[{host}]" if ":" in host else host for host in hosts if guard.is_loopback(host)}
