"""One attempt over the wire: a request is sent, its reply read as it streams, and given up on silence.

Nothing here tries twice. Leaving the scope of an attempt, by cancellation too, closes its stream: that is how a
provider learns to stop generating.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import httpx2

from fusion_mcp.clock import now
from fusion_mcp.providers.chat.attempt import Attempt
from fusion_mcp.providers.chat.bodies import hand_on, read_at_most
from fusion_mcp.providers.chat.encoding import written
from fusion_mcp.providers.chat.events import Events, EventTooLong
from fusion_mcp.providers.chat.failures import classify
from fusion_mcp.providers.chat.faults import fault, silence, verdict
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.connections.client import Connections
from fusion_mcp.providers.connections.patience import Patience, PatienceOver
from fusion_mcp.providers.connections.response import Response
from fusion_mcp.providers.connections.unreachable import why_unreachable
from fusion_mcp.providers.redaction import Telling, shown
from fusion_mcp.providers.refusal import Refusal

_UNREACHED = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.ProxyError,
    httpx2.InvalidURL,
    httpx2.UnsupportedProtocol,
)
_BROKE_OFF = (httpx2.HTTPError, httpx2.StreamError)
_MAX_BODY_BYTES = 8_000_000
_MAX_EVENT_BYTES = 8_000_000
_MAX_ERROR_BYTES = 64_000
_NO_TIME = "There was no time left to send this call."

_Came = TypeVar("_Came")


class _NoReply(Exception):
    """What came is no Chat Completions reply."""


async def send(
    connections: Connections, attempt: Attempt, reply: Reply, on_text: Callable[[str], None] | None
) -> Refusal | None:
    """Send the request and fill `reply` as it comes. Gives back what went wrong, or None for a whole reply."""
    to, telling, start = attempt.to, Telling(on_text, attempt.to.secrets), now()
    begins_within = min(attempt.provider.silence_s[0], attempt.gives_up - start)
    if begins_within <= 0:
        return Refusal(reason="timed_out", message=_NO_TIME, taken="never sent", is_our_own=True)
    patience = Patience(start + begins_within)
    try:
        response = await connections.post(to.url, to.headers, written(attempt.body), patience)
        try:
            refusal = await _Reading(attempt, reply, telling.say, patience).read(response)
        finally:
            await response.body.aclose()
    except PatienceOver:
        refusal = silence(attempt, reply, begins_within)
    except (*_UNREACHED, *_BROKE_OFF, EventTooLong, _NoReply) as error:
        refusal = _broken(attempt, error)
    if reply.ended:
        telling.end()
    elif refusal is not None:
        return refusal
    return verdict(attempt, reply)  # what goes wrong after the end takes nothing away


def _broken(attempt: Attempt, error: Exception) -> Refusal:
    match error:
        case EventTooLong():
            return fault(attempt, "sent an event that is too long to be read.")
        case _NoReply():
            return fault(attempt, "sent something that is not a Chat Completions reply.", retry=False)
        case _ if isinstance(error, _UNREACHED):
            what = f"cannot be reached at {attempt.to.url}: {why_unreachable(error, attempt.to.url)}"
            return fault(attempt, what, taken="never sent")
        case _:
            return fault(attempt, f"broke off the connection ({type(error).__name__}).")


class _Reading:
    """A reply on its way. The end of `patience` moves on with every sign of life."""

    def __init__(self, attempt: Attempt, reply: Reply, on_text: Callable[[str], None], patience: Patience) -> None:
        self._attempt = attempt
        self._reply = reply
        self._on_text = on_text
        self._patience = patience
        self._events = Events(_MAX_EVENT_BYTES)

    async def read(self, response: Response) -> Refusal | None:
        """Read a response to its end, or as far as anybody wants it. Gives back why it is no reply, where it is none.

        Raises PatienceOver where nothing came for too long.
        """
        if response.status != HTTPStatus.OK:
            return await _refused(self._attempt, response)
        kind = response.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind == b"text/event-stream":
            await hand_on(response, self._hear)
        elif kind == b"application/json":
            body = await read_at_most(response, _MAX_BODY_BYTES)
            if added := _understood(self._reply.take_whole, body):
                self._on_text(added)
        else:
            named = shown(kind.decode("latin-1"), self._attempt.to.secrets) or "no content type"
            what = f"answered with {named} instead of a reply; check base_url."
            return fault(self._attempt, what, retry=False, taken="refused")
        return None

    def _hear(self, piece: bytes) -> bool:
        """Take in what came at once, and tell whether more is wanted; who listens, and who waits, hears of it as one.

        After the end of a reply the rest of its stream is read to no purpose but that its connection can carry another.
        """
        reply = self._reply
        words = "" if reply.closed else _understood(reply.take_all, self._events.take(piece))
        if words:
            self._on_text(words)
        if reply.error or reply.is_too_long:
            return False
        self._wait_on(has_words=bool(words))
        return True

    def _wait_on(self, *, has_words: bool) -> None:
        """Give the reply its time anew, if it has shown signs of life. Raises PatienceOver where it has had it."""
        reply, patience, at = self._reply, self._patience, now()
        if has_words or (reply.began and not reply.ended):
            patience.until = at + self._attempt.patience_s(reply)
        elif reply.ended:
            # After the end only more words buy more time: a stream could go on for ever with nothing to say.
            patience.until = min(patience.until, at + self._attempt.patience_s(reply))
        if at > patience.until:  # so could one that has not begun
            raise PatienceOver


async def _refused(attempt: Attempt, response: Response) -> Refusal:
    said = (await read_at_most(response, _MAX_ERROR_BYTES)).decode("utf-8", errors="replace")
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers.items()}
    secrets = attempt.to.secrets
    return classify(attempt.provider, attempt.model, response.status, told, said, sent=attempt.sent, secrets=secrets)


def _understood(take: Callable[[_Came], str], came: _Came) -> str:
    """Decode what came. Only this is the provider's to answer for: who listens to the text has faults of his own."""
    try:
        return take(came)
    except (ValueError, RecursionError):
        raise _NoReply from None
