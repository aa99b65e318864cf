"""Which models a provider says it has: `GET /models` of the Chat Completions dialect.

Used to look around, never to answer.
"""

from http import HTTPStatus
from typing import Any, cast

import anyio
import httpx2

from fusion_mcp.providers.failures import redact
from fusion_mcp.types import CallFailure

_MAX_BYTES = 4_000_000


async def list_models(
    http: httpx2.AsyncClient, base_url: str, key: str | None, *, within_s: float
) -> tuple[str, ...] | CallFailure:
    """Ask for the names of a provider's models, waiting at most `within_s` seconds."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with anyio.move_on_after(within_s):
        try:
            response = await http.get(f"{base_url.rstrip('/')}/models", headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            return CallFailure(
                reason="upstream_error", message=f"{base_url} cannot be reached ({type(error).__name__})"
            )
        if response.status_code != HTTPStatus.OK:
            said = redact(response.text[:200], () if key is None else (key,))
            reason = "unauthorized" if response.status_code in (401, 403) else "upstream_error"
            return CallFailure(reason=reason, message=f"it answered {response.status_code}: {' '.join(said.split())}")
        return _names(response)
    return CallFailure(reason="timed_out", message=f"{base_url} did not answer within {within_s:g} s")


def _names(response: httpx2.Response) -> tuple[str, ...] | CallFailure:
    if len(response.content) > _MAX_BYTES:
        return CallFailure(reason="upstream_error", message="its list of models is absurdly long")
    try:
        listed: object = response.json()
    except ValueError:
        return CallFailure(
            reason="upstream_error", message="it answered with something that is not JSON; check base_url"
        )
    entries = cast("dict[str, Any]", listed).get("data") if isinstance(listed, dict) else None
    rows = cast("list[Any]", entries) if isinstance(entries, list) else []
    return tuple(str(cast("dict[str, Any]", row)["id"]) for row in rows if isinstance(row, dict) and row.get("id"))  # pyright: ignore[reportUnknownMemberType]
