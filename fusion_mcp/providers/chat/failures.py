"""What a provider's refusal means, pure: status, headers and body become a reason, a sentence and whether to try again.

Statuses after OpenAI's and OpenRouter's error pages; what is tried again is decided in docs/architecture.md. How a body
is read is `complaints`; which part of a request it refuses is `refused_parts`.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fusion_mcp.codes import Reason
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.chat.complaints import Complaint, read_complaint
from fusion_mcp.providers.chat.refused_parts import may_be_of_tools, refused_part, tools_went_wrong
from fusion_mcp.providers.redaction import shown
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import ModelRef

_RETRIED_STATUSES = frozenset({408, 409, 425, 429})
_LONGEST_S = 3600.0
"""The longest Retry-After that is believed."""

_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded_current_quota|insufficient (?:balance|credit|fund)|credit balance is too low"
    r"|key limit exceeded|spending limit|billing_(?:hard_limit|not_active)|(?:all|any|out of)(?: available)? credits"
)
_NO_KEY = re.compile(
    r"api[ _-]?key(?: is)?[ _](?:not valid|invalid|not found|expired|missing)"
    r"|(?:incorrect|invalid|missing)[ _]api[ _-]?key"
)
_NO_MODEL = re.compile(
    r"model_not_(?:found|available)|invalid_model|invalid model(?::| name| id)|not a valid model|unknown model"
    r"|no models? loaded|model not exist|supported api model names|unable to access .{0,20}model"
    r"|\bmodel .{0,80}(?:does not exist|not found)"
)
_MODERATED = re.compile(r"moderation|flagged|guardrail|content[ _](?:policy|filter)")
_NOT_OF_TOOLS = (_NO_CREDIT, _NO_KEY, _NO_MODEL, _MODERATED)
"""What no request without tools would change, whatever else is said with it."""

_RULES: tuple[tuple[frozenset[int], re.Pattern[str], Reason], ...] = (
    (frozenset({400, 402, 403, 412, 429}), _NO_CREDIT, "insufficient_credits"),
    (frozenset({402}), re.compile("in_flight_budget"), "rate_limited"),  # OpenRouter settles other calls: not empty
    (frozenset({400, 403, 422}), _NO_MODEL, "invalid_model"),
    (frozenset({400}), _NO_KEY, "unauthorized"),
    (frozenset({403}), _MODERATED, "upstream_error"),
)
"""What vendors say under a status that alone would mean something else, looked for in the error's message and codes."""

_REASONS: Mapping[int, Reason] = {
    401: "unauthorized",
    402: "insufficient_credits",
    403: "unauthorized",
    404: "invalid_model",
    429: "rate_limited",
}

_SETTLED: frozenset[Reason] = frozenset({"unauthorized", "insufficient_credits", "rate_limited"})
"""What no other request would change."""


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

    `sent` names the parts of the request's body (see `encoding.parts`); `secrets` are never repeated.
    """
    complaint = read_complaint(body)
    reason = _reason(status, complaint.codes)
    asked = _retry_after(headers, now)
    asked = complaint.retry_after if asked is None else asked
    return Refusal(
        reason=reason,
        message=_sentence(provider, model, reason, status, complaint, secrets),
        status_code=status,
        retry=_retried(status, reason, complaint),
        retry_after=None if asked is None else min(asked, _LONGEST_S),
        parameter=None if reason in _SETTLED else refused_part(status, complaint, sent, model.model),
        may_be_of_tools=not any(pattern.search(complaint.codes) for pattern in _NOT_OF_TOOLS)
        and may_be_of_tools(status, complaint, sent, model.model),
        tools_went_wrong=tools_went_wrong(complaint, sent),
        taken="refused",
    )


def _retry_after(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Seconds that `Retry-After` asks for, in either of its forms (RFC 9110, section 10.2.3)."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _reason(status: int, codes: str) -> Reason:
    for statuses, pattern, reason in _RULES:
        if status in statuses and pattern.search(codes):
            return reason
    return _REASONS.get(status, "upstream_error")


def _retried(status: int, reason: Reason, complaint: Complaint) -> bool:
    if reason in ("insufficient_credits", "unauthorized", "invalid_model"):
        return False
    if status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return not complaint.is_of_length
    return reason == "rate_limited" or status in _RETRIED_STATUSES


def _sentence(
    provider: Provider, model: ModelRef, reason: Reason, status: int, complaint: Complaint, secrets: Collection[str]
) -> str:
    said = shown(complaint.message, secrets)
    tail = f" It said: {said}" if said else ""
    key = provider.api_key_env
    match reason:
        case "unauthorized":
            check = f"check the key in {key}" if key else "it wants a key: name its variable in api_key_env"
            what = "refused access"
        case "insufficient_credits":
            what, check = "says the account is out of credit", "top it up"
        case "invalid_model":
            what, check = f"has no model '{model.model}' for this account", ""
        case "rate_limited":
            what, check = "is limiting the rate of calls", ""
        case _:
            what, check = _fault(status, complaint)
    return f"{provider.title} {what} ({status}){f'; {check}' if check else ''}.{tail}"


def _fault(status: int, complaint: Complaint) -> tuple[str, str]:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirections
        return "redirects to another address, which is not followed", "correct base_url"
    if complaint.is_of_length:
        return "cannot take so long a text", "shorten the context, or seat a model that takes more"
    return "answered with an error", ""
