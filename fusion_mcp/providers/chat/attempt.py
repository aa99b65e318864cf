"""One request to one model over the wire: sent, read as it streams, and given up on silence.

Nothing here tries twice.

Leaving the scope of an attempt, by cancellation too, closes its stream: that is how a provider learns to stop
generating.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import anyio
import httpx2

from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.bodies import events, read_at_most
from fusion_mcp.providers.chat.complaints import read_complaint
from fusion_mcp.providers.chat.failures import classify, is_haste
from fusion_mcp.providers.chat.refused_parts import tools_went_wrong
from fusion_mcp.providers.chat.wire import Reply, StreamError, parts, written
from fusion_mcp.providers.foreign import Json, parsed
from fusion_mcp.providers.redaction import Telling, shown
from fusion_mcp.providers.refusal import Refusal, Taken
from fusion_mcp.types import ModelRef

MAX_REPLY_CHARACTERS = 2_000_000
MAX_BODY_BYTES = 8_000_000
MAX_ERROR_BYTES = 64_000

_BILL_S = 2.0
"""How long a bill may take after the last word."""
_CLOSING_S = 0.05
"""How long a stream that is over, or has nothing more to say, may take to close; then the connection is dropped."""

_FINEST_S = 0.01
"""Setting a timer costs as much as reading an event: not for less than this."""
_MOST_IDLE = 250_000
"""Events in a row without a word of the reply; reasoning has none, and there is no model that thinks for longer."""


class _NoReply(Exception):
    """What came is no Chat Completions reply."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A request ready to be sent. Headers hold the key, so they never show."""

    provider: Provider
    model: ModelRef
    url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    body: Json = field(repr=False)
    without: frozenset[Parameter] = frozenset()
    """What was left out of the body since the model had refused it."""
    first_token_within: float
    silence_within: float = math.inf

    @property
    def sent(self) -> frozenset[str]:
        """The parts of the request, by the names that rules have for them."""
        return parts(self.body, self.without)

    @property
    def gap_s(self) -> float:
        """Seconds of silence that end a reply which has begun."""
        return min(self.provider.silence_s[1], self.silence_within)


async def send(
    http: httpx2.AsyncClient, attempt: Attempt, reply: Reply, on_text: Callable[[str], None]
) -> Refusal | None:
    """Send the request and fill `reply` as it comes. Gives back what went wrong, or None for a whole reply."""
    refusal: Refusal | None = None
    telling = Telling(on_text, attempt.secrets)
    with anyio.CancelScope(deadline=anyio.current_time() + attempt.first_token_within) as patience:
        refusal = await _exchange(http, attempt, reply, telling.say, patience)
    if reply.ended:
        telling.end()
        return _verdict(attempt, reply)  # what goes wrong after the end takes nothing away
    return _silence(attempt, reply) if patience.cancelled_caught else refusal


async def _exchange(
    http: httpx2.AsyncClient,
    attempt: Attempt,
    reply: Reply,
    on_text: Callable[[str], None],
    patience: anyio.CancelScope,
) -> Refusal | None:
    try:
        stream = http.stream("POST", attempt.url, content=written(attempt.body), headers=attempt.headers)
        async with stream as response:
            return await _read(response, attempt, reply, on_text, patience)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        what = f"cannot be reached at {attempt.url}: is it running, and is base_url right?"
        return _fault(attempt, what, taken="never sent")
    except httpx2.ProxyError:
        what = "cannot be reached through the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names."
        return _fault(attempt, what, taken="never sent")
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        return _fault(attempt, f"broke off the connection ({type(error).__name__}).")
    except _NoReply:
        return _fault(attempt, "sent something that is not a Chat Completions reply.", retry=False)


async def _read(
    response: httpx2.Response,
    attempt: Attempt,
    reply: Reply,
    on_text: Callable[[str], None],
    patience: anyio.CancelScope,
) -> Refusal | None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code != HTTPStatus.OK:
        body = (await read_at_most(response, MAX_ERROR_BYTES)).decode("utf-8", errors="replace")
        return classify(
            attempt.provider,
            attempt.model,
            response.status_code,
            response.headers,
            body,
            sent=attempt.sent,
            secrets=attempt.secrets,
        )
    if kind == "text/event-stream":
        await _read_events(response, attempt, reply, on_text, patience)
    elif kind == "application/json":
        body = await read_at_most(response, MAX_BODY_BYTES)
        if added := _understood(lambda: _take_whole(body, reply)):
            on_text(added)
    else:
        named = shown(kind, attempt.secrets) or "no content type"
        what = f"answered with {named} instead of a reply; check base_url."
        return _fault(attempt, what, retry=False, taken="refused")
    return _verdict(attempt, reply)


async def _read_events(
    response: httpx2.Response,
    attempt: Attempt,
    reply: Reply,
    on_text: Callable[[str], None],
    patience: anyio.CancelScope,
) -> None:
    idle = 0
    async for event in events(response):
        if reply.closed:
            continue  # read to its end, the connection can carry the next call
        added = _understood(lambda data=event.data: reply.take(data))
        if reply.began or reply.ended:
            until = anyio.current_time() + _gap(attempt, reply)
            # After the end only more words buy more time: a stream could go on for ever with nothing to say.
            until = min(until, patience.deadline) if reply.ended and not added else until
            if not 0 <= until - patience.deadline < _FINEST_S:
                patience.deadline = until
        if added:
            on_text(added)
        idle = 0 if added else idle + 1
        if idle > _MOST_IDLE:
            raise _NoReply
        if reply.error or reply.size > MAX_REPLY_CHARACTERS:
            return


def _gap(attempt: Attempt, reply: Reply) -> float:
    """Seconds that may pass before something more comes."""
    if reply.closed or (reply.ended and reply.billed):
        return min(_CLOSING_S, attempt.gap_s)
    return min(_BILL_S, attempt.gap_s) if reply.ended else attempt.gap_s


def _understood(take: Callable[[], str]) -> str:
    """Decode what came. Only this is the provider's to answer for: who listens to the text has faults of his own."""
    try:
        return take()
    except (ValueError, RecursionError):
        raise _NoReply from None


def _take_whole(body: bytes, reply: Reply) -> str:
    decoded = parsed(body)  # JSON from outside may be anything
    if not isinstance(decoded, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for every malformed reply
    if not (decoded.get("choices") or decoded.get("error")):  # pyright: ignore[reportUnknownMemberType] - same
        raise ValueError("no reply")
    added = reply.take_chunk(decoded)  # pyright: ignore[reportUnknownArgumentType] - same
    reply.ended = True
    return added


def _verdict(attempt: Attempt, reply: Reply) -> Refusal | None:
    title = attempt.provider.title
    if reply.error is not None:
        return _told_within(attempt, reply, reply.error)
    if reply.size > MAX_REPLY_CHARACTERS:
        return Refusal(reason="upstream_error", message=f"{title} sent more than {MAX_REPLY_CHARACTERS:,} characters.")
    if not reply.ended:
        where = f"after {reply.spoken:,} characters" if reply.spoken else "before its first word"
        return _fault(attempt, f"cut its reply off {where}.")
    if reply.is_wordless and "malformed_function_call" in (reply.finish_reason or "").lower():
        return _fault(attempt, "could not read the tool call that its model wrote.", tools_went_wrong=True)
    return None


def _told_within(attempt: Attempt, reply: Reply, error: StreamError) -> Refusal:
    """An error that came as part of a reply. What has begun to be answered is not asked for again in other words."""
    status = error.status_code
    if status is not None:
        sent = () if reply.began else attempt.sent
        return classify(attempt.provider, attempt.model, status, {}, error.body, sent=sent, secrets=attempt.secrets)
    complaint = read_complaint(error.body)
    said = shown(complaint.message, attempt.secrets)
    went_wrong = tools_went_wrong(complaint, attempt.sent)
    return _fault(attempt, f"reported an error within its reply: {said}", tools_went_wrong=went_wrong)


def _fault(
    attempt: Attempt, what: str, *, retry: bool = True, taken: Taken = "accepted", tools_went_wrong: bool = False
) -> Refusal:
    return Refusal(
        reason="upstream_error",
        message=f"{attempt.provider.title} {what}",
        retry=retry,
        taken=taken,
        tools_went_wrong=tools_went_wrong,
    )


def _silence(attempt: Attempt, reply: Reply) -> Refusal:
    if reply.began:
        waited, own = attempt.gap_s, attempt.provider.silence_s[1]
        what = f"fell silent for {round(waited, 1):g} s in the middle of its reply."
    else:
        waited, own = attempt.first_token_within, attempt.provider.silence_s[0]
        what = f"had not begun to answer after {round(waited, 1):g} s."
    message = f"{attempt.provider.title} {what}"
    return Refusal(reason="timed_out", message=message, is_our_own=is_haste(waited, own))
