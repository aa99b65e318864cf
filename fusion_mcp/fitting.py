"""A result cut to what fits into a client's context, pure. What is cut is said, and how to get the whole.

Clients refuse what is longer, or cut it blindly: Claude Code at 25,000 tokens. The members' answers and whatever judges
found are cut before the answer is, and long lists last of all.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from fusion_mcp.cleaning import as_code
from fusion_mcp.result import FusionResult

MOST_TOKENS = 20_000
_BYTES_PER_TOKEN = 3
"""Rather too few: English has more than four, Chinese three, JSON full of numbers hardly three."""
_MOST_BYTES = MOST_TOKENS * _BYTES_PER_TOKEN
_TEXTS = (16_000, 8000, 4000, 2000, 1000, 500, 250, 100)
_WARNING = 250
_LISTS = (64, 32, 16, 8, 4, 2)
_ANSWERS = (24_000, 12_000, 6000, 3000, 1500)
_LEFT_OUT = " … [cut]"
_WHOLE = frozenset({"run_id", "kind", "preset", "status", "answer", "answered_by", "warnings"})
"""What nobody cuts, or only the last step."""
_NAMES = frozenset({"model", "served_by", "url", "source"})
"""Half an address is another address."""
_EVERY_ONE = frozenset({"responses", "failed_models", "claims"})
"""Lists in which each is shown: what is counted in them would be another number. None is long."""
_TORN_ADDRESS = re.compile(r"(?:https?:|www\.)[!-~]*\Z")


class Fitted(NamedTuple):
    """A result of at most `MOST_TOKENS` tokens, and the same as JSON."""

    result: FusionResult
    json: str


def fitted(result: FusionResult) -> Fitted:
    """Cut a result as far as it has to be: one that is not too long stays itself."""
    fit = Fitted(result, result.model_dump_json())
    if _fits(fit):
        return fit
    shape = result.model_dump()
    for texts, items, answer in _steps():
        cut = FusionResult.model_validate(_cut(shape, texts, items, answer))
        fit = Fitted(cut, cut.model_dump_json())
        if _fits(fit):
            break
    return fit


def _steps() -> Iterator[tuple[int, int, int]]:
    """Give the limits to try in turn: characters of a text, items of a list, characters of the answer."""
    every = 10**9
    yield from ((texts, every, every) for texts in _TEXTS)
    yield from ((_TEXTS[-1], items, every) for items in _LISTS)
    yield from ((_TEXTS[-1], _LISTS[-1], answer) for answer in _ANSWERS)


def _cut(shape: Mapping[str, Any], texts: int, items: int, answer: int) -> dict[str, Any]:
    cut = {key: value if key in _WHOLE else _field(key, value, texts, items) for key, value in shape.items()}
    cut["warnings"] = [*_shorter(shape["warnings"], max(texts, _WARNING), items), _told(shape["run_id"])]
    cut["answer"] = None if shape["answer"] is None else _text(shape["answer"], answer)
    for response, whole in zip(cut["responses"], shape["responses"], strict=False):
        response["truncated"] = response["content"] != whole["content"] or whole["truncated"]
    return cut


def _shorter(value: Any, texts: int, items: int) -> Any:
    if isinstance(value, str):
        return _text(value, texts)
    if isinstance(value, list):
        return [_shorter(item, texts, items) for item in cast("list[Any]", value)[:items]]
    if isinstance(value, dict):
        return {key: _field(key, item, texts, items) for key, item in cast("dict[str, Any]", value).items()}
    return value


def _field(key: str, value: Any, texts: int, items: int) -> Any:
    if key in _EVERY_ONE and isinstance(value, list):
        return [_shorter(item, texts, items) for item in cast("list[Any]", value)]
    return value if key in _NAMES else _shorter(value, texts, items)


def _text(text: str, most: int) -> str:
    """Cut between words, where there are blanks between them: half an address would be another address, too."""
    if len(text) <= most:
        return text
    whole_words = next(iter(text[: most + 1].rsplit(None, 1)), "")
    kept = whole_words if most // 2 < len(whole_words) <= most else text[:most]
    return _TORN_ADDRESS.sub("", kept).rstrip() + _LEFT_OUT


def _told(run_id: str) -> str:
    command = as_code(f"fusion-mcp runs {run_id} --json")
    return (
        f"This result was longer than {MOST_TOKENS:,} tokens: its longest texts and lists are cut. "
        f"The whole is the resource {as_code(f'fusion://runs/{run_id}')}; where the history keeps answers, {command} "
        "shows it, too."
    )


def _fits(fit: Fitted) -> bool:
    return len(fit.json.encode()) <= _MOST_BYTES
