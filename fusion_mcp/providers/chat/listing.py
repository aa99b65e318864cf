"""Which models a provider says it has: `GET /models` of the Chat Completions dialect.

Used to look around, never to answer.
"""

from http import HTTPStatus

import anyio
import httpx2

from fusion_mcp.providers.chat.bodies import read_at_most
from fusion_mcp.providers.chat.complaints import read_complaint
from fusion_mcp.providers.connections.response import received
from fusion_mcp.providers.connections.unreachable import why_unreachable
from fusion_mcp.providers.foreign import items, mapping, parsed
from fusion_mcp.providers.redaction import shown
from fusion_mcp.types import CallFailure

_MAX_BYTES = 4_000_000


async def list_models(
    http: httpx2.AsyncClient, base_url: str, key: str | None, *, within_s: float
) -> tuple[str, ...] | CallFailure:
    """Ask for the names of a provider's models, waiting at most `within_s` seconds."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with anyio.move_on_after(within_s):
        try:
            async with http.stream("GET", f"{base_url.rstrip('/')}/models", headers=headers) as response:
                body = await read_at_most(received(response), _MAX_BYTES + 1)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, ValueError) as error:
            why = why_unreachable(error, base_url)
            return CallFailure(reason="upstream_error", message=f"{base_url} cannot be reached: {why}")
        if response.status_code != HTTPStatus.OK:
            return _refusal(response.status_code, body, key)
        return _names(body)
    return CallFailure(reason="timed_out", message=f"{base_url} did not answer within {within_s:g} s")


def _refusal(status: int, body: bytes, key: str | None) -> CallFailure:
    said = shown(read_complaint(body.decode("utf-8", errors="replace")).message, () if key is None else (key,))
    reason = "unauthorized" if status in (401, 403) else "upstream_error"
    return CallFailure(reason=reason, message=f"it answered {status}: {said}", status_code=status)


def _names(body: bytes) -> tuple[str, ...] | CallFailure:
    if len(body) > _MAX_BYTES:
        return CallFailure(reason="upstream_error", message="its list of models is absurdly long")
    try:
        listed = mapping(parsed(body))
    except (ValueError, RecursionError):
        return CallFailure(
            reason="upstream_error", message="it answered with something that is not JSON; check base_url"
        )
    return tuple(str(name) for entry in items(listed.get("data")) if (name := mapping(entry).get("id")))
