"""Models whose every call can be held, and members that search, then read, then answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scripted.calls import Call
from scripted.exchange import Behaviour, Exchange
from scripted.good import depends
from scripted.home import Home
from scripted.provider import ScriptedProvider
from scripted.stages import PRICE, Stage, stage_of, works
from scripted.tool_calls import calls_tools, fetch, search
from scripted.web import ScriptedWeb, article, result, searxng

MEMBERS = ("alpha", "beta", "gamma")
TURNS = 3
"""The calls of a member that researches: it searches, then reads the page that has its name, then answers."""
SEARCH = "/search"


@dataclass(frozen=True, order=True)
class Step:
    """One call as the run means it, however often it is made: `turn` counts the tool results that it carries."""

    stage: Stage
    model: str
    turn: int = 0

    def __str__(self) -> str:
        return f"{self.stage} {self.model} {self.turn}"


def step_of(call: Call) -> Step:
    """The step that a request belongs to."""
    stage = stage_of(call)
    return Step(stage=stage, model=call.model, turn=len(call.tool_results) if stage == "panel" else 0)


def steps(*, research: bool) -> list[Step]:
    """Every step of a run in which nothing fails, in an order in which they can happen."""
    members = [Step("panel", name, turn) for name in MEMBERS for turn in range(TURNS if research else 1)]
    return [*members, Step("judge", "judge"), Step("synthesis", "writer")]


def before(step: Step, *, research: bool) -> set[Step]:
    """The steps that must be finished before `step` can begin."""
    if step.stage == "panel":
        return {Step("panel", step.model, turn) for turn in range(step.turn)}
    order = steps(research=research)
    return set(order[: order.index(step)])


class Researchers:
    """Five models that work; which of their steps wait, and how long an answer takes, is the test's to say."""

    def __init__(self, provider: ScriptedProvider, internet: ScriptedWeb | None = None) -> None:
        self.holds: Callable[[Step], bool] = lambda _: False
        self.pause: Callable[[], float] = lambda: 0.0
        self.research = internet is not None
        self._gate = provider.gate("never opened")
        for name in (*MEMBERS, "judge", "writer"):
            turns = [works(name)] if internet is None else _turns(name, internet)
            provider.script(name, self._holding(depends(lambda call, turns=turns: _turn_of(call, turns))))

    def _holding(self, then: Behaviour) -> Behaviour:
        async def play(exchange: Exchange) -> None:
            await asyncio.sleep(self.pause())
            if self.holds(step_of(exchange.call)):
                await self._gate.passed()
            await then.play(exchange)

        return Behaviour(f"may be held, then {then.name}", play)


def seat(home: Home, provider: ScriptedProvider, internet: ScriptedWeb | None = None, config: str = "") -> None:
    """Write a home with that panel, all of whose members are waited for."""
    prices: dict[str, tuple[float, float]] = dict.fromkeys((*MEMBERS, "judge", "writer"), (1.0, 1.0))
    keys: dict[str, Any] = {"quorum": len(MEMBERS), "deadline_s": 60, "max_cost_usd": 100}
    home.trio(provider, MEMBERS, prices=prices, internet=internet, config=config, **keys)


def _turns(name: str, internet: ScriptedWeb) -> Sequence[Behaviour]:
    page = internet.serve(f"/{name}", article("Of the answer", "It is 42."))
    found = searxng(lambda query: [result(internet.url(f"/{query}"))])
    internet.serve(SEARCH, found)
    answer = works(name)
    return calls_tools(search(name), cost=PRICE, then=answer), calls_tools(fetch(page), cost=PRICE, then=answer), answer


def _turn_of(call: Call, turns: Sequence[Behaviour]) -> Behaviour:
    return turns[min(step_of(call).turn, len(turns) - 1)] if stage_of(call) == "panel" else turns[-1]
