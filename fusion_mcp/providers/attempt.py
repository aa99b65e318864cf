"""One request to one model over the wire: sent, read as it streams, and given up on silence.

Nothing here tries twice.

Leaving the scope of an attempt, by cancellation too, closes its stream: that is how a provider learns to stop
generating.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import anyio
import httpx2

from fusion_mcp.providers.catalog import Provider
from fusion_mcp.providers.failures import Refusal, classify, redact
from fusion_mcp.providers.wire import Json, Reply
from fusion_mcp.types import ModelRef

MAX_REPLY_CHARACTERS = 2_000_000
MAX_BODY_BYTES = 8_000_000
MAX_ERROR_BYTES = 64_000


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A request ready to be sent. Headers hold the key, so they never show."""

    provider: Provider
    model: ModelRef
    url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    body: Json = field(repr=False)
    first_token_within: float

    @property
    def gap_s(self) -> float:
        """Seconds of silence that end a reply which has begun."""
        return self.provider.silence_s[1]


async def send(
    http: httpx2.AsyncClient, attempt: Attempt, reply: Reply, on_text: Callable[[str], None]
) -> Refusal | None:
    """Send the request and fill `reply` as it comes. Gives back what went wrong, or None for a whole reply."""
    with anyio.CancelScope(deadline=anyio.current_time() + attempt.first_token_within) as patience:
        try:
            stream = http.stream("POST", attempt.url, json=attempt.body, headers=attempt.headers)
            async with stream as response:
                return await _read(response, attempt, reply, on_text, patience)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return _fault(attempt, f"cannot be reached at {attempt.url}: is it running, and is base_url right?")
        except (httpx2.TransportError, httpx2.StreamError, httpx2.InvalidURL) as error:
            return _fault(attempt, f"broke off the connection ({type(error).__name__}).")
        except ValueError:
            return _fault(attempt, "sent something that is not a Chat Completions reply.", retry=False)
    return _silence(attempt, reply)


async def _read(
    response: httpx2.Response,
    attempt: Attempt,
    reply: Reply,
    on_text: Callable[[str], None],
    patience: anyio.CancelScope,
) -> Refusal | None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code != HTTPStatus.OK:
        body = (await _bounded(response, MAX_ERROR_BYTES)).decode("utf-8", errors="replace")
        return classify(
            attempt.provider,
            attempt.model,
            response.status_code,
            response.headers,
            body,
            sent=attempt.body,
            secrets=attempt.secrets,
        )
    if kind == "text/event-stream":
        await _read_events(response, attempt, reply, on_text, patience)
    elif kind == "application/json":
        _take_whole(await _bounded(response, MAX_BODY_BYTES), reply, on_text)
    else:
        what = f"answered with {kind or 'no content type'} instead of a reply; check base_url."
        return _fault(attempt, what, retry=False)
    return _verdict(attempt, reply)


async def _read_events(
    response: httpx2.Response,
    attempt: Attempt,
    reply: Reply,
    on_text: Callable[[str], None],
    patience: anyio.CancelScope,
) -> None:
    async for event in httpx2.EventSource(response):
        added = reply.take(event.data)
        if reply.began:
            patience.deadline = anyio.current_time() + attempt.gap_s
        if added:
            on_text(added)
        if reply.error or reply.size > MAX_REPLY_CHARACTERS:
            return


def _take_whole(body: bytes, reply: Reply, on_text: Callable[[str], None]) -> None:
    decoded = json.loads(body)
    if not isinstance(decoded, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for every malformed reply
    added = reply.take_chunk(decoded)  # pyright: ignore[reportUnknownArgumentType] - JSON from outside
    reply.ended = True
    if added:
        on_text(added)


async def _bounded(response: httpx2.Response, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body[:limit])


def _verdict(attempt: Attempt, reply: Reply) -> Refusal | None:
    title = attempt.provider.title
    if reply.error is not None:
        if reply.error.status_code is not None:
            said = json.dumps({"message": reply.error.message})
            return classify(attempt.provider, attempt.model, reply.error.status_code, {}, said, secrets=attempt.secrets)
        message = redact(reply.error.message, attempt.secrets)[:300]
        return _fault(attempt, f"reported an error within its reply: {message}")
    if reply.size > MAX_REPLY_CHARACTERS:
        return Refusal(reason="upstream_error", message=f"{title} sent more than {MAX_REPLY_CHARACTERS:,} characters.")
    if not reply.ended:
        return _fault(attempt, f"cut its reply off after {reply.size:,} characters.")
    return None


def _fault(attempt: Attempt, what: str, *, retry: bool = True) -> Refusal:
    return Refusal(reason="upstream_error", message=f"{attempt.provider.title} {what}", retry=retry)


def _silence(attempt: Attempt, reply: Reply) -> Refusal:
    if reply.began:
        what = f"fell silent for {attempt.gap_s:.0f} s in the middle of its reply."
    else:
        what = f"had not begun to answer after {attempt.first_token_within:.0f} s."
    return Refusal(reason="timed_out", message=f"{attempt.provider.title} {what}")
