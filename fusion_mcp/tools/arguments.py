"""What a model wrote as a tool call, read strictly: what to carry out, or a fault that shows the right form. Pure.

Faults name fields, never values: what a model was made to write is not repeated to it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.tools.definitions import FETCH, LONGEST_QUERY, SEARCH, TOOLS
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.web_address import LONGEST_URL
from fusion_mcp.types import ToolCall

_LONGEST_ARGUMENTS = 20_000
_LARGEST_OFFSET = 10**9
_NAME_LENGTH = 40
_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")
_FORMS = {
    SEARCH: '{"query": "what to look for"}',
    FETCH: '{"url": "https://example.org/page"}, and "offset": a whole number to read on in a long page',
}


@dataclass(frozen=True, kw_only=True)
class SearchArguments:
    """A search to carry out: `query` is on one line, without invisible characters."""

    query: str


@dataclass(frozen=True, kw_only=True)
class FetchArguments:
    """A page to read: `url` as the model spelled it, of whatever scheme; `offset` in characters."""

    url: str
    offset: int = 0


Arguments = SearchArguments | FetchArguments


def read_call(call: ToolCall, allowed: Sequence[str]) -> Arguments:
    """Read a call by somebody who may use the `allowed` tools.

    Raises ToolFault: `unknown_tool` or `invalid_arguments`.
    """
    if call.name not in TOOLS or call.name not in allowed:
        raise ToolFault("unknown_tool", _no_such_tool(call.name, allowed))
    return _READERS[call.name](_fields(call.name, call.arguments))


def _no_such_tool(name: str, allowed: Sequence[str]) -> str:
    usable = ", ".join(tool for tool in TOOLS if tool in allowed)
    advice = f"you may use: {usable}" if usable else "you have no tools; answer from what you know"
    return f"There is no tool '{one_line(name, _NAME_LENGTH)}' for you: {advice}."


def _fields(name: str, arguments: str) -> Mapping[str, Any]:
    """Take the arguments apart. Their length bounds what parsing them may cost."""
    if len(arguments) > _LONGEST_ARGUMENTS:
        _invalid(name, f"the arguments are longer than {_LONGEST_ARGUMENTS:,} characters")
    try:
        # Besides what is no JSON: a number of too many digits (ValueError), and arrays in arrays in arrays.
        fields: object = json.loads(arguments)
    except (ValueError, RecursionError):
        _invalid(name, "the arguments are not JSON")
    if not isinstance(fields, dict):
        _invalid(name, "the arguments are JSON, but no object")
    return cast("Mapping[str, Any]", fields)


def _read_search(fields: Mapping[str, Any]) -> SearchArguments:
    _only(SEARCH, fields, ("query",))
    query = " ".join(clean(_text(SEARCH, fields, "query")).split())
    if not query:
        _invalid(SEARCH, "'query' is empty")
    if len(query) > LONGEST_QUERY:
        _invalid(SEARCH, f"'query' has {len(query):,} characters, and at most {LONGEST_QUERY} are taken")
    return SearchArguments(query=query)


def _read_fetch(fields: Mapping[str, Any]) -> FetchArguments:
    _only(FETCH, fields, ("url", "offset"))
    url = _text(FETCH, fields, "url").strip()
    if len(url) > LONGEST_URL:
        _invalid(FETCH, f"'url' is longer than {LONGEST_URL:,} characters")
    if not _SCHEME.match(url):
        _invalid(FETCH, "'url' is no whole URL")
    return FetchArguments(url=url, offset=_offset(fields.get("offset")))


def _offset(value: object) -> int:
    """Take a whole number, also one that a model wrote as text or with a decimal point, and null for none."""
    match value:
        case None:
            return 0
        case int() if not isinstance(value, bool) and 0 <= value <= _LARGEST_OFFSET:
            return value
        case float() if 0 <= value <= _LARGEST_OFFSET and value.is_integer():
            return int(value)
        case str() if _WHOLE_NUMBER.fullmatch(value.strip()) and int(value) <= _LARGEST_OFFSET:
            return int(value)
        case _:
            return _invalid(FETCH, "'offset' is no whole number of characters")


def _only(name: str, fields: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = [field for field in fields if field not in known]
    if unknown:
        _invalid(name, f"there is no field '{one_line(unknown[0], _NAME_LENGTH)}'")


def _text(name: str, fields: Mapping[str, Any], field: str) -> str:
    if field not in fields:
        _invalid(name, f"'{field}' is missing")
    value = fields[field]
    if not isinstance(value, str):
        _invalid(name, f"'{field}' is no text")
    return value


def _invalid(name: str, fault: str) -> NoReturn:
    raise ToolFault("invalid_arguments", f"Not carried out, since {fault}. {name} takes a JSON object: {_FORMS[name]}.")


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Arguments]] = {SEARCH: _read_search, FETCH: _read_fetch}
