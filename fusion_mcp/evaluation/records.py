"""What an evaluation writes down: its plan, each answer, each grade. Shapes only; the files are `folder`'s.

Money is USD, null where unknown; times are seconds.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.presets.schema import Preset
from fusion_mcp.result import FusionResult
from fusion_mcp.types import ModelRef

MOST_REPEATS = 1_000

Role = Literal["fusion", "solo", "self"]
"""What a configuration is there for; `Configuration` says what each is."""
AnswerKey = tuple[str, str, int]
"""The id of a task, the name of a configuration, and the so-manieth time that it was asked (from 1)."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Configuration(_Shape):
    """Something that is asked every task.

    `role`: a whole preset (`fusion`), one of its members alone (`solo`), or its strongest member several times for
    about the same money (`self`). `preset_of` names the preset that it was made from, `note` says how it came about.
    """

    name: str
    role: Role
    preset_of: str
    preset: Preset
    note: str = ""

    @property
    def models(self) -> tuple[ModelRef, ...]:
        """Every model that may be called, stand-ins too, each once: behind a single seat nobody judges or writes."""
        roles = self.preset.roles if len(self.preset.panel) > 1 else self.preset.panel
        return tuple(dict.fromkeys(model for role in roles for model in role.models))


class Plan(_Shape):
    """What is to be run. `id` marks its runs in the journal.

    `tasks_digest` is the SHA-256 of the tasks as read, `chosen_digest` that of `tasks`, which were chosen among them.

    `excluded_domains` and each rubric's own sentences are kept from the members' search.
    """

    id: str
    created: str
    tasks_name: str
    tasks_digest: str
    chosen_digest: str
    tasks: tuple[Task, ...]
    configurations: tuple[Configuration, ...]
    repeats: Annotated[int, Field(ge=1, le=MOST_REPEATS)] = 1
    web: bool = True
    max_cost_usd: Decimal | None = None
    excluded_domains: tuple[str, ...] = ()


class Answer(_Shape):
    """How one configuration answered one task, the `repeat`-th time (from 1). `result` is null where it did not.

    `contaminated` names retrieved pages that hold the task's own rubric.
    """

    task_id: str
    configuration: str
    repeat: int = 1
    result: FusionResult | None = None
    reason: str = ""
    error: str = ""
    cost_usd: Decimal | None = None
    seconds: float = 0.0
    contaminated: tuple[str, ...] = ()

    @property
    def key(self) -> AnswerKey:
        """Tells it from every other answer of the evaluation."""
        return self.task_id, self.configuration, self.repeat


class CriterionVerdict(_Shape):
    """Whether an answer meets a criterion; `met` is null where the grader brought no verdict."""

    id: str
    met: bool | None
    why: str = ""


class Grade(_Shape):
    """What one pass of a grader made of one answer.

    `score` is 0 to 1, null where nothing could be graded. `grader` is a model reference, or `tests` or `match` for what
    needs no model. `yardstick` names all that makes scores comparable: grader, prompt and rubric, by digest.
    `answer_digest` is of the text that was graded.
    """

    task_id: str
    configuration: str
    repeat: int = 1
    grading: int = 1
    grader: str
    yardstick: str
    answer_digest: str
    score: float | None
    pass_rate: float | None = None
    coverage: float = 1.0
    verdicts: tuple[CriterionVerdict, ...] = ()
    note: str = ""
    cost_usd: Decimal | None = None

    @property
    def answer_key(self) -> AnswerKey:
        """Which answer it grades."""
        return self.task_id, self.configuration, self.repeat
