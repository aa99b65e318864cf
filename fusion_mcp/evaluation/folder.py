"""The folder of one evaluation on the disk: its plan, and its answers and grades as JSON Lines. Only files are known.

`plan.json` is written whole or not at all, the others line by line (`lines`). One process writes at a time; any number
may read meanwhile.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from fusion_mcp import locks
from fusion_mcp.errors import ConfigError
from fusion_mcp.evaluation.lines import append, mend, read_lines, written_to
from fusion_mcp.evaluation.records import Answer, Grade, Plan
from fusion_mcp.evaluation.task_files.reading import digest_of
from fusion_mcp.explain import explain

PLAN = "plan.json"
ANSWERS = "answers.jsonl"
GRADES = "grades.jsonl"
REPORT_MARKDOWN = "report.md"
REPORT_HTML = "report.html"
_LOCK = "writing.lock"
_UNFINISHED = f".{PLAN}.new"
_BEFORE_THE_PLAN = (_LOCK, _UNFINISHED)
"""What a process may leave that died before it had a plan."""


class Folder:
    """An evaluation's folder to read from. `read_folder` opens one."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan

    def answers(self) -> list[Answer]:
        """Read the answers, the last one to each question. Raises ConfigError where a line is broken."""
        read = read_lines(self.path / ANSWERS, Answer)
        return list({each.key: each for each in read}.values())

    def grades(self) -> list[Grade]:
        """Read the grades, in the order in which they were written. Raises likewise."""
        return read_lines(self.path / GRADES, Grade)


class HeldFolder(Folder):
    """An evaluation's folder that this process alone may write to. `hold_folder` and `begin_folder` give one."""

    def append_answer(self, answer: Answer) -> None:
        """Add one answer. It is on the disk when this returns, which takes as long as the disk does."""
        append(self.path / ANSWERS, answer)

    def append_grade(self, grade: Grade) -> None:
        """Add one grade, likewise."""
        append(self.path / GRADES, grade)


def read_folder(path: Path) -> Folder:
    """Open an evaluation's folder to read. Raises ConfigError where there is none, or where its plan is broken."""
    return Folder(path, _read_plan(path))


@contextmanager
def hold_folder(path: Path) -> Generator[HeldFolder]:
    """Open an evaluation's folder to write to, until the block ends.

    Raises as `read_folder`, and while another process writes.
    """
    plan = _read_plan(path)
    with _lock(path):
        _mend(path)
        yield HeldFolder(path, plan)


@contextmanager
def begin_folder(path: Path, plan: Plan) -> Generator[HeldFolder]:
    """Begin an evaluation in `path`, or go on with the one that is there if it has the same plan.

    Then the plan's id, when it was made, and all that was answered stay; the limit of money is the new plan's. Raises
    ConfigError where answers to another plan or something else is there, while another process writes, and where the
    disk refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_new = not (path / PLAN).exists() and all(file.name in _BEFORE_THE_PLAN for file in path.iterdir())
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be used as a folder ({error.strerror or 'refused'}); choose another --out"
        ) from None
    with _lock(path):
        kept = plan if is_new else _continued(path, plan)
        _write_plan(path, kept)
        _mend(path)
        yield HeldFolder(path, kept)


def difference(old: Plan, new: Plan) -> str:
    """Name what the new plan asks otherwise than the old one; empty where all that was answered stays of use."""
    parts = {
        "other tasks": (old.tasks_digest, new.tasks_digest),
        "another sample of the tasks": (old.tasks, new.tasks),
        "other configurations": (old.configurations, new.configurations),
        "another number of repeats": (old.repeats, new.repeats),
        "another use of the web": ((old.web, old.excluded_domains), (new.web, new.excluded_domains)),
    }
    return next((name for name, (before, after) in parts.items() if before != after), "")


def _continued(path: Path, plan: Plan) -> Plan:
    if not (path / PLAN).exists():
        raise ConfigError(f"{path}: holds other files and no {PLAN}; choose a new folder for --out")
    old = _read_plan(path)
    other = difference(old, plan)
    if other and not Folder(path, old).answers():
        return plan  # nothing would be lost: it was begun, and not confirmed
    if other:
        raise ConfigError(
            f"{path}: holds an evaluation with {other}; give the arguments that it was begun with to go on with it, or "
            "choose another folder for --out"
        )
    return old.model_copy(update={"max_cost_usd": plan.max_cost_usd})


def _read_plan(path: Path) -> Plan:
    file = path / PLAN
    try:
        plan = Plan.model_validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{path}: holds no evaluation (no {PLAN}); begin one with: fusion-mcp eval run") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or 'refused'})") from None
    except ValidationError as error:
        raise ConfigError(f"{file}: is no plan of this version ({explain(error)[0]}); begin a new evaluation") from None
    if digest_of(plan.tasks) != plan.chosen_digest:
        raise ConfigError(
            f"{file}: its tasks are not those that the evaluation was begun with, so its answers and grades may be to "
            f"others; put the first {PLAN} back, or begin a new evaluation with the changed tasks: fusion-mcp eval run"
        )
    return plan


def _write_plan(path: Path, plan: Plan) -> None:
    temporary = path / _UNFINISHED
    with written_to(path / PLAN):
        with temporary.open("wb") as stream:
            stream.write(plan.model_dump_json(indent=2).encode())
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path / PLAN)


def _mend(path: Path) -> None:
    for name in (ANSWERS, GRADES):
        mend(path / name)


@contextmanager
def _lock(path: Path) -> Generator[None]:
    try:
        file = (path / _LOCK).open("ab")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written to ({error.strerror or 'refused'})") from None
    with file:
        if not _taken(file):
            raise ConfigError(
                f"{path}: another process is writing to it; wait until it has ended, or choose another folder"
            )
        try:
            yield
        finally:
            with suppress(OSError):
                locks.drop(file)


def _taken(file: BinaryIO) -> bool:
    try:
        return locks.take(file)
    except OSError:  # a file system without locks: then it is the person's to run one at a time
        return True
