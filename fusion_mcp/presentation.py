"""The result as a client gets it, pure.

Every string is cleaned. Links that nobody retrieved or gave are taken out, and images are named, since a client that
draws one tells its server that it was read: what was taken out of answers and analysis stands in `warnings`, and only
there. The members' answers are cut short where the caller asked for that.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from operator import is_
from types import NoneType
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel

from fusion_mcp.cleaning import as_code, clean, one_line
from fusion_mcp.codes import Kind
from fusion_mcp.errors import FusionFailed
from fusion_mcp.links import Known, without_unknown_links
from fusion_mcp.result import FusionResult, Response
from fusion_mcp.types import Usage
from fusion_mcp.urls import normalised

CONCISE_CHARACTERS: Mapping[Kind, int] = {"ask": 300, "compare": 1500}
"""How much of each member's answer a concise result shows: a taste beside an answer, more where it is the result."""

TITLE = 200
"""How long the title of a source may be; pages write them."""

SHOWN_LINKS = 10
"""How many of the links that were taken out of one text are named."""

_SHOWN_URL = 200

_NAMES = frozenset(
    {"model", "models", "served_by", "used_by", "answered_by", "run_id", "preset", "url"}
    | {"source", "verifier", "second_judge"}
)
"""Fields that hold no prose: names, and addresses that were retrieved. They stay as they are."""

_WORDLESS = (int, float, bool, Decimal, NoneType, Usage)

_FINDINGS = ("analysis", "confidence", "verification")
"""What judges have found, as distinct from what is answered."""

_CODE = re.compile(r"(`[^`\n]++`)")

_Change = Callable[[str], str]


def presentable(
    result: FusionResult,
    detail: Literal["concise", "full"],
    known: Known,
    known_in_errors: Known,
) -> FusionResult:
    """Clean a result, take out the links that are not `known`, and for `concise` cut its responses.

    `known_in_errors` says which addresses a member's error may name instead: also those of the person's own providers.
    Warnings name others, too, but as code, which no client makes clickable.
    """
    answers = [f"the answer of {clean(response.model)}" for response in result.responses]
    removals = {name: _Removal(known) for name in ("the answer", *answers, "the analysis")}
    for_errors = _Removal(known_in_errors)
    most = None if detail == "full" else CONCISE_CHARACTERS[result.kind]
    responses = zip(result.responses, answers, strict=True)
    shown = {
        "answer": _changed(result.answer, removals["the answer"]),
        "responses": [_cut(_changed(response, removals[name]), most, known) for response, name in responses],
        **{name: _changed(getattr(result, name), removals["the analysis"]) for name in _FINDINGS},
        "failed_models": _changed(result.failed_models, for_errors),
        "sources": _changed(result.sources, lambda title: one_line(_Removal(known)(title), TITLE)),
    }
    shown["warnings"] = [*_removed(removals), *(_warning(clean(each), for_errors) for each in result.warnings)]
    others = [name for name in _worded(FusionResult) if name not in shown]
    return result.model_copy(update={**_changes(vars(result), others, clean), **shown})


def presentable_failure(failed: FusionFailed, known: Known) -> FusionFailed:
    """Clean what a run in which nobody answered says, and take out the links that are not `known`."""
    change = _Removal(known)
    failures = [replace(failure, error=change(failure.error)) for failure in failed.failures]
    return FusionFailed(failed.reason, change(failed.message), failures)


def cleaned(value: object) -> object:
    """Clean every string within lists and tables, and name the images; links to the web stay."""
    return _changed(value, _Removal(lambda url: normalised(url) is not None))


class _Removal:
    """Cleans texts without their unknown links, and keeps what it took out."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.removed: dict[str, None] = {}

    def __call__(self, text: str) -> str:
        text, removed = without_unknown_links(clean(text), self._known)
        if removed:
            self.removed.update(dict.fromkeys(removed))
        return text


def _changed(value: Any, change: _Change) -> Any:
    """Change every string within lists, tables and shapes; names are only cleaned. What stays as it was is no copy."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        changed = [_changed(item, change) for item in items]
        return items if all(map(is_, changed, items)) else changed
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return table | _changes(table, table, change)
    if isinstance(value, BaseModel):
        fields = _changes(vars(value), _worded(type(value)), change)
        return value.model_copy(update=fields) if fields else value
    return value


def _changes(table: Mapping[str, Any], keys: Iterable[str], change: _Change) -> dict[str, Any]:
    """Give those of a table's entries that do not stay as they are."""
    changes: dict[str, Any] = {}
    for key in keys:
        if item := table[key]:
            how = clean if key in _NAMES else change
            changed = how(item) if isinstance(item, str) else _changed(item, how)
            if changed is not item:
                changes[key] = changed
    return changes


@cache
def _worded(shape: type[BaseModel]) -> tuple[str, ...]:
    """Name the fields that may hold words. Most of a result are numbers and codes, which never have to change."""
    return tuple(name for name, field in shape.model_fields.items() if _may_hold_words(field.annotation))


def _may_hold_words(kind: object) -> bool:
    if isinstance(kind, type):
        return bool(_worded(kind)) if issubclass(kind, BaseModel) else kind not in _WORDLESS
    return any(map(_may_hold_words, get_args(kind)))  # the words of a Literal are ours


def _warning(text: str, change: _Change) -> str:
    """Change a warning but for its code, in which it names what is no link there."""
    return "".join(part if part.startswith("`") else change(part) for part in _CODE.split(text))


def _removed(removals: Mapping[str, _Removal]) -> Iterator[str]:
    """Name the links that were taken out, each once: a model often wrote what the answer repeats."""
    named: set[str] = set()
    for text, removal in removals.items():
        urls = [url for url in removal.removed if url not in named]
        named.update(urls)
        if urls:
            they = "it" if len(urls) == 1 else "them"
            shown = ", ".join(as_code(url, _SHOWN_URL) for url in urls[:SHOWN_LINKS])
            more = f" and {len(urls) - SHOWN_LINKS} more" if len(urls) > SHOWN_LINKS else ""
            yield f"Taken out of {text}, since nobody retrieved {they} in this run: {shown}{more}."


def _cut(response: Response, most: int | None, known: Known) -> Response:
    text = response.content
    if most is None or len(text) <= most:
        return response
    kept = text[:most]
    for border in ("\n\n", "\n", ". ", " "):
        at = kept.rfind(border)
        if at > most // 2:
            kept = kept[:at]
            break
    kept, _ = without_unknown_links(kept, known)  # what is left of an address is another address
    return response.model_copy(update={"content": kept.rstrip() + " …", "truncated": True})
