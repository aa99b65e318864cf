"""What the body of an error says, whatever shape its vendor gives it. Pure; what it means is `failures`.

Shapes after the vendors' error pages: OpenAI's object, Google's list, xAI's and Ollama's plain string, Mistral's and
FastAPI's validation lists, OpenRouter's `metadata` with the error of the provider behind it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from fusion_mcp.providers.foreign import Json, items, mapping

_TOO_LONG = re.compile(
    r"context_length|exceed_context|maximum context length|context (?:length|window|size)|prompt is too long"
)
_HTML = "an HTML page instead of an API reply; check base_url."
_NESTED = 3
"""How many errors may be wrapped in one another, as routers do."""


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a provider says is wrong: its words on one line, uncut and not yet fit to be shown."""

    message: str
    codes: str = ""
    """Message, types and codes in small letters: what rules look through. Never the request that some vendors echo."""
    param: str = ""
    """The part of the request that it names, in small letters."""
    retry_after: float | None = None

    @property
    def is_of_length(self) -> bool:
        """True where the request is longer than the model can take."""
        return _TOO_LONG.search(self.codes) is not None


def read_complaint(body: str) -> Complaint:
    """Read the body of an error; what is no JSON speaks for itself, but for a web page."""
    if body.lstrip()[:1] == "<":
        return Complaint(message=_HTML)
    decoded = _decoded(body)
    if not isinstance(decoded, dict | list):
        message = " ".join(body.split())
        return Complaint(message=message, codes=message.lower())
    error = _error(cast("object", decoded))
    behind = _error(_decoded(mapping(error.get("metadata")).get("raw")))
    message = _message(error) or " ".join(body.split())
    codes = " ".join(map(str, (message, *_codes(error), *_codes(behind)))).lower()
    param = error.get("param") or behind.get("param")
    return Complaint(
        message=message,
        codes=codes,
        param=param.lower() if isinstance(param, str) else "",
        retry_after=_delay(error),
    )


def _message(error: Json) -> str:
    said = _flat(error.get("message") or error.get("detail"))
    metadata = mapping(error.get("metadata"))
    raw = _flat(metadata.get("raw"))
    reasons = [str(reason) for reason in items(metadata.get("reasons"))]
    said = f"{said}: {raw}" if said and raw else said or raw
    return f"{said} ({', '.join(reasons)})" if reasons else said


def _flat(value: object, depth: int = _NESTED) -> str:
    """Give the words of a message, which may be an error in its own right or a list of faults."""
    if depth == 0:
        return ""
    if isinstance(value, str):
        nested = _decoded(value)
        inner = _flat(cast("object", nested), depth - 1) if isinstance(nested, dict | list) else ""
        return inner or " ".join(value.split())
    if isinstance(value, list):
        return "; ".join(filter(None, (_fault(item, depth) for item in items(cast("object", value)))))
    error = _error(value)
    return _flat(error.get("message") or error.get("detail"), depth - 1)


def _fault(item: object, depth: int) -> str:
    """One entry of a validation list (pydantic's shape), or an error in a list of its own."""
    fault = mapping(item)
    if not isinstance(fault.get("msg"), str):
        return _flat(item, depth - 1)
    place = ".".join(str(step) for step in items(fault.get("loc")))
    return f"{place}: {fault['msg']}"


def _error(decoded: object) -> Json:
    """The error itself: the whole object, or what stands under `error` in it."""
    if isinstance(decoded, list):
        decoded = next(iter(items(cast("object", decoded))), None)
    fields = mapping(decoded)
    inner = fields.get("error")
    if isinstance(inner, str) and inner:
        return {**fields, "message": inner}
    return cast("Json", inner) if isinstance(inner, dict) else fields


def _codes(error: Json) -> Iterator[object]:
    yield from (error[key] for key in ("type", "code", "status") if isinstance(error.get(key), str))
    for detail in items(error.get("details")):
        yield mapping(detail).get("reason") or ""
    yield mapping(error.get("metadata")).get("limit_source") or ""


def _delay(error: Json) -> float | None:
    """Seconds to wait, where the body says it instead of a header (google.rpc.RetryInfo)."""
    for detail in items(error.get("details")):
        found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(mapping(detail).get("retryDelay")), re.ASCII)
        if found:
            return float(found[1])
    return None


def _decoded(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
