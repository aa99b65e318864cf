"""The one HTTP client that backends are asked over. What is asked, and what a reply says, is told elsewhere.

A request goes to the address that was configured and nowhere else: redirects are not followed, cookies not kept.
"""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from fusion_mcp.tools.search.dialect import SearchRequest
from fusion_mcp.tools.search.failures import BackendError
from fusion_mcp.tools.search.proxies import past_proxies, proxies

MOST_BYTES = 2_000_000
"""Of a reply, decoded."""

_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; web-reader)",
    "Accept": "application/json",
}

# What making a client raises where the environment names a proxy or certificates that it cannot use.
_SETTINGS_FAULTS = (ImportError, OSError, ValueError, httpx2.InvalidURL)
_UNREACHABLE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL, httpx2.UnsupportedProtocol)


class UnreachableError(BackendError):
    """Nothing was sent, since nothing listens there."""


@dataclass(kw_only=True)
class Sending:
    """How far a request has come, which says whether it can have been billed."""

    has_left: bool = False
    status: int | None = None

    async def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Take note when the request itself goes out: a proxy that is asked for a tunnel is not yet the backend."""
        asks_for_tunnel = getattr(told.get("request"), "method", b"") == b"CONNECT"
        if event.endswith("send_request_headers.started") and not asks_for_tunnel:
            self.has_left = True


class SearchHttp:
    """Opens nothing before the first request."""

    def __init__(self, environ: Mapping[str, str], urls: Iterable[str]) -> None:
        """`environ` names proxies and certificates; those of `urls` that are on this machine are asked directly."""
        self._environ = environ
        self._urls = tuple(urls)
        self._client: httpx2.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def fetch(self, request: SearchRequest, sending: Sending) -> bytes:
        """Send a request and give the body of its reply, which `sending.status` goes with.

        The body is b"" for any status but 200. Raises BackendError. Waits as long as the caller's cancel scope allows.
        """
        method = "GET" if request.body is None else "POST"
        watched = {"trace": sending.watch}
        try:
            stream = self._http().stream(
                method, request.url, headers=request.headers, json=request.body, extensions=watched
            )
            async with stream as response:
                sending.status = response.status_code
                return await _read(response) if response.status_code == HTTPStatus.OK else b""
        except _UNREACHABLE:
            raise UnreachableError("cannot be reached") from None
        except httpx2.ProxyError:
            raise BackendError(
                "cannot be reached through the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names"
            ) from None
        except (httpx2.HTTPError, httpx2.StreamError):
            raise BackendError("broke off the connection") from None

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            try:
                self._client = _open(self._environ, self._urls)
            except _SETTINGS_FAULTS:
                # The cause may quote a proxy's password.
                raise BackendError(
                    "cannot be asked: the proxy or the certificates that the environment names (HTTP_PROXY, "
                    "HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE, SSL_CERT_DIR) cannot be used"
                ) from None
        return self._client


def _open(environ: Mapping[str, str], urls: Iterable[str]) -> httpx2.AsyncClient:
    file, folder = environ.get("SSL_CERT_FILE") or None, environ.get("SSL_CERT_DIR") or None
    tls = _certificates(file, None if file else folder)
    mounts: dict[str, httpx2.AsyncBaseTransport | None] = {
        pattern: None if proxy is None else httpx2.AsyncHTTPTransport(verify=tls, proxy=proxy, trust_env=False)
        for pattern, proxy in proxies(environ).items()
    }
    return httpx2.AsyncClient(
        verify=tls,
        trust_env=False,
        timeout=None,  # the caller's cancel scope bounds the whole
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        mounts=mounts | dict.fromkeys(past_proxies(urls)),
    )


@cache
def _certificates(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Load what is trusted, which takes some 40 ms."""
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    return httpx2.create_ssl_context(trust_env=False)


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BackendError(f"sent more than {MOST_BYTES // 1_000_000} MB")
    return bytes(body)
