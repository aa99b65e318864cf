"""A provider that repeats its key in a reply that succeeds: what is made of the reply has the key in no place."""

import json
from typing import Any

import pytest

from fusion_mcp.providers.redaction import Telling, without_keys
from providers import odd
from providers.asking import asking
from providers.researching import TOOLS
from scripted import CANARY, ScriptedProvider
from scripted.shapes import completion, event, piece

SLASHED = "sk-test/canary+7f3a9c21d5=="


def delta(**fields: Any) -> bytes:
    return event(piece("odd", fields))


def called(arguments: str) -> list[dict[str, Any]]:
    function = {"name": "web_fetch", "arguments": arguments}
    return [{"index": 0, "id": f"call-{CANARY}", "type": "function", "function": function, "extra": {"of": CANARY}}]


def cited(page: str) -> list[dict[str, Any]]:
    return [{"type": "url_citation", "url_citation": {"url": page, "title": CANARY, "content": f"with {CANARY}"}}]


EVERYWHERE = {
    "content": f"It is {CANARY}, is it not?",
    "reasoning_content": f"They gave me {CANARY}.",
    "reasoning_details": [{"type": "reasoning.text", "text": CANARY, CANARY: 1, "deep": [{"er": CANARY}]}],
    "tool_calls": called(json.dumps({"url": f"https://example.org/?k={CANARY}"})),
    "annotations": cited(f"https://example.org/?k={CANARY}"),
}


@pytest.mark.parametrize(
    "behaviour",
    [
        odd.sends(delta(**EVERYWHERE), event(piece("odd", {}, finish=f"stop {CANARY}")), odd.CLOSED),
        odd.whole(completion("odd", EVERYWHERE, finish=CANARY, usage=None)),
    ],
    ids=["streamed", "whole"],
)
async def test_a_key_that_is_repeated_stays_in_no_part_of_the_reply(
    provider: ScriptedProvider, behaviour: odd.Behaviour
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        reply = await caller.completion(tools=TOOLS)
    assert reply.text == "It is [key], is it not?" == "".join(caller.heard)
    assert json.loads(reply.tool_calls[0].arguments) == {"url": "https://example.org/?k=[key]"}
    assert reply.citations[0].url == "https://example.org/?k=[key]"
    assert "[key]" in str(reply.echo)
    assert CANARY not in str(reply)


@pytest.mark.parametrize("size", [1, 2, 7, len(CANARY) - 1, len(CANARY), 200])
async def test_a_key_that_comes_in_pieces_is_not_told(provider: ScriptedProvider, size: int) -> None:
    said = f"s {CANARY}{CANARY}, sk-test-canary and sk"
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    provider.script("alpha", odd.sends(*map(odd.says, pieces), odd.CLOSED))
    async with asking(provider) as caller:
        assert await caller.text() == "s [key][key], sk-test-canary and sk"
    assert "".join(caller.heard) == "s [key][key], sk-test-canary and sk"


def test_no_more_of_a_piece_is_held_back_than_may_begin_the_key() -> None:
    told: list[str] = []
    telling = Telling(told.append, [CANARY])
    for piece_ in ["moons", " sk-", "or sk-test"]:
        telling.say(piece_)
    assert told == ["moon", "s ", "sk-or "]
    telling.end()
    assert told[-1] == "sk-test"


@pytest.mark.parametrize("word", ["", "ollama", "lm-studio", "EMPTY", "none", "sk-no-key-required", "test1"])
def test_a_word_that_only_stands_in_for_a_key_may_be_said(word: str) -> None:
    assert without_keys(f"Set it to {word}.", [word]) == f"Set it to {word}."


@pytest.mark.parametrize(
    "spelt", [SLASHED, SLASHED.replace("/", "\\/"), "sk-test%2Fcanary%2B7f3a9c21d5%3D%3D"], ids=["plain", "JSON", "URL"]
)
def test_a_key_is_known_as_json_or_an_address_spells_it(spelt: str) -> None:
    assert without_keys((f"<{spelt}>", 3, None), [SLASHED]) == ("<[key]>", 3, None)
