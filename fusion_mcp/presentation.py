"""The result as a client gets it, pure.

Every string is cleaned; images are taken out and named, since a client that draws one tells its server that it was
read; and the members' answers are cut short where the caller asked for that.
"""

import re
from typing import Any, Literal, cast

from fusion_mcp.cleaning import clean
from fusion_mcp.result import FusionResult, Response

CONCISE_CHARACTERS = 1500
"""How much of each member's answer a concise result shows."""


_IMAGE = re.compile(
    r"!\[(?P<alt>[^\]\n]{0,300})\](?:\([^)\n]{0,3000}\)|\[[^\]\n]{0,300}\])|<(?:img|image)\b[^>\n]{0,3000}>",
    re.IGNORECASE,
)


def presentable(result: FusionResult, detail: Literal["concise", "full"]) -> FusionResult:
    """Clean a result, and for `concise` cut its responses at a paragraph or a word."""
    clean_result = FusionResult.model_validate(cleaned(result.model_dump()))
    if detail == "full":
        return clean_result
    return clean_result.model_copy(update={"responses": [_cut(response) for response in clean_result.responses]})


def without_images(text: str) -> str:
    """Name each image in Markdown or HTML instead of showing it."""
    return _IMAGE.sub(lambda found: f"[image: {(found['alt'] or 'no description').strip()}]", text)


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


def cleaned(value: object) -> object:
    """Clean every string within lists and tables."""
    if isinstance(value, str):
        return without_images(clean(value))
    if isinstance(value, list):
        return [cleaned(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in cast("dict[str, Any]", value).items()}
    return value
