"""The folder of one evaluation on the disk: its plan, and its answers and grades as JSON Lines. Only files are known.

`plan.json` is written whole or not at all. A line that was cut off while it was written is dropped by whoever reads,
and cut away by whoever writes next. One process writes at a time; any number may read meanwhile.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from fusion_mcp import locks
from fusion_mcp.errors import ConfigError
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

Line = TypeVar("Line", bound=BaseModel)


class Folder:
    """An evaluation's folder to read from. `read_folder` opens one."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.plan = plan

    def answers(self) -> list[Answer]:
        """Read the answers, the last one to each question. Raises ConfigError where a line is broken."""
        read = _read_lines(self.path / ANSWERS, Answer)
        return list({(each.task_id, each.configuration, each.repeat): each for each in read}.values())

    def grades(self) -> list[Grade]:
        """Read the grades, in the order in which they were written. Raises likewise."""
        return _read_lines(self.path / GRADES, Grade)


class HeldFolder(Folder):
    """An evaluation's folder that this process alone may write to. `hold_folder` and `begin_folder` give one."""

    def append_answer(self, answer: Answer) -> None:
        """Add one answer. It is on the disk when this returns, which takes as long as the disk does."""
        _append(self.path / ANSWERS, answer)

    def append_grade(self, grade: Grade) -> None:
        """Add one grade, likewise."""
        _append(self.path / GRADES, grade)


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


def _read_lines(file: Path, shape: type[Line]) -> list[Line]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or 'refused'})") from None
    whole = content.split(b"\n")[:-1]  # what follows the last newline was cut off while it was written
    return [_read_line(file, number, line, shape) for number, line in enumerate(whole, 1) if line.strip()]


def _read_line(file: Path, number: int, line: bytes, shape: type[Line]) -> Line:
    try:
        return shape.model_validate_json(line)
    except ValidationError as error:
        raise ConfigError(f"{file}, line {number}: {explain(error)[0]}; delete that line to do it again") from None


@contextmanager
def written_to(file: Path) -> Generator[None]:
    """Say in a sentence that the disk has refused what the block writes to `file`: full, read-only, taken away."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be written ({error.strerror or 'refused'}); mend that, and the same command goes on from "
            "what is there"
        ) from None


def _append(file: Path, record: BaseModel) -> None:
    """Add one line, or nothing of it: a half would spoil the next one. Raises ConfigError where the disk refuses."""
    with written_to(file), file.open("ab", buffering=0) as stream:
        whole = stream.seek(0, os.SEEK_END)
        rest = memoryview(record.model_dump_json().encode() + b"\n")
        try:
            while rest:
                rest = rest[stream.write(rest) :]
            os.fsync(stream.fileno())
        except OSError:
            with suppress(OSError):  # then whoever reads drops the half, and whoever writes next cuts it away
                stream.truncate(whole)
            raise


def _write_plan(path: Path, plan: Plan) -> None:
    temporary = path / _UNFINISHED
    with written_to(path / PLAN):
        with temporary.open("wb") as stream:
            stream.write(plan.model_dump_json(indent=2).encode())
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path / PLAN)


def _mend(path: Path) -> None:
    """Cut away what a process that died has left of its last line."""
    for name in (ANSWERS, GRADES):
        file = path / name
        if file.exists():
            content = file.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                with written_to(file):
                    os.truncate(file, whole)


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
