"""Behaviours of a judge: replies in the shape of the analysis, found to fit whatever labels the request used."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from scripted.exchange import Behaviour, Exchange
from scripted.good import answers

LABEL = re.compile(r"Response [A-H]\b")

NO_POINTS: Mapping[str, Any] = {
    "consensus": [],
    "contradictions": [],
    "partial_coverage": [],
    "unique_insights": [],
    "blind_spots": [],
}
"""An analysis in whose lists nothing stands."""


def judges(
    analysis: Mapping[str, Any] | None = None,
    *,
    fence: bool = False,
    prose_before: str = "",
    quoting: Sequence[str] = (),
    preferring: str | None = None,
    contesting: str | None = None,
    cost: float | None = None,
) -> Behaviour:
    """Reply with `analysis`, or with one made up to fit the request.

    The made-up one has a consensus, and one unique insight for each label that the request's schema or prompt names.
    With `quoting`, its insights are those texts instead, each attributed to the answer in which it stands: a test can
    so tell whether attribution came back right. With `preferring`, the answer in which that text stands is preferred;
    with `contesting`, it alone holds it.
    """

    async def play(exchange: Exchange) -> None:
        found = dict(analysis if analysis is not None else _made_up(exchange, quoting))
        if preferring is not None:
            found["preferred"] = _speaker(exchange.call.prompt, preferring)
        if contesting is not None:
            stance = {"model": _speaker(exchange.call.prompt, contesting), "stance": contesting}
            found["contradictions"] = [{"topic": "It is contested.", "stances": [stance]}]
        reply = json.dumps(found, ensure_ascii=False)
        reply = f"```json\n{reply}\n```" if fence else reply
        reply = f"{prose_before}\n\n{reply}" if prose_before else reply
        await answers(reply, usage=(100, 50), cost=cost).play(exchange)

    return Behaviour("judges", play)


def labels_in(body: Mapping[str, Any], prompt: str) -> list[str]:
    """The labels of a judge's request: the first enum of its JSON schema, else those in the prompt, in order."""
    asked: Mapping[str, Any] = body.get("response_format") or {}
    return _first_enum(asked.get("json_schema")) or list(dict.fromkeys(LABEL.findall(prompt)))


def _made_up(exchange: Exchange, quoting: Sequence[str]) -> dict[str, Any]:
    prompt = exchange.call.prompt
    insights = (
        [{"model": _speaker(prompt, quote), "insight": quote} for quote in quoting]
        if quoting
        else [{"model": label, "insight": f"Only {label} says this."} for label in labels_in(exchange.body, prompt)]
    )
    return {**NO_POINTS, "consensus": ["They agree."], "unique_insights": insights}


def _speaker(prompt: str, quote: str) -> str:
    """The label that stands last before `quote`; a label nobody has, when there is none."""
    before, found, _ = prompt.partition(quote)
    labels = LABEL.findall(before) if found else []
    return labels[-1] if labels else "Response ?"


def _first_enum(schema: object) -> list[str]:
    """The first enum of words anywhere in a JSON schema."""
    if isinstance(schema, list):
        parts = cast("list[object]", schema)
    elif isinstance(schema, dict):
        table = cast("dict[str, object]", schema)
        enum = table.get("enum")
        if isinstance(enum, list):
            return [str(word) for word in cast("list[object]", enum)]
        parts = list(table.values())
    else:
        return []
    for part in parts:
        if found := _first_enum(part):
            return found
    return []
