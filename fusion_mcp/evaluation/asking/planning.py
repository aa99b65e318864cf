"""What an evaluation will ask, and what that may cost at most: said before anything is spent."""

import random
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from fusion_mcp.engine import Engine
from fusion_mcp.errors import Refused
from fusion_mcp.evaluation.asking.configurations import ROLES, configurations
from fusion_mcp.evaluation.asking.leaks import excluded_domains
from fusion_mcp.evaluation.asking.samples import Sample, planned
from fusion_mcp.evaluation.questions import question_of
from fusion_mcp.evaluation.records import Configuration, Plan, Role
from fusion_mcp.evaluation.task_files.reading import digest_of
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.money import usd
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.provider import EMBEDDED
from fusion_mcp.request import Ask
from fusion_mcp.types import ModelRef, Usage

_AT_ONCE = 4
_NO_LIMIT = Decimal(1_000_000)  # else limits would bend what presets are reckoned at, and hide which is dearer
_SOME = Usage(input_tokens=1_000, output_tokens=1_000, calls=1)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a person wants to be measured. `only` names the roles, `sample` how many of the tasks (None: all)."""

    tasks_name: str
    tasks: tuple[Task, ...]
    presets: Sequence[Preset]
    strongest: ModelRef | None = None
    only: Collection[Role] = ROLES
    sample: int | None = None
    seed: int = 0
    repeats: int = 1
    web: bool = True
    max_cost_usd: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class WorstCase:
    """What runs may cost in all: by configuration and together, in USD.

    `unpriced` are models whose price nobody knows, each call of which is reckoned at an assumed one; `on_subscription`
    those whose calls go on a plan and are in no cost.
    """

    by_configuration: Mapping[str, Decimal]
    unpriced: tuple[ModelRef, ...]
    on_subscription: tuple[ModelRef, ...]

    @property
    def most_usd(self) -> Decimal:
        """All of it."""
        return sum(self.by_configuration.values(), start=Decimal(0))


def make_plan(engine: Engine, wanted: Wanted) -> Plan:
    """Work out all that is to be asked. Raises NoSuchMember for a strongest one that is in no preset."""
    tasks = _chosen(wanted.tasks, wanted.sample, wanted.seed)
    longest = max((question_of(task) for task in tasks), key=len)

    def cost_of(preset: Preset) -> Decimal | None:
        run = engine.planner.plan_with(preset, Ask(question=longest, web=None if wanted.web else False))
        reckoned = engine.estimate(replace(run, limit_usd=_NO_LIMIT))
        return None if reckoned.unpriced else reckoned.most_usd

    return Plan(
        id=secrets.token_hex(8),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        tasks_name=wanted.tasks_name,
        tasks_digest=digest_of(wanted.tasks),
        chosen_digest=digest_of(tasks),
        tasks=tasks,
        configurations=configurations(
            wanted.presets,
            cost_of=cost_of,
            price_of=lambda model: engine.models.price(model, _SOME),
            strongest=wanted.strongest,
            only=wanted.only,
        ),
        repeats=wanted.repeats,
        web=wanted.web,
        max_cost_usd=wanted.max_cost_usd,
        excluded_domains=excluded_domains(tasks),
    )


def worst_case(engine: Engine, plan: Plan, left: Sequence[Sample]) -> WorstCase:
    """Reckon what is `left` to ask, every question of a configuration as the longest one."""
    asked = {each.configuration.name: each.configuration for each in left}
    most = {
        name: _longest(engine, plan, configuration) * sum(each.configuration.name == name for each in left)
        for name, configuration in asked.items()
    }
    models = models_asked(asked.values())
    return WorstCase(
        by_configuration=most,
        unpriced=tuple(model for model in models if engine.models.price(model, _SOME) is None),
        on_subscription=tuple(model for model in models if engine.models.traits(model).on_subscription),
    )


def refuse_unaskable(engine: Engine, plan: Plan) -> None:
    """Refuse a plan one of whose configurations could not answer a single question. Raises Refused."""
    if not plan.configurations:
        raise Refused("invalid_arguments", "nothing is left to ask: --only leaves no configuration.")
    for configuration in plan.configurations:
        panel = configuration.preset.panel
        problems = [engine.models.traits(member.model).unavailable for member in panel if not member.fallbacks]
        if len(problems) == len(panel) and all(problems):
            first = next(problem for problem in problems if problem)
            raise Refused(first.reason, f"{configuration.name} cannot be asked. {first.message} Nothing was spent.")
        run = planned(engine, plan, _longest_sample(plan, configuration))
        least = engine.estimate(run).least_usd
        if least > run.limit_usd:
            raise Refused(
                "budget_exceeded",
                f"{configuration.name}: the longest task may cost {usd(least)}, more than the limit of "
                f"{usd(run.limit_usd)} that holds for a run: {run.limit_from}. Nothing was spent; raise that limit.",
            )


def at_once(engine: Engine, models: Iterable[ModelRef], wanted: int | None) -> int:
    """Say how many questions are asked at once: as many as is wanted, else 4, and one where a model runs here.

    There several would wait for each other within their deadlines, and their times would mean nothing.
    """
    providers = [engine.catalogue[model.provider] for model in models]
    waits = any(each.on_this_machine or each.name == EMBEDDED or each.max_concurrency == 1 for each in providers)
    return wanted or (1 if waits else _AT_ONCE)


def _longest(engine: Engine, plan: Plan, configuration: Configuration) -> Decimal:
    return engine.estimate(planned(engine, plan, _longest_sample(plan, configuration))).most_usd


def _longest_sample(plan: Plan, configuration: Configuration) -> Sample:
    task = max(plan.tasks, key=lambda task: len(question_of(task)))
    return Sample(task=task, configuration=configuration, repeat=1)


def models_asked(asked: Iterable[Configuration]) -> tuple[ModelRef, ...]:
    """Name every model that may be called, each once."""
    return tuple(dict.fromkeys(model for configuration in asked for model in configuration.models))


def _chosen(tasks: tuple[Task, ...], count: int | None, seed: int) -> tuple[Task, ...]:
    """Choose tasks by chance, and leave them in their order."""
    if count is None or count >= len(tasks):
        return tasks
    chosen = random.Random(seed).sample(range(len(tasks)), count)  # noqa: S311 a choice that can be repeated
    return tuple(tasks[index] for index in sorted(chosen))
