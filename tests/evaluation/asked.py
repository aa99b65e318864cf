"""An evaluation in a test's own home: a trio that answers, tasks of three kinds, a plan, and a folder to keep it in."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError
from fusion_mcp.evaluation.asking.configurations import ROLES
from fusion_mcp.evaluation.asking.planning import Wanted, make_plan
from fusion_mcp.evaluation.asking.running import Event, run_all
from fusion_mcp.evaluation.folder import Folder, begin_folder, read_folder
from fusion_mcp.evaluation.records import Plan, Role
from fusion_mcp.evaluation.tasks import ChoiceTask, Criterion, ExactTask, RubricTask, Task
from fusion_mcp.settings import load_settings
from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers

PRICES: dict[str, tuple[float, float]] = dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (0.1, 1.0))
DAY_S = 86_400.0
ROWS = [
    {"id": "sum", "input": "What is 2 + 2?", "target": "4"},
    {"id": "snow", "input": "Which colour has snow?", "target": "white"},
    {"id": "last", "input": "What is 3 + 3?", "target": "6"},
]
"""A file's rows."""
TASKS: tuple[Task, ...] = (
    ExactTask(id="sum", problem="What is 2 + 2?", targets=("4",)),
    ChoiceTask(id="pick", problem="Which is first?", choices=("a", "b"), target="A"),
    RubricTask(
        id="why",
        problem="Why is that so?",
        criteria=(Criterion(id="s/c", weight=5, requirement="Says that it is so since nobody ever changed it."),),
    ),
    ExactTask(id="colour", problem="Which colour has snow?", targets=("white",)),
)


def seat(home: Home, provider: ScriptedProvider, *, cost: float | None = None, config: str = "") -> None:
    """Write a home whose trio answers every task, each call at `cost` USD."""
    trio_answers(provider, "{name} is sure.\nANSWER: 4", "They agree.\nANSWER: 4", cost=cost)
    home.trio(provider, prices=PRICES, config=config)


@asynccontextmanager
async def engine_on(home: Home, *, days_later: float = 0) -> AsyncGenerator[Engine]:
    """Open the engine on a home, on another day if that is wanted."""
    async with open_engine(load_settings(home.environ()), now=lambda: time.time() + days_later * DAY_S) as engine:
        yield engine


async def plan_on(
    engine: Engine,
    *,
    only: Sequence[Role] = ROLES,
    max_cost_usd: str | None = None,
    tasks: tuple[Task, ...] = TASKS,
    **wanted: Any,
) -> Plan:
    """Plan the evaluation of the default preset."""
    preset, _ = await engine.presets.chosen(engine.settings.config.default_preset, None)
    limit = None if max_cost_usd is None else Decimal(max_cost_usd)
    return make_plan(
        engine, Wanted(tasks_name="own", tasks=tasks, presets=[preset], only=only, max_cost_usd=limit, **wanted)
    )


async def evaluate(
    home: Home,
    out: Path,
    *,
    concurrency: int = 1,
    retry_failed: bool = False,
    days_later: float = 0,
    **planned: Any,
) -> tuple[Folder, list[Event], FusionError | None]:
    """Run an evaluation as far as it goes: its folder, what happened, and what it was stopped by."""
    events: list[Event] = []
    stopped: FusionError | None = None
    async with engine_on(home, days_later=days_later) as engine:
        plan = await plan_on(engine, **planned)
        with begin_folder(out, plan) as folder:
            try:
                await run_all(
                    engine, folder, on_event=events.append, concurrency=concurrency, retry_failed=retry_failed
                )
            except FusionError as error:
                stopped = error
    return read_folder(out), events, stopped


def keys(folder: Folder) -> list[tuple[str, str]]:
    """Say which configuration has answered which task, in the order in which that was written."""
    return [(each.task_id, each.configuration) for each in folder.answers()]
