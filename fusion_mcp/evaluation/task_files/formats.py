"""The rows of the common benchmarks, as their files have them, each turned into a task. Pure.

DRACO's (arXiv:2602.11685), and `input` or `question` with `target` or `answer`, with `choices` or without, as
inspect-ai, OpenAI's evals, GSM8K, MATH and MMLU write them; those with choices are `choice_formats`, those of code
`code_formats`, and `keys` brings their keys together. Which one a row is, its keys say; further keys mean nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, Field, model_validator

from fusion_mcp.config import Number
from fusion_mcp.evaluation.task_files.choice_formats import ChoiceRow
from fusion_mcp.evaluation.task_files.code_formats import HumanEvalRow, MbppRow
from fusion_mcp.evaluation.task_files.keys import ANSWERS, CHOICES, POINTERS, QUESTIONS, brought_together
from fusion_mcp.evaluation.task_files.rows import Name, Question, Row, Target, Words, listed, parsed, some
from fusion_mcp.evaluation.tasks import Criterion, ExactTask, RubricTask, Task
from fusion_mcp.explain import kind_of

_GSM8K = "####"


class _CriterionRow(BaseModel):
    id: Name
    weight: Number
    requirement: Words


class _Section(BaseModel):
    id: Name
    criteria: tuple[_CriterionRow, ...]


class _Rubric(BaseModel):
    sections: tuple[_Section, ...]

    @model_validator(mode="after")
    def _has_criteria(self) -> "_Rubric":
        if not any(section.criteria for section in self.sections):
            raise ValueError("has no criteria, so that nothing could be graded")
        return self


class RubricRow(Row):
    """A row of DRACO."""

    problem: Words
    answer: Annotated[_Rubric, BeforeValidator(parsed)]

    def task(self, numbered: str) -> Task:
        """Give the task, each criterion named `section/id`, and numbered where that is not unique."""
        rows = [(f"{section.id}/{row.id}", row) for section in self.answer.sections for row in section.criteria]
        names = _numbered(name for name, _ in rows)
        criteria = tuple(
            Criterion(id=name, weight=row.weight, requirement=row.requirement)
            for name, (_, row) in zip(names, rows, strict=True)
        )
        return RubricTask(id=self.id or numbered, problem=self.problem, domain=self.domain, criteria=criteria)


class ExactRow(Row):
    """A question and its answer; of GSM8K's worked answers, what stands behind the last `####`."""

    question: Question
    targets: Annotated[
        tuple[Target, ...],
        BeforeValidator(listed),
        AfterValidator(some),
        Field(validation_alias=AliasChoices(*ANSWERS)),
    ]

    def task(self, numbered: str) -> Task:
        """Give the task."""
        targets = tuple(text.rsplit(_GSM8K, 1)[-1].strip() for text in self.targets)
        return ExactTask(id=self.id or numbered, problem=self.question, domain=self.domain, targets=targets)


def row_shape(row: Mapping[str, Any]) -> type[Row]:
    """Tell by a row's keys what it is. Raises ValueError with a sentence where no format has such keys."""
    keys = set(row)
    if "test_list" in keys:
        return MbppRow
    if "entry_point" in keys or {"prompt", "test"} <= keys:
        return HumanEvalRow
    if "problem" in keys and "answer" in keys and _is_rubric(row["answer"]):
        return RubricRow
    if keys & {*QUESTIONS, "prompt"} and keys & set(POINTERS):
        return ChoiceRow if keys & set(CHOICES) else ExactRow
    raise ValueError(_UNKNOWN)


_UNKNOWN = (
    "is no task: it needs problem and answer with sections of criteria, or input and target (with choices or without), "
    "or prompt, entry_point and test, or text and test_list"
)


def _is_rubric(answer: object) -> bool:
    """Whether it is a table, other than TriviaQA's, or the text of one: what merely begins with { may be a set."""
    if isinstance(answer, str):
        return answer.lstrip().startswith("{") and '"sections"' in answer
    return isinstance(answer, dict) and "value" not in answer


def _numbered(names: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return unique


def row_of(value: object) -> Mapping[str, Any]:
    """Take a value for a row, under the keys that are known. Raises ValueError with a sentence where it is none."""
    if not isinstance(value, dict):
        raise ValueError(f"expected one task as a JSON object, got {kind_of(value)}")  # noqa: TRY004 it becomes a fault
    return brought_together(cast("dict[str, Any]", value))
