"""When two questions are the same, nearly the same, or another."""

from dataclasses import replace
from datetime import date
from typing import Any

import anyio
import pytest

from fusion_mcp.guard.nonce import drawn, in_words
from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask
from fusion_mcp.runs.identity import identity, likeness
from runs.paying import engine_on
from scripted import Home


async def planned(home: Home, question: str = "What is 6 times 7?", context: str | None = None) -> Run:
    home.trio("http://127.0.0.1:9/v1")
    async with engine_on(home) as engine:
        return await engine.planner.plan("ask", Ask(question=question, context=context))


async def test_how_a_question_is_set_and_to_which_preset_it_goes_makes_no_difference_to_what_it_asks(
    home: Home,
) -> None:
    run = await planned(home, context="Briefly, please.\n")
    marked = f"Briefly, please. {in_words(drawn('0' * 24))}"
    other = replace(run, question=" what  is **6** times 7", context=marked, id="other", deadline_s=7, web=True)
    assert likeness(other) == likeness(run)
    assert identity(other) != identity(run)


async def test_a_run_that_is_planned_later_has_an_id_that_comes_later(home: Home) -> None:
    home.trio("http://127.0.0.1:9/v1")
    ids = list[str]()
    async with engine_on(home) as engine:
        for _ in range(5):
            ids.append((await engine.planner.plan("ask", Ask(question="What is 6 times 7?"))).id)
            await anyio.sleep(0.002)
    assert ids == sorted(ids)
    assert {len(each) for each in ids} == {32}


@pytest.mark.parametrize(
    "change",
    [
        {"question": "What is 6 times 8?"},
        {"question": "What is 6 times 7, roughly?"},
        {"context": "Briefly."},
        {"context": "if a:\n    b"},
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


@pytest.mark.parametrize("change", ["if a:\n  b\n  c", "if a:\n  b\nc", "IF a:\n    b\n    c"])
async def test_in_what_may_be_code_every_sign_counts(home: Home, change: str) -> None:
    code = "if a:\n    b\n    c"
    assert likeness(await planned(home, "Is it right?", code)) != likeness(await planned(home, "Is it right?", change))
    assert likeness(await planned(home, f"Right?\n{code}")) != likeness(await planned(home, f"Right?\n{change}"))


@pytest.mark.parametrize(
    "prose",
    [
        {"title": "Other"},
        {"description": "Other."},
        {"rationale": "Since."},
        {"dated": date(2026, 1, 2)},
        {"aliases": ("b",)},
    ],
    ids=str,
)
async def test_what_a_preset_says_of_itself_makes_no_other_run(home: Home, prose: dict[str, object]) -> None:
    run = await planned(home)
    assert identity(replace(run, preset=run.preset.model_copy(update=prose))) == identity(run)


@pytest.mark.parametrize(
    "setting", [{"gate": True}, {"aggregate": "select"}, {"triage": "route"}, {"quorum": 1}], ids=str
)
async def test_what_a_preset_does_makes_another_run(home: Home, setting: dict[str, object]) -> None:
    run = await planned(home)
    known = identity(run)  # and so what its preset does, which its copy must not keep
    assert identity(replace(run, preset=run.preset.model_copy(update=setting))) != known


@pytest.mark.parametrize(
    "change", [{"is_single": True}, {"is_plain": True}, {"withheld": ("A sentence.",)}, {"sample": "2"}], ids=str
)
async def test_how_members_are_asked_makes_another_run(home: Home, change: dict[str, Any]) -> None:
    run = await planned(home)
    assert identity(replace(run, **change)) != identity(run)
