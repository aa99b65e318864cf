"""Why a server could not be reached, and what a person can do about it: two sentences that follow "cannot be reached".

A certificate nobody here knows, a clock that is wrong and a proxy that wants a login all look alike from afar, and are
mended in different places. Sends nothing. A proxy's address may hold a password, so of it only host and port are shown.
"""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from fusion_mcp import guard

_WRONG_TIME = (9, 10)  # OpenSSL's codes of what is wrong with a certificate (X509_V_ERR_...)
_WRONG_NAME = (62, 64)


class Proxy(NamedTuple):
    """A proxy in front of a server: its host and port, where they can be shown, and the variable that names it."""

    place: str
    variable: str

    def __str__(self) -> str:
        """Name it as a person knows it."""
        return f"the proxy {self.place} ({self.variable})" if self.place else f"the proxy that {self.variable} names"


def why_unreachable(error: Exception, url: str) -> str:
    """Say what kept a request to `url` from arriving, and what to do."""
    host, proxy = urlsplit(url).hostname or "", proxy_of(url)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _about_certificate(cause)
    if proxy is not None:
        return _about_proxy(error, proxy, host)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"no address is known for {host}. Check this machine's network, and base_url."
    if isinstance(error, httpx2.TimeoutException) and not guard.is_loopback(host):
        return "nothing answers there. Check this machine's network; where that wants a proxy, set HTTPS_PROXY."
    return "is it running, and is base_url right?"


def proxy_of(url: str) -> Proxy | None:
    """Name the proxy that stands before `url`, by the environment or the system's settings; None where none does."""
    parts = urlsplit(url)
    if not parts.hostname or guard.is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    named = getproxies()
    scheme = next((scheme for scheme in (parts.scheme, "all") if named.get(scheme)), None)
    return None if scheme is None else Proxy(place(named[scheme]), f"{scheme.upper()}_PROXY")


def place(proxy: str) -> str:
    """Give a proxy's host and port; "" where that is not plain to see, and might be a part of a password."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    rest = f"{parts.path}{parts.query}{parts.fragment}"
    return f"{parts.hostname}{port}" if parts.hostname and "@" not in rest else ""


def _about_certificate(fault: ssl.SSLError) -> str:
    if not isinstance(fault, ssl.SSLCertVerificationError):
        return "TLS could not be agreed on. Check base_url (https or http?), and what stands in between."
    if fault.verify_code in _WRONG_TIME:
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        return (
            f"its certificate is not valid at the time of this machine, {now} UTC. Set the clock right; if it is "
            "right, the server needs a new certificate."
        )
    if fault.verify_code in _WRONG_NAME:
        return (
            "its certificate is for another name. Check base_url; a public network may want a login in a browser first."
        )
    return (
        "its certificate is from an issuer that this machine does not know, as behind a company's proxy or a virus "
        "scanner. Set SSL_CERT_FILE to a PEM file with that issuer's certificate, or add it to the system's "
        "certificates; a bare container needs the package ca-certificates."
    )


def _about_proxy(error: Exception, proxy: Proxy, host: str) -> str:
    if isinstance(error, httpx2.ProxyError):
        if "407" in str(error):
            return f"{proxy} wants a login. Put USER:PASSWORD@ before its host in {proxy.variable}."
        return f"{proxy} did not let the call through. Have {host} allowed there, or name it in NO_PROXY."
    return (
        f"{proxy} does not answer. Start it, or correct or unset {proxy.variable}; if {host} needs no proxy, name it "
        "in NO_PROXY."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
