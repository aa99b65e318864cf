"""JSON Lines, as the common tools write them, read as tasks. Pure: bytes in, tasks or sentences out.

Which rows there are is `formats`; what they become, `tasks`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Never

from pydantic import ValidationError

from fusion_mcp.errors import FusionError
from fusion_mcp.evaluation.formats import row_of, row_shape
from fusion_mcp.evaluation.questions import question_of
from fusion_mcp.evaluation.rows import read_json
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.explain import explain
from fusion_mcp.request import MAX_CHARACTERS

_MOST_FAULTS = 8
_MOST_OF_A_LINE = 3


class UnreadableTasks(FusionError):
    """A file of tasks that cannot be used: one sentence per fault, each naming its line and field."""


def read_tasks(content: bytes, where: str) -> tuple[Task, ...]:
    """Read a file's tasks, in its order. Raises UnreadableTasks with what is wrong, at most eight faults of it.

    A byte order mark, either line end and blank lines are fine. A task without an id is named after its line.
    """
    lines = list(_lines(content, where))
    faults: list[str] = []
    tasks: dict[str, tuple[int, Task]] = {}
    for number, line in lines:
        try:
            task = _task(line, str(number))
            if task.id in tasks:
                _refuse(f"id: that of line {tasks[task.id][0]}, too; each task needs its own")
        except _Faulty as faulty:
            faults += [f"{where}, line {number}: {sentence}" for sentence in faulty.sentences]
            continue
        tasks[task.id] = (number, task)
    if faults:
        more = len(faults) - _MOST_FAULTS
        raise UnreadableTasks("\n".join([*faults[:_MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]))
    if not tasks:
        raise UnreadableTasks(f"{where}: holds no task; write one JSON object a line")
    return tuple(task for _, task in tasks.values())


def digest_of(tasks: Sequence[Task]) -> str:
    """Name tasks by what they say, however their file is written: a SHA-256, in hexadecimal digits."""
    return hashlib.sha256("\n".join(task.model_dump_json() for task in tasks).encode()).hexdigest()


class _Faulty(Exception):
    """A line that is no task."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = sentences


def _refuse(*sentences: str) -> Never:
    raise _Faulty(sentences)


def _lines(content: bytes, where: str) -> Iterator[tuple[int, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableTasks(f"{where}, line {line}: is not UTF-8 text; save it as UTF-8") from None
    for number, line in enumerate(text.split("\n"), 1):  # U+2028 and its like may stand within a line
        if line.strip():
            yield number, line


def _task(line: str, numbered: str) -> Task:
    try:
        row = row_of(read_json(line))
        task = row_shape(row).model_validate(row).task(numbered)
    except ValidationError as error:
        _refuse(*explain(error)[:_MOST_OF_A_LINE])
    except ValueError as error:  # ours: a pydantic error is one, too, and was caught above
        _refuse(str(error))
    if len(question_of(task)) > MAX_CHARACTERS:
        _refuse(f"the question is too long; at most {MAX_CHARACTERS:,} characters are taken")
    return task
