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
    telling = Telling(on_text, attempt.secrets)
    start = now()
    begins_within = min(attempt.first_token_within, attempt.gives_up - start)
    if begins_within <= 0:
        return Refusal(reason="timed_out", message=_NO_TIME, taken="never sent", is_our_own=True)
    try:
        refusal = await _Exchange(attempt, reply, telling.say, Patience(start + begins_within)).make(connections)
    except PatienceOver:
        refusal = silence(attempt, reply, begins_within)
    if reply.ended:
        telling.end()
        return verdict(attempt, reply)  # what goes wrong after the end takes nothing away
    return refusal


class _Exchange:
    """A request on its way, and the reply to it. The end of `patience` moves on with every sign of life."""

    def __init__(self, attempt: Attempt, reply: Reply, on_text: Callable[[str], None], patience: Patience) -> None:
        self._attempt = attempt
        self._reply = reply
        self._on_text = on_text
        self._patience = patience
        self._events = Events(_MAX_EVENT_BYTES)

    async def make(self, connections: Connections) -> Refusal | None:
        """Send and read. Raises PatienceOver where nothing came for too long."""
        attempt = self._attempt
        try:
            response = await connections.post(attempt.url, attempt.headers, written(attempt.body), self._patience)
            try:
                return await self._read(response)
            finally:
                await response.body.aclose()
        except _UNREACHED as error:
            what = f"cannot be reached at {attempt.url}: {why_unreachable(error, attempt.url)}"
            return fault(attempt, what, taken="never sent")
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            return fault(attempt, f"broke off the connection ({type(error).__name__}).")
        except EventTooLong:
            return fault(attempt, "sent an event that is too long to be read.")
        except _NoReply:
            return fault(attempt, "sent something that is not a Chat Completions reply.", retry=False)

    async def _read(self, response: Response) -> Refusal | None:
        attempt, status = self._attempt, response.status
        if status != HTTPStatus.OK:
            said = (await read_at_most(response, _MAX_ERROR_BYTES)).decode("utf-8", errors="replace")
            told = response.headers
            return classify(
                attempt.provider, attempt.model, status, told, said, sent=attempt.sent, secrets=attempt.secrets
            )
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            await hand_on(response, self._hear)
        elif kind == "application/json":
            body = await read_at_most(response, _MAX_BODY_BYTES)
            if added := _understood(self._reply.take_whole, body):
                self._on_text(added)
        else:
            named = shown(kind, attempt.secrets) or "no content type"
            what = f"answered with {named} instead of a reply; check base_url."
            return fault(attempt, what, retry=False, taken="refused")
        return verdict(attempt, self._reply)

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


def _understood(take: Callable[[_Came], str], came: _Came) -> str:
    """Decode what came. Only this is the provider's to answer for: who listens to the text has faults of his own."""
    try:
        return take(came)
    except (ValueError, RecursionError):
        raise _NoReply from None
