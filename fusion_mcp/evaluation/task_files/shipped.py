"""The sets of tasks that ship, by name, and those of the person's own, by path. What is in them is `reading`'s."""

from pathlib import Path

from fusion_mcp.evaluation.task_files.reading import UnreadableTasks, read_tasks
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.explain import did_you_mean

_FOLDER = Path(__file__).with_name("task_sets")
_MOST_BYTES = 200_000_000


def shipped_sets() -> dict[str, Path]:
    """Give the sets that ship: each one's name and its file."""
    return {file.stem: file for file in sorted(_FOLDER.glob("*.jsonl"))}


def load_tasks(name: str) -> tuple[Task, ...]:
    """Read a file of tasks, or a shipped set where no file is called so. Raises UnreadableTasks."""
    known = shipped_sets()
    file = Path(name)
    is_name = name in known and not file.is_file()
    return read_tasks(_content(known[name] if is_name else file, known), name)


def _content(file: Path, known: dict[str, Path]) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        advice = did_you_mean(str(file), known) or f"; the sets that ship are {', '.join(known)}"
        raise UnreadableTasks(f"{file}: there is no such file{advice}") from None
    except (OSError, ValueError) as error:
        reason = "this is a folder" if file.is_dir() else getattr(error, "strerror", None) or "not a path"
        raise UnreadableTasks(f"{file}: cannot be read ({reason})") from None
    if len(content) > _MOST_BYTES:
        raise UnreadableTasks(f"{file}: is larger than {_MOST_BYTES // 1_000_000} MB; take it apart")
    return content
