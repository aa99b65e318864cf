"""The events of `gemini --output-format stream-json`, checked with Gemini CLI 0.61.

It tells its words as they come, calls of tools and their results one by one, and its usage at the end. What a call
costs and whether it is billed it never says. The pages of a search are not named; those of a fetch stand in the prompt
that the model has written for it.
"""

import re
from collections.abc import Mapping
from typing import Any

from fusion_mcp.providers.agents.events.adding import answered, awaits, calls, fetches, say, searches, status_of
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.foreign import count, mapping, parsed, text
from fusion_mcp.types import Usage
from fusion_mcp.urls import normalised, urls_in

_WRAPPED = re.compile(r"\[API Error: (.*?)\]?(?:\n.*)?", re.DOTALL)
"""How it passes on what the service has said: often that service's JSON, with advice on further lines."""
_LIMITED = "Please wait and try again later."
"""The advice that it gives with a status of 429, and with no other."""
_LOOP = "Loop detected"
_WANTS_CONSENT = "requires user confirmation"
_LONGEST_PROMPT = 20_000
_MOST_URLS = 20
"""As many as its tool fetches at once."""


def read(event: Mapping[str, Any], told: Told) -> None:
    """Add one event."""
    match event.get("type"):
        case "message" if event.get("role") == "assistant":
            _message(event, told)
        case "tool_use":
            _tool_use(event, told)
        case "tool_result":
            _tool_result(event, told)
        case "error":
            _error(event, told)
        case "result":
            _result(event, told)
        case _:
            pass  # init, our own question: nothing that anybody asks for


def _message(event: Mapping[str, Any], told: Told) -> None:
    if event.get("delta") is not True:
        told.answer = ""
    say(told, text(event.get("content")))


def _tool_use(event: Mapping[str, Any], told: Told) -> None:
    """Count a call. The words before it are no answer: that comes after the last call."""
    told.answer = ""
    name, parameters = text(event.get("tool_name")), mapping(event.get("parameters"))
    match name:
        case "google_web_search":
            searches(told)
        case "web_fetch":
            urls = _urls(f"{text(parameters.get('prompt'))[:_LONGEST_PROMPT]} {text(parameters.get('url'))}")
            fetches(told, urls[0] if urls else "")
            if len(urls) == 1:  # of several, it would not tell which were there
                awaits(told, text(event.get("tool_id")), *urls)
        case _:
            calls(told, name)


def _urls(prompt: str) -> tuple[str, ...]:
    """Find the pages that a prompt asks for, each in one spelling; the tool itself cuts off what ends a sentence."""
    found: dict[str, str] = {}
    for url in urls_in(prompt):
        found[normalised(url.rstrip(".,;:!?)]}'\"")) or url] = url
        if len(found) >= _MOST_URLS:
            break
    return tuple(found)


def _tool_result(event: Mapping[str, Any], told: Told) -> None:
    answered(told, text(event.get("tool_id")), is_well=event.get("status") == "success")
    if _WANTS_CONSENT in text(mapping(event.get("error")).get("message")):
        told.wants_consent = True


def _error(event: Mapping[str, Any], told: Told) -> None:
    said = text(event.get("message"))
    if event.get("severity") != "warning":
        told.fault = said or told.fault
    elif said.startswith(_LOOP):
        told.finish_reason = "length"  # it goes on to call this a success


def _result(event: Mapping[str, Any], told: Told) -> None:
    told.is_over = True
    told.usage = _usage(mapping(event.get("stats")))
    if event.get("status") == "success":
        told.finish_reason, told.fault = told.finish_reason or "stop", None
        return
    said = text(mapping(event.get("error")).get("message"))
    told.fault, told.status_code = _fault(said) if said else (told.fault or "It ended with an error.", None)


def _fault(said: str) -> tuple[str, int | None]:
    """Take the service's own words and its status out of what the program says."""
    wrapped = _WRAPPED.fullmatch(said)
    if wrapped is None:
        return said, None
    try:
        error = mapping(mapping(parsed(wrapped[1])).get("error"))
    except (ValueError, RecursionError):
        return wrapped[1] or said, 429 if _LIMITED in said else None
    return text(error.get("message")) or wrapped[1], status_of(error.get("code"))


def _usage(stats: Mapping[str, Any]) -> Usage:
    """Count all its calls of models. Its `output_tokens` are without the reasoning, which is in the total alone."""
    total, asked, written = (count(stats.get(kind)) for kind in ("total_tokens", "input_tokens", "output_tokens"))
    reasoned = None
    if total is not None and asked is not None and written is not None:
        reasoned = max(total - asked - written, 0)
        written += reasoned
    return Usage(
        input_tokens=asked,
        output_tokens=written,
        reasoning_tokens=reasoned,
        cached_tokens=count(stats.get("cached")),
        calls=1,
    )
