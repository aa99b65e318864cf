"""When two questions are the same, nearly the same, or another."""

from dataclasses import replace

import pytest

from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask
from fusion_mcp.runs.identity import identity, likeness
from runs.paying import engine_on
from scripted import Home


async def planned(home: Home, question: str = "What is 6 times 7?", context: str | None = None) -> Run:
    home.trio("http://127.0.0.1:9/v1")
    async with engine_on(home) as engine:
        return await engine.plan("ask", Ask(question=question, context=context))


async def test_how_a_question_is_set_and_to_which_preset_it_goes_makes_no_difference_to_what_it_asks(
    home: Home,
) -> None:
    run = await planned(home, context="Briefly, please.")
    other = replace(
        run, question=" what\nis **6** times 7", context="BRIEFLY\u00a0please", id="other", deadline_s=7, web=True
    )
    assert likeness(other) == likeness(run)
    assert identity(other) != identity(run)


@pytest.mark.parametrize(
    "change",
    [
        {"question": "What is 6 times 8?"},
        {"question": "What is 6 times 7, roughly?"},
        {"context": "Briefly."},
        {"question": "", "context": "What is 6 times 7?"},
    ],
    ids=str,
)
async def test_other_words_ask_something_else(home: Home, change: dict[str, str]) -> None:
    run = await planned(home)
    assert likeness(replace(run, **change)) != likeness(run)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 3 + 4?", "What is 3 * 4?"),
        ("What is 1.5 times 2?", "What is 15 times 2?"),
        ("What is -5 + 2?", "What is 5 + 2?"),
        ("What is .5 + 2?", "What is 5 + 2?"),
        ("Why C++?", "Why C?"),
        ("Why C#?", "Why C?"),
        ("What is f(x)?", "What is fx?"),
        ("What is x²?", "What is x2?"),
        ("?!", "!?"),
        ("", "?"),
    ],
)
async def test_a_sign_may_be_what_is_asked(home: Home, one: str, other: str) -> None:
    run = await planned(home)
    assert likeness(replace(run, question=one)) != likeness(replace(run, question=other))
