"""JSON Lines, as the common tools write them, read as tasks. Pure: bytes in, tasks or sentences out.

Which rows there are is `formats`; what they become, `tasks`.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Never, cast

from pydantic import ValidationError

from fusion_mcp.errors import FusionError
from fusion_mcp.evaluation.questions import question_of
from fusion_mcp.evaluation.task_files.formats import row_of, row_shape
from fusion_mcp.evaluation.task_files.rows import read_json
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.explain import explain
from fusion_mcp.request import MAX_CHARACTERS

_MOST_FAULTS = 8
_MOST_OF_A_LINE = 3


class UnreadableTasks(FusionError):
    """A file of tasks that cannot be used: one sentence per fault, each naming its line and field."""


def read_tasks(content: bytes, where: str) -> tuple[Task, ...]:
    """Read a file's tasks, in its order. Raises UnreadableTasks with what is wrong, at most eight faults of it.

    A byte order mark, either line end and blank lines are fine, and so is one JSON array instead of lines. A task
    without an id is named after its line, or its place in the array.
    """
    faults: list[str] = []
    tasks: dict[str, tuple[str, Task]] = {}
    for place, read in _values(_text(content, where), where):
        try:
            task = _task(read, place.rpartition(" ")[2])
            if task.id in tasks:
                _refuse(f"id: that of {tasks[task.id][0]}, too; each task needs its own")
        except _Faulty as faulty:
            faults += [f"{where}, {place}: {sentence}" for sentence in faulty.sentences]
            continue
        tasks[task.id] = (place, task)
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


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableTasks(f"{where}, line {line}: is not UTF-8 text; save it as UTF-8") from None


def _values(text: str, where: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give each task's place, and a way to read its JSON, which raises ValueError."""
    if text.lstrip().startswith("["):
        for number, value in enumerate(_array(text, where), 1):
            yield f"task {number}", partial(_as_it_is, value)
        return
    for number, line in enumerate(text.split("\n"), 1):  # U+2028 and its like may stand within a line
        if line.strip():
            yield f"line {number}", partial(read_json, line)


def _array(text: str, where: str) -> list[object]:
    try:
        return cast("list[object]", read_json(text))
    except ValueError as error:
        raise UnreadableTasks(f"{where}: {error}") from None


def _as_it_is(value: object) -> object:
    return value


def _task(read: Callable[[], object], numbered: str) -> Task:
    try:
        row = row_of(read())
        task = row_shape(row).model_validate(row).task(numbered)
    except ValidationError as error:
        _refuse(*explain(error)[:_MOST_OF_A_LINE])
    except ValueError as error:  # ours: a pydantic error is one, too, and was caught above
        _refuse(str(error))
    if len(question_of(task)) > MAX_CHARACTERS:
        _refuse(f"the question is too long; at most {MAX_CHARACTERS:,} characters are taken")
    return task
