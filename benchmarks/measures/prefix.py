"""How much of the judge's prompt the synthesizer's begins with, where one model is both: what a cache can hit."""

from itertools import takewhile
from typing import Any

from benchmarks.beside import provider
from benchmarks.homes import home
from benchmarks.rows import Row, Run, Setting, at_least
from benchmarks.stdio import connected

_ANSWER = 5_000
"""Characters of each member's answer: a page and a half."""


async def measure(setting: Setting) -> list[Row]:
    """Compare the prompts as the provider saw them, in characters."""
    async with (
        provider("--keep", "--delay", 0, "--size", _ANSWER) as scripted,
        connected(home(setting.folder / "prefix", scripted.url, writer="judge")) as client,
    ):
        is_fine = await client.ask("What is the capital of France, and since when?")
        prompts = [_text(each) for each in (await scripted.seen())["prompts"] if each["model"] == "judge"]
    judge, writer = prompts[:2]
    run = Run(ours=_shared(judge, writer) / len(judge), failures=int(not is_fine))
    what = "of the judge's prompt, begins the synthesizer's"
    return [Row(measure="prefix", what=what, runs=(run,), unit="parts", goal=at_least(0.95))]


def _text(prompt: dict[str, Any]) -> str:
    return "\n".join(f"{message['role']}: {message['content']}" for message in prompt["messages"])


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
