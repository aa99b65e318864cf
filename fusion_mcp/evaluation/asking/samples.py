"""What an evaluation asks, one by one: each task of each configuration, and the run that it becomes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fusion_mcp.engine import Engine
from fusion_mcp.evaluation.asking.leaks import withheld_sentences
from fusion_mcp.evaluation.questions import question_of
from fusion_mcp.evaluation.records import Answer, AnswerKey, Configuration, Plan
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One thing to ask: a task, of a configuration, for the so-manieth time (from 1)."""

    task: Task
    configuration: Configuration
    repeat: int

    @property
    def key(self) -> AnswerKey:
        """That of its answer."""
        return self.task.id, self.configuration.name, self.repeat


def samples(plan: Plan) -> Iterator[Sample]:
    """Give all that is asked, configurations in turn, so that what is interrupted is balanced."""
    for repeat in range(1, plan.repeats + 1):
        for task in plan.tasks:
            for configuration in plan.configurations:
                yield Sample(task=task, configuration=configuration, repeat=repeat)


def missing(plan: Plan, answers: Sequence[Answer], *, retry_failed: bool = False) -> list[Sample]:
    """Give what has no answer yet; with `retry_failed`, failures count for none."""
    kept = [each for each in answers if each.result is not None or not retry_failed]
    done = {each.key for each in kept}
    return [sample for sample in samples(plan) if sample.key not in done]


def planned(engine: Engine, plan: Plan, sample: Sample) -> Run:
    """Work out the run that a sample is. Whenever that is done, the journal takes it for the same."""
    preset = sample.configuration.preset
    kept_off = {"excluded_domains": (*preset.excluded_domains, *plan.excluded_domains)}
    request = Ask(question=question_of(sample.task), web=None if plan.web else False, detail="full")
    run = engine.planner.plan_with(preset.model_copy(update=kept_off), request)
    return replace(run, sample=json.dumps((plan.id, *sample.key)), withheld=withheld_sentences(sample.task))
