"""By what a task is graded: who grades it, and all that makes two grades of it comparable. Pure."""

import hashlib
import json

from fusion_mcp.evaluation.grading import grader
from fusion_mcp.evaluation.tasks import CodeTask, RubricTask, Task
from fusion_mcp.types import ModelRef

MATCH, TESTS = "match", "tests"
"""Graders that are no model. They find the same each time, so that one pass is enough."""

MODEL_FREE = frozenset({MATCH, TESTS})

_RULES = "2"
"""The version of the rules by which answers are matched and code is tested.

To be raised with every change after which some answer would be graded otherwise: in `matching` and what it reads with,
in `code` and `sandbox`. Grades by the rules before are then given again and in no report.
"""


def grader_of(task: Task, model: ModelRef | None) -> str | None:
    """Name who grades a task; None where that takes a model and there is none."""
    if isinstance(task, RubricTask):
        return None if model is None else str(model)
    return TESTS if isinstance(task, CodeTask) else MATCH


def yardstick_of(task: Task, who: str) -> str:
    """Name by digest the yardstick that `who` grades this task by at present."""
    if who not in MODEL_FREE and isinstance(task, RubricTask):
        return grader.yardstick(task, ModelRef.parse(who))
    digest = hashlib.sha256(json.dumps((_RULES, task.model_dump_json())).encode()).hexdigest()
    return f"{who} {digest[:16]}"
