"""A server that is killed while it answers, started again and asked again. What that cost is `paid`'s to count."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import anyio

from scripted.home import Home
from scripted.lives import Life, Outcome, life
from scripted.paid import ON_DISK_S
from scripted.provider import ScriptedProvider
from scripted.researchers import Researchers, Step, before, step_of, steps

QUESTION = "What is the answer?"
GIVEN_S = 10.0
WAIT = "[limits]\nwait_s = 1\nconfirm_above_usd = 1000\nmax_cost_usd_per_run = 1000\nmax_cost_usd_per_day = 1000\n"
"""A configuration with which a client soon has a run's id, and with money enough."""

Edge = Literal["received", "completed"]
Again = Literal["question", "run_id"]
"""How a client comes back: with the same question, or with the id that it was given."""


@dataclass(kw_only=True)
class Story:
    """One question: how the client comes back, when its server was killed, and what came of it in the end."""

    again: Again = "question"
    run_id: str = ""
    kills: list[float] = field(default_factory=list[float])
    outcome: Outcome | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where it happens: everything but the server outlives a crash."""

    home: Home
    folder: Path
    provider: ScriptedProvider
    models: Researchers


Moment = Callable[[Scene], Awaitable[None]]
"""Waits for the moment to kill at."""


def at(step: Step, edge: Edge) -> Moment:
    """Wait for the edge of a step.

    When a call is received, nothing else is in flight that need not be; when it is completed, nothing goes on after it.
    """

    async def wait(scene: Scene) -> None:
        research = scene.models.research
        done = before(step, research=research)
        if edge == "received":
            scene.models.holds = lambda each: each == step
            beside = {each for each in steps(research=research) if each.stage == "panel" and each.model != step.model}
            done |= beside if step.stage == "panel" else set()
        else:
            done |= {step}
            scene.models.holds = lambda each: each not in done
        await scene.provider.until(lambda seen: _has_come_to(seen, step, edge, done), within=60)
        await anyio.sleep(1.5 * ON_DISK_S)  # what the contract gives the server to write it down

    return wait


def _has_come_to(seen: ScriptedProvider, step: Step, edge: Edge, done: set[Step]) -> bool:
    completed = {step_of(call) for call in seen.calls if call.completed}
    in_flight = {step_of(call) for call in seen.calls if call.ended is None}
    return done <= completed and (edge == "completed" or step in in_flight)


def after(seconds: float) -> Moment:
    """Wait for no edge in particular."""

    async def wait(_: Scene) -> None:
        await anyio.sleep(seconds)

    return wait


async def crash(scene: Scene, story: Story, moment: Moment) -> None:
    """Ask a new server, and kill it at `moment`; by id, not before it has given one."""
    with suppress(Exception):  # a client of a server that dies meets all kinds
        async with life(scene.home.environ(), scene.folder) as server, anyio.create_task_group() as group:
            given = anyio.Event()
            group.start_soon(_ask, server, story, given)
            await moment(scene)
            if story.again == "run_id" and not story.run_id:
                with anyio.move_on_after(GIVEN_S):
                    await given.wait()
            story.kills.append(time.monotonic())
            server.kill()
            group.cancel_scope.cancel()


async def recover(scene: Scene, story: Story, within: float = 60.0) -> None:
    """Ask a new server until it has answered."""
    start = time.monotonic()
    scene.models.holds = lambda _: False
    async with life(scene.home.environ(), scene.folder) as server:
        with anyio.fail_after(within):
            story.outcome = await server.settled(await _ask(server, story), within)
    story.seconds = time.monotonic() - start


async def _ask(server: Life, story: Story, given: anyio.Event | None = None) -> Outcome:
    by_id = story.again == "run_id" and story.run_id
    outcome = await (server.result(story.run_id) if by_id else server.ask(QUESTION))
    if outcome.result:
        story.run_id = str(outcome.result["run_id"])
    if given:
        given.set()
    return outcome
