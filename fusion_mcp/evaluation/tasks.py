"""What may be asked in an evaluation, and by what it is graded. Shapes only; reading files is `task_files`'.

Four kinds: a rubric of weighted criteria (as in DRACO, arXiv:2602.11685), one exact answer, one of several choices, and
code that its own tests judge.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What choices are called, in their order."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Shape):
    """One thing that an answer is looked through for. A negative weight is for what an answer should not have."""

    id: str
    weight: float
    requirement: str


class RubricTask(_Shape):
    """A question without one right answer: its criteria say what a good one has, and what it must not have."""

    format: Literal["rubric"] = "rubric"
    id: str
    problem: str
    domain: str = ""
    criteria: tuple[Criterion, ...]


class ExactTask(_Shape):
    """A question with one short answer, which may be written in several ways."""

    format: Literal["exact"] = "exact"
    id: str
    problem: str
    domain: str = ""
    targets: tuple[str, ...]


class ChoiceTask(_Shape):
    """A question with its possible answers; `target` is the letter of the right one: A is the first."""

    format: Literal["choice"] = "choice"
    id: str
    problem: str
    domain: str = ""
    choices: tuple[str, ...]
    target: str


class CodeTask(_Shape):
    """A function to be written. `tests` is Python that is run behind it, and that fails by raising or exiting."""

    format: Literal["code"] = "code"
    id: str
    problem: str
    domain: str = ""
    entry_point: str
    tests: str
    preamble: str = ""


Task = Annotated[RubricTask | ExactTask | ChoiceTask | CodeTask, Field(discriminator="format")]
