"""`eval run`: says what it will ask and what that may cost, asks for leave, and asks. Repeated, it goes on."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import anyio

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.evaluation.consent import ask_leave
from fusion_mcp.cli.evaluation.words import event_line, outcome_table, plan_lines
from fusion_mcp.cli.exits import NO_RESULT, OK, unwrapped
from fusion_mcp.cli.streams import say, show
from fusion_mcp.cli.weights import fetch_for
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.evaluation.asking.configurations import ROLES
from fusion_mcp.evaluation.asking.planning import (
    Wanted,
    WorstCase,
    at_once,
    make_plan,
    models_asked,
    refuse_unaskable,
    worst_case,
)
from fusion_mcp.evaluation.asking.running import Event, run_all
from fusion_mcp.evaluation.asking.samples import missing
from fusion_mcp.evaluation.folder import HeldFolder, begin_folder
from fusion_mcp.evaluation.records import MOST_REPEATS, Plan
from fusion_mcp.evaluation.task_files.shipped import load_tasks
from fusion_mcp.evaluation.tasks import RubricTask, Task
from fusion_mcp.settings import Settings, load_settings
from fusion_mcp.types import ModelRef


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Ask every task of every configuration, and keep the answers in a folder."""
    if arguments.repeats > MOST_REPEATS:
        raise UsageError(f"--repeats: at most {MOST_REPEATS}")
    tasks = load_tasks(arguments.tasks)
    settings = load_settings(environ)
    presets = arguments.presets or [settings.config.default_preset]
    for preset in presets:
        fetch_for(settings, preset)
    plan = unwrapped(anyio.run(_plan, settings, arguments, tasks, presets))
    with begin_folder(Path(arguments.out), plan) as folder:
        _confirm(settings, folder, arguments)
        _carry_out(settings, folder, arguments)
        return _tell(folder)


async def _plan(
    settings: Settings, arguments: argparse.Namespace, tasks: tuple[Task, ...], presets: list[str]
) -> Plan | FusionError:
    """Work out the plan. Our own errors are returned, since the engine's groups would wrap them."""
    try:
        async with open_engine(settings) as engine:
            await engine.recursion.refuse_caller(tool="eval")
            await engine.recursion.refuse_words(texts=[task.problem for task in tasks], tool="eval")
            chosen = [(await engine.presets.chosen(name, None))[0] for name in presets]
            wanted = Wanted(
                tasks_name=arguments.tasks,
                tasks=tasks,
                presets=chosen,
                strongest=_strongest(arguments.strongest),
                only=arguments.only or ROLES,
                sample=arguments.sample,
                seed=arguments.seed,
                repeats=arguments.repeats,
                web=not arguments.no_web,
                max_cost_usd=arguments.max_cost_usd,
            )
            plan = make_plan(engine, wanted)
            refuse_unaskable(engine, plan)
            return plan
    except FusionError as error:
        return error


def _strongest(text: str | None) -> ModelRef | None:
    try:
        return None if text is None else ModelRef.parse(text)
    except ValueError as error:
        raise UsageError(f"--strongest: {error}") from None


def _confirm(settings: Settings, folder: HeldFolder, arguments: argparse.Namespace) -> None:
    left = missing(folder.plan, folder.answers(), retry_failed=arguments.retry_failed)

    async def reckoned() -> WorstCase:
        async with open_engine(settings) as engine:
            return worst_case(engine, folder.plan, left)

    worst = anyio.run(reckoned)
    for line in plan_lines(folder.plan, worst, len(left), settings.config.limits.assumed_cost_usd_per_call):
        say(line)
    limit = folder.plan.max_cost_usd
    most = worst.most_usd if limit is None else min(limit, worst.most_usd)
    ask_leave("this evaluation", most, yes=arguments.yes)


def _carry_out(settings: Settings, folder: HeldFolder, arguments: argparse.Namespace) -> None:
    try:
        unwrapped(anyio.run(_ask_all, settings, folder, arguments))
    except Refused as refused:
        raise Refused(refused.reason, f"{refused.message} {_so_far(folder)}") from None
    except KeyboardInterrupt:
        say(_so_far(folder))
        raise


async def _ask_all(settings: Settings, folder: HeldFolder, arguments: argparse.Namespace) -> FusionError | None:
    try:
        async with open_engine(settings) as engine:
            await run_all(
                engine,
                folder,
                on_event=_say_event,
                concurrency=at_once(engine, models_asked(folder.plan.configurations), arguments.concurrency),
                retry_failed=arguments.retry_failed,
            )
    except FusionError as error:
        return error
    return None


def _say_event(event: Event) -> None:
    line = event_line(event)
    if line is not None:
        say(line)


def _so_far(folder: HeldFolder) -> str:
    plan = folder.plan
    total = len(plan.tasks) * len(plan.configurations) * plan.repeats
    return f"{total - len(missing(plan, folder.answers()))} of {total} are in {folder.path}; the same command goes on."


def _tell(folder: HeldFolder) -> int:
    answers = folder.answers()
    show(outcome_table(folder.plan, answers))
    has_rubric = any(isinstance(task, RubricTask) for task in folder.plan.tasks)
    say(f"Next: fusion-mcp eval grade {folder.path}{' --grader PROVIDER:MODEL' if has_rubric else ''}")
    return OK if any(answer.result is not None for answer in answers) else NO_RESULT
