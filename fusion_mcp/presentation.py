"""The result as a client gets it, pure.

Every string cleaned, and the members' answers cut short where the caller asked for that.
"""

from typing import Any, Literal, cast

from fusion_mcp.cleaning import clean
from fusion_mcp.result import FusionResult, Response

CONCISE_CHARACTERS = 1500
"""How much of each member's answer a concise result shows."""


def presentable(result: FusionResult, detail: Literal["concise", "full"]) -> FusionResult:
    """Clean a result, and for `concise` cut its responses at a paragraph or a word."""
    cleaned = FusionResult.model_validate(_cleaned(result.model_dump()))
    if detail == "full":
        return cleaned
    return cleaned.model_copy(update={"responses": [_cut(response) for response in cleaned.responses]})


def _cut(response: Response) -> Response:
    text = response.content
    if len(text) <= CONCISE_CHARACTERS:
        return response
    kept = text[:CONCISE_CHARACTERS]
    for border in ("\n\n", "\n", ". ", " "):
        at = kept.rfind(border)
        if at > CONCISE_CHARACTERS // 2:
            kept = kept[:at]
            break
    return response.model_copy(update={"content": kept.rstrip() + " …", "truncated": True})


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in cast("dict[str, Any]", value).items()}
    return value
