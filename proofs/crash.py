"""Proof: a server that is killed at any point, and started again, pays for nothing twice and loses no bill.

Kills a real server on stdio (kill -9) at both edges of every call of a run, with and without research, at random
moments, and twice at the same call; asks again with the SDK's own client, with the same question or by the run's id;
and holds the provider's own count of calls against the contract. Prints a table; exits with 1 on a violation.
"""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from scripted import Home, ScriptedProvider, ScriptedWeb
from scripted.crashes import WAIT, Again, Edge, Moment, Scene, Story, after, at, crash, recover
from scripted.paid import bills, by_step, paid_twice, read_twice, searched_twice
from scripted.researchers import MEMBERS, Researchers, Step, seat, steps
from scripted.web import PageRequest
from tables import conclude, show
from turns import in_turns

AT_ONCE = 6
RANDOM_KILLS = 8
SEED = 4
PAUSE_S = 0.2
HEAD = ("research", "killed", "asked again by", "status", "reused", "calls", "again", "cost_usd", "s", "verdict")
EDGES: Sequence[Edge] = ("received", "completed")


@dataclass(kw_only=True)
class Trial:
    """One story, and what it violated."""

    research: bool
    killed: str
    moments: Sequence[Moment]
    story: Story
    pause_s: float = 0.0
    calls: int = 0
    again: int = 0
    found: list[str] = field(default_factory=list[str])


def main() -> None:
    """Try every crash and judge it."""
    trials = list(_trials())
    anyio.run(in_turns, AT_ONCE, _try, trials)
    show(HEAD, map(_row, trials))
    conclude([f"{trial.killed}, by {trial.story.again}: {one}" for trial in trials for one in trial.found], "crashes")


def _trials() -> Iterator[Trial]:
    chance = random.Random(SEED)
    ways: Sequence[Again] = ("question", "run_id")
    for research in (False, True):
        for number, step in enumerate(steps(research=research)):
            for shift, edge in enumerate(EDGES):
                story = Story(again=ways[(number + shift) % 2])
                yield Trial(research=research, killed=f"{step} {edge}", moments=[at(step, edge)], story=story)
        for number in range(RANDOM_KILLS):
            seconds, story = chance.uniform(0, 2), Story(again="question")
            killed = f"at random {number}, {seconds:.2f} s"
            yield Trial(research=research, killed=killed, moments=[after(seconds)], story=story, pause_s=PAUSE_S)
        for number, step in enumerate(_twice(research=research)):
            story = Story(again=ways[number % 2])
            yield Trial(
                research=research, killed=f"{step} received, twice", moments=[at(step, "received")] * 2, story=story
            )


def _twice(*, research: bool) -> list[Step]:
    return [Step("panel", MEMBERS[0], 2 if research else 0), Step("judge", "judge"), Step("synthesis", "writer")]


async def _try(trial: Trial) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        provider = stack.enter_context(ScriptedProvider())
        internet = stack.enter_context(ScriptedWeb()) if trial.research else None
        home = Home(folder)
        seat(home, provider, internet, WAIT)
        scene = Scene(home=home, folder=folder, provider=provider, models=Researchers(provider, internet))
        if trial.pause_s:
            chance = random.Random(trial.killed)
            scene.models.pause = lambda: chance.uniform(0, trial.pause_s)
        await _play(trial, scene)
        _judge(trial, scene, internet.requests if internet else [])


async def _play(trial: Trial, scene: Scene) -> None:
    try:
        for moment in trial.moments:
            await crash(scene, trial.story, moment)
        await recover(scene, trial.story)
    except Exception as fault:  # noqa: BLE001 - whatever keeps the client from an answer is the finding
        trial.found.append(f"no answer: {fault!r}")


def _judge(trial: Trial, scene: Scene, requests: Sequence[PageRequest]) -> None:
    kills, calls = trial.story.kills, scene.provider.calls
    attempts = by_step(calls)
    trial.calls, trial.again = len(calls), len(calls) - len(attempts)
    if len(kills) != len(trial.moments):
        trial.found.append("the moment to kill at never came")
    trial.found += [*paid_twice(attempts, kills), *searched_twice(requests, kills), *read_twice(requests, calls, kills)]
    trial.found += _lacks(trial)
    if trial.story.outcome and trial.story.outcome.result:
        least, most = bills(calls, kills)
        cost = trial.story.outcome.result["cost_usd"]
        if cost is None or not float(least) - 1e-9 <= cost <= float(most) + 1e-9:
            trial.found.append(f"cost_usd is {cost}, the bills are {least} to {most}")
    if "Traceback" in (scene.folder / "said").read_text():
        trial.found.append("a traceback on stderr")


def _lacks(trial: Trial) -> Iterator[str]:
    """Say what the result lacks. Of a call whose reply was lost twice, it may lack what that was to bring."""
    if trial.story.outcome is None:
        return
    result = trial.story.outcome.result
    if result is None:
        yield f"an error: {trial.story.outcome.error[:200]}"
        return
    is_whole = result["status"] == "ok" and len(result["responses"]) == len(MEMBERS)
    is_honest = is_whole or bool(result["warnings"])
    if not (result["answer"] and is_honest and (is_whole or len(trial.moments) > 1)):
        yield f"not complete: {result['status']}, {result['warnings']}"


def _row(trial: Trial) -> Sequence[object]:
    outcome = trial.story.outcome
    result: Mapping[str, Any] = outcome.result if outcome and outcome.result else {}
    return (
        "yes" if trial.research else "no",
        trial.killed,
        trial.story.again,
        outcome.status if outcome else "none",
        result.get("reused"),
        trial.calls,
        trial.again,
        result.get("cost_usd"),
        f"{trial.story.seconds:.1f}",
        "VIOLATED" if trial.found else "holds",
    )


if __name__ == "__main__":
    main()
