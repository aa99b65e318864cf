"""The source that is one address: a streamed download that goes on from where an earlier one stopped."""

import re
import socket

import httpx2

from fusion_mcp.providers.connections.client import SETTINGS_FAULTS, what_to_mend
from fusion_mcp.providers.local.download import Download, SourceFailed
from fusion_mcp.providers.local.weights import UrlSource

# A blocked network is to be noticed in seconds; a slow one may take its time, as long as bytes keep coming.
_TIMEOUT = httpx2.Timeout(20.0, connect=4.0)  # for each address that a name has
_WHOLE, _RANGE = 200, 206


def fill_from_url(source: UrlSource, download: Download) -> None:
    """Bring `download.partial` to its full length. Raises SourceFailed; what has arrived stays for the next attempt.

    A broken connection is taken up again as long as each attempt brings bytes.
    """
    total = download.weights.bytes
    have = _arrived(download)
    download.require_space(total - have)
    with _client() as client:
        while have < total:
            fault = _receive(client, source, download, have)
            before, have = have, _arrived(download)
            if have <= before:
                raise SourceFailed(fault or "the transfer ended early")


def _client() -> httpx2.Client:
    try:
        return httpx2.Client(timeout=_TIMEOUT, follow_redirects=True)
    except SETTINGS_FAULTS as error:
        raise SourceFailed(what_to_mend(error).rstrip(".")) from error


def _arrived(download: Download) -> int:
    """Count the bytes of the partial file, dropping one that is too long to be a beginning."""
    try:
        size = download.partial.stat().st_size
    except FileNotFoundError:
        return 0
    if size > download.weights.bytes:
        download.partial.unlink()
        return 0
    return size


def _receive(client: httpx2.Client, source: UrlSource, download: Download, have: int) -> str | None:
    """Take what one request brings. Returns why the connection broke, if it did."""
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with client.stream("GET", source.url, headers=headers) as response:
            _save(response, source, download, _start(response, have, download.weights.bytes))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return in_words(error)
    return None


def in_words(error: BaseException) -> str:
    """Say in half a sentence what a connection died of."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, socket.gaierror):
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpx2.ConnectError() if cause is not None:
            return "its name cannot be looked up (is this machine online?)"
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return "it cannot be reached (is this machine online?)"
        case httpx2.ProxyError():
            return "it cannot be reached through the proxy of HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"
        case httpx2.TimeoutException():
            return f"nothing arrived for {_TIMEOUT.read:.0f} s"
        case _:
            return f"the connection broke off ({type(error).__name__})"


def _start(response: httpx2.Response, have: int, total: int) -> int:
    """Say at which byte the body begins: where we left off, or at 0 when the server does not do ranges."""
    if response.status_code == _WHOLE:
        start, length = 0, response.headers.get("Content-Length", "")
    elif response.status_code == _RANGE:
        start, length = _content_range(response)
    else:
        raise SourceFailed(f"the server answered {response.status_code}")
    if start not in {0, have}:
        raise SourceFailed("the server answered with another part of the file than was asked for")
    if length.isdigit() and int(length) != total:
        raise SourceFailed(f"the server offers a file of {int(length):,} bytes instead of {total:,}")
    return start


def _content_range(response: httpx2.Response) -> tuple[int, str]:
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if not match:
        raise SourceFailed("the server's answer does not say which part of the file it is")
    return int(match[1]), match[2]


def _save(response: httpx2.Response, source: UrlSource, download: Download, start: int) -> None:
    done = start
    with download.partial.open("ab" if start else "wb") as file:
        for chunk in response.iter_raw():
            done += len(chunk)
            if done > download.weights.bytes:
                file.close()
                download.partial.unlink()
                raise SourceFailed(f"the server sends more than the file's {download.weights.bytes:,} bytes")
            file.write(chunk)
            download.tell(done, source)
