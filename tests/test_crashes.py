"""A server that is killed and started again continues from what it has paid for; `proofs/crash.py` tries every step."""

from pathlib import Path

import pytest

from scripted import Home, ScriptedProvider, ScriptedWeb
from scripted.crashes import WAIT, Again, Edge, Scene, Story, at, crash, recover
from scripted.paid import bills, by_step, paid_twice
from scripted.researchers import Researchers, Step, seat

MEMBER = Step("panel", "alpha")
READER = Step("panel", "alpha", 2)
JUDGE = Step("judge", "judge")
WRITER = Step("synthesis", "writer")


def stage(
    tmp_path: Path, home: Home, provider: ScriptedProvider, internet: ScriptedWeb | None, again: Again
) -> tuple[Scene, Story]:
    seat(home, provider, internet, WAIT)
    models = Researchers(provider, internet)
    return Scene(home=home, folder=tmp_path, provider=provider, models=models), Story(again=again)


@pytest.mark.parametrize(
    ("step", "edge", "again"),
    [(MEMBER, "received", "question"), (JUDGE, "completed", "run_id"), (WRITER, "received", "question")],
    ids=["a member was asked", "the judge has answered", "the synthesizer was asked"],
)
async def test_nothing_is_paid_twice_and_no_bill_lost(
    tmp_path: Path, home: Home, provider: ScriptedProvider, step: Step, edge: Edge, again: Again
) -> None:
    scene, story = stage(tmp_path, home, provider, None, again)
    await crash(scene, story, at(step, edge))
    await recover(scene, story)
    assert list(paid_twice(by_step(provider.calls), story.kills)) == []
    _is_whole(story, provider)


async def test_research_is_not_done_again(
    tmp_path: Path, home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    scene, story = stage(tmp_path, home, provider, internet, "question")
    await crash(scene, story, at(READER, "received"))
    done = len(internet.requests)
    await recover(scene, story)
    assert list(paid_twice(by_step(provider.calls), story.kills)) == []
    assert len(internet.requests) == done
    _is_whole(story, provider)


def _is_whole(story: Story, provider: ScriptedProvider) -> None:
    assert story.outcome
    assert story.outcome.result, story.outcome.error
    result = story.outcome.result
    assert (result["status"], result["reused"], result["answer"]) == ("ok", "resumed", "The answer is 42.")
    assert len(result["responses"]) == 3
    least, most = bills(provider.calls, story.kills)
    assert float(least) - 1e-9 <= result["cost_usd"] <= float(most) + 1e-9
