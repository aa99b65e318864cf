"""One request over one connection, and what comes back: a page, the way to another, or a fault. Nothing connects here.

What the server says is data: it steers nothing but where a redirect leads, and none of its words reaches a fault.
"""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from anyio.abc import ByteStream

from fusion_mcp.tools.download.answer import Answer, BrokenError
from fusion_mcp.tools.download.decoding import ACCEPTED, DamagedError, decoder_for
from fusion_mcp.tools.download.metering import PLAIN_BYTES, Metered, SpentError
from fusion_mcp.tools.download.target import Target, redirected
from fusion_mcp.tools.faults import FaultReason, ToolFault

_HEADERS = {
    # Deliberately without our name: a page must not learn that a panel reads it.
    "User-Agent": "Mozilla/5.0 (compatible; web-reader)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain,application/json,*/*;q=0.5",
    "Accept-Encoding": ACCEPTED,
}
_REDIRECTS = (301, 302, 303, 307, 308)
_GOOD = (HTTPStatus.OK, HTTPStatus.NO_CONTENT)
_RATIO_FREE = 65_536
"""Decoded bytes before which the ratio says nothing: short pages of few words compress like bombs."""
_HEAD_BYTES = 200_000
"""What may come before a body: no head is as long, but any number of interim answers could be."""
_FRAMING = 2
"""How many times its own length a body may take with all that is wrapped around it."""
_FRAGMENTS = 20_000
"""A body in more pieces than this was made to keep us busy: of 8 MB, no network makes more than some six thousand."""
_WHY = {
    401: "it wants a login",
    403: "it does not let this reader in",
    404: "it has no such page",
    410: "it has taken this page away",
    429: "it has been asked too often",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one page may take: seconds to connect, of silence and in all; bytes as sent and decoded; decoded to sent."""

    connect_s: float = 8.0
    idle_s: float = 8.0
    whole_s: float = 25.0
    wire_bytes: int = 8_000_000
    decoded_bytes: int = 16_000_000
    ratio: int = 100
    redirects: int = 5


@dataclass(frozen=True, kw_only=True)
class Download:
    """A page as it came: `url` after all redirects, `content_type` as its header has it or "", `body` decoded.

    `exempt`: it came from where the person let readers through the address guard.
    """

    url: str
    content_type: str
    body: bytes
    exempt: bool = False


@dataclass(frozen=True)
class Redirect:
    """The URL that an answer sends us on to, as nobody has judged it yet."""

    url: str


async def exchange(stream: ByteStream, target: Target, limits: Limits) -> Download | Redirect:
    """Ask for `target` and read the answer. Leaves it to the caller to close `stream`. Raises ToolFault."""
    metered = Metered(stream, _HEAD_BYTES, limits.idle_s)
    with _in_our_words(limits.idle_s), closing(Answer()) as answer:
        await metered.write(_request(target))
        while not answer.has_head:
            answer.take(await metered.read())
        if answer.status in _REDIRECTS:
            return Redirect(redirected(target, _location(answer)))
        metered.allowance = _FRAMING * limits.wire_bytes + _HEAD_BYTES
        if not any(map(answer.named, ("transfer-encoding", "content-encoding"))):
            metered.at_once = PLAIN_BYTES
        body = await _body(metered, answer, limits)
        return Download(url=target.url, content_type=_first(answer, "content-type"), body=body, exempt=target.exempt)


def _request(target: Target) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in {"Host": target.authority, **_HEADERS}.items())
    return f"GET {target.path} HTTP/1.1\r\n{fields}\r\n".encode("ascii")


async def _body(metered: Metered, answer: Answer, limits: Limits) -> bytes:
    """Read a good answer's body, measuring it at every piece. Raises ToolFault for any other answer."""
    if answer.status not in _GOOD:
        raise _http_error(answer.status)
    decoder = decoder_for(",".join(answer.named("content-encoding")))
    if decoder is None:
        raise _fault("unsupported_type", "The page is compressed in a way that was not asked for")
    _measure(int(_first(answer, "content-length") or 0), 0, limits)
    fragments, wire, body = 0, 0, bytearray()
    while True:
        for chunk in answer.taken():
            fragments, wire = fragments + 1, wire + len(chunk)
            if fragments > _FRAGMENTS:
                raise SpentError
            _measure(wire, len(body), limits)
            for piece in decoder.feed(chunk):
                body += piece
                _measure(wire, len(body), limits)
        if answer.is_whole:
            break
        answer.take(await metered.read())
    decoder.finish()
    return bytes(body)


def _measure(wire: int, decoded: int, limits: Limits) -> None:
    for size, limit in ((wire, limits.wire_bytes), (decoded, limits.decoded_bytes)):
        if size > limit:
            raise _fault("too_large", f"The page is larger than {limit / 1e6:g} MB, so it is not read")
    if decoded > _RATIO_FREE and decoded > wire * limits.ratio:
        raise _fault("too_large", "The page unpacks to far more than any text does")


@contextmanager
def _in_our_words(idle_s: float) -> Generator[None]:
    """Tell what a connection died of, without a word of what the server or the system said."""
    try:
        yield
    except TimeoutError as error:
        raise _fault("timed_out", f"Its server fell silent for {idle_s:g} s") from error
    except (BrokenError, anyio.BrokenResourceError, OSError) as error:
        raise _fault("unreachable", "The connection broke off, or what came was no proper answer") from error
    except SpentError as error:
        raise _fault("too_large", "Its server sends more around the page than any page needs") from error
    except DamagedError as error:
        raise _fault("unreadable", "The page arrived damaged: it cannot be decompressed") from error


def _fault(reason: FaultReason, what: str, status: int | None = None) -> ToolFault:
    return ToolFault(reason, f"{what}. Choose another page, or answer from what you have.", status)


def _first(answer: Answer, name: str) -> str:
    """Give a header's value, the first where it comes more than once; "" where it does not come."""
    return next(iter(answer.named(name)), "")


def _location(answer: Answer) -> str:
    location = _first(answer, "location")
    if not location.strip():
        what = f"The site answered {answer.status}, a redirect that does not say where to"
        raise _fault("http_error", what, answer.status)
    try:
        return location.encode("latin-1").decode()  # as browsers read it; the standard has ASCII only
    except UnicodeDecodeError:
        return location


def _http_error(status: int) -> ToolFault:
    trouble = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    why = "it has trouble of its own at the moment" if trouble else _WHY.get(status, "it does not give the page out")
    return _fault("http_error", f"The site answered {status}: {why}", status)
