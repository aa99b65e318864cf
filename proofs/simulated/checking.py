"""What a simulated verifier makes of its prompts: claims, quotations for and against them, the better text. Pure.

It finds a sentence that bears on a claim, or overlooks it; it reads it the right way round, or not; and it makes up
words that stand nowhere. The real pipeline looks all of them up.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulated.minds import Beliefs, Checker, Judge, off
from simulated.words import Statement, blocks, stated, statements
from simulated.world import chance

_CLAIM = re.compile(r"^(?P<number>\d+)\. (?P<claim>.+)$", re.MULTILINE)
_WRONG = 0.75
"""What a statement takes from a text that the reader believes to be wrong; a right one adds 1."""
_OPEN = 0.25
"""What a statement adds that is named as uncertain."""
_SAME = 0.5
"""Two texts that are no further apart are equal."""


def claims(prompt: str, checker: Checker, seed: int, who: str) -> str:
    """Take a draft apart: what it states as fact."""
    stating = [line for line in statements(blocks(prompt)["draft"]) if line.is_certain]
    taken = [line for line in stating if chance(seed, who, "takes", line.topic) < checker.takes]
    return json.dumps({"claims": [stated(line.topic, line.value) for line in taken]})


def check(prompt: str, checker: Checker, seed: int, who: str) -> str:
    """Point at words for and against each claim, in the answers and on the pages."""
    sources = {name.partition(":")[0]: text for name, text in blocks(prompt).items() if name != "claims"}
    found: list[dict[str, Any]] = []
    for each in _CLAIM.finditer(blocks(prompt)["claims"]):
        for claim in statements(each["claim"])[:1]:
            supports, contradicts = _quotes(claim, sources, checker, seed, who)
            found.append({"claim": int(each["number"]), "supports": supports, "contradicts": contradicts})
    return json.dumps({"claims": found})


def better(prompt: str, judge: Judge, held: Beliefs, seed: int, who: str) -> str:
    """Name the better of two texts."""
    texts = blocks(prompt)
    first, second = texts["first text"], texts["second text"]
    if judge.is_lazy or chance(seed, who, first, "position") < judge.position:
        return json.dumps({"why": "It comes first.", "better": "first"})
    ahead = _worth(first, judge, held) - _worth(second, judge, held)
    ahead += judge.noise * off(len(statements(first)) + len(statements(second)), seed, who, first)
    verdict = "neither" if abs(ahead) <= _SAME else "first" if ahead > 0 else "second"
    return json.dumps({"why": "It has more facts right.", "better": verdict})


def _quotes(
    claim: Statement, sources: Mapping[str, str], checker: Checker, seed: int, who: str
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    supports: list[dict[str, str]] = []
    contradicts: list[dict[str, str]] = []
    for label, line in _bearing(claim, sources):
        drawn = (seed, who, claim.topic, claim.value, label)
        if chance(*drawn, "finds") < checker.finds:
            agrees = (line.value == claim.value) != (chance(*drawn, "misreads") < checker.misreads)
            quote = {"source": label, "quote": stated(line.topic, line.value)}
            (supports if agrees else contradicts).append(quote)
    if chance(seed, who, claim.topic, "invents") < checker.invents:
        made_up = stated(claim.topic, str(1_000 + int(chance(seed, who, claim.topic, "made up") * 9_000)))
        contradicts.append({"source": next(iter(sources)), "quote": made_up})
    return supports, contradicts


def _bearing(claim: Statement, sources: Mapping[str, str]) -> Iterator[tuple[str, Statement]]:
    for label, text in sources.items():
        for line in statements(text):
            if line.topic == claim.topic and line.is_certain:
                yield label, line


def _worth(text: str, judge: Judge, held: Beliefs) -> float:
    points = 0.0
    for line in statements(text):
        if not line.is_certain:
            points += _OPEN
        elif line.topic in held:
            points += 1 if held[line.topic] == line.value else -_WRONG
    return points + judge.verbosity * len(text.splitlines())
