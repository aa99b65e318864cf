"""What a provider's refusal means, pure: status, headers and body become a reason, a sentence and whether to try again.

Statuses after OpenAI's and OpenRouter's error pages; retries after the table in docs/architecture.md.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

from fusion_mcp.providers.catalog import Parameter, Provider
from fusion_mcp.types import ModelRef, Reason

RETRIED_STATUSES = frozenset({408, 409, 425, 429})
_MAX_MESSAGE = 300

_OPTIONAL: Mapping[Parameter, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "response_format": (("response_format",), ("response_format", "json_schema", "structured output")),
    "stream_options": (("stream_options",), ("stream_options", "include_usage")),
    "temperature": (("temperature",), ("temperature",)),
    "reasoning": (("reasoning", "reasoning_effort"), ("reasoning",)),
    "seed": (("seed",), ("seed",)),
}
"""What a call can do without: its keys in the body, and how complaints name it.

The limit on the output is not here: without it nothing would bound the bill.
"""

_SECRETS = re.compile(r"\b(?:sk|pk|rk|gsk|xai|key|AIza)[-_][\w*-]{6,}|\bAIza[\w-]{10,}|(?i:bearer)\s+[\w.~+/*-]{8,}")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A reply that is no answer. `retry` says whether the same request may do better later."""

    reason: Reason
    message: str
    status_code: int | None = None
    retry: bool = False
    retry_after: float | None = None
    parameter: Parameter | None = None
    """The optional part of the request that the provider will not take: without it the request may pass."""


def classify(
    provider: Provider,
    model: ModelRef,
    status: int,
    headers: Mapping[str, str],
    body: str,
    *,
    sent: Collection[str] = (),
    secrets: Collection[str] = (),
    now: datetime | None = None,
) -> Refusal:
    """Read a reply whose status is not 200.

    `sent` holds the keys of the request's body; `secrets` are never repeated.
    """
    said = redact(_message_of(body), secrets)
    reason = _reason(status, body)
    return Refusal(
        reason=reason,
        message=_sentence(provider, model, reason, status, said),
        status_code=status,
        retry=_retried(status, reason),
        retry_after=retry_after(headers, now),
        parameter=_refused_parameter(status, body, sent),
    )


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` asks for, in either of its forms (RFC 9110, section 10.2.3)."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value, re.ASCII):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Take known keys, and whatever looks like one, out of a text that will be shown."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return _SECRETS.sub("[key]", text)


def _reason(status: int, body: str) -> Reason:
    lowered = body.lower()
    if status in (401, 403):
        return "unauthorized"
    if status == 402 or "insufficient_quota" in lowered:  # noqa: PLR2004 - Payment Required
        return "insufficient_credits"
    if status == 404 or (status == 400 and _names_no_model(lowered)):  # noqa: PLR2004 - Not Found, Bad Request
        return "invalid_model"
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        return "rate_limited"
    return "upstream_error"


def _names_no_model(body: str) -> bool:
    return "model_not_found" in body or bool(
        re.search(r"not a valid model|model .{0,80}(does not exist|not found)", body)
    )


def _refused_parameter(status: int, body: str, sent: Collection[str]) -> Parameter | None:
    if status not in (400, 422):
        return None
    error = _error_of(body)
    complaint = f"{_message_of(body)} {error.get('param') or ''}".lower()
    for parameter, (keys, words) in _OPTIONAL.items():
        if any(key in sent for key in keys) and any(word in complaint for word in words):
            return parameter
    return None


def _retried(status: int, reason: Reason) -> bool:
    if reason in ("insufficient_credits", "unauthorized", "invalid_model"):
        return False
    return status in RETRIED_STATUSES or status >= 500  # noqa: PLR2004 - HTTP's server errors


def _sentence(provider: Provider, model: ModelRef, reason: Reason, status: int, said: str) -> str:
    key = provider.api_key_env
    tail = f" It said: {said}" if said else ""
    match reason:
        case "unauthorized":
            check = f"check the key in {key}" if key else "it wants a key: name its variable in api_key_env"
            return f"{provider.title} refused access ({status}); {check}.{tail}"
        case "insufficient_credits":
            return f"{provider.title} says the account is out of credit ({status}); top it up.{tail}"
        case "invalid_model":
            return f"{provider.title} has no model '{model.model}' for this account ({status}).{tail}"
        case "rate_limited":
            return f"{provider.title} is limiting the rate of calls ({status}).{tail}"
        case _:
            return f"{provider.title} answered with an error ({status}).{tail}"


def _message_of(body: str) -> str:
    """The provider's own words, short; nothing of an HTML page but that it is one."""
    if body.lstrip()[:1] == "<":
        return "an HTML page instead of an API reply; check base_url."
    message = _error_of(body).get("message")
    words = message if isinstance(message, str) else body
    words = " ".join(words.split())
    return words if len(words) <= _MAX_MESSAGE else words[:_MAX_MESSAGE].rstrip() + " …"


def _error_of(body: str) -> dict[str, Any]:
    try:
        decoded: object = json.loads(body)
    except ValueError:
        return {}
    if isinstance(decoded, list) and decoded:
        decoded = cast("list[object]", decoded)[0]  # Google's endpoint wraps its error in a list
    if not isinstance(decoded, dict):
        return {}
    fields = cast("dict[str, Any]", decoded)
    error = fields.get("error", fields)
    if isinstance(error, str):
        return {"message": error}
    return cast("dict[str, Any]", error) if isinstance(error, dict) else {}
