"""Steps of a run as text and back, pure: what is kept of a call, and of the panel when it is closed.

Where and for how long is `protocols.Steps`' to say. What cannot be read back counts as not kept: another version of the
program may have written it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from fusion_mcp.types import CallFailure, Completion, MemberAnswer, MemberFailure

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PanelRecord:
    """The panel when it was closed: who answered and who did not, how long it took (s), what the web had brought."""

    outcomes: Sequence[MemberAnswer | MemberFailure]
    seconds: float
    web: str


REPLY: Final[TypeAdapter[Completion | CallFailure]] = TypeAdapter(Completion | CallFailure)
PANEL: Final = TypeAdapter(PanelRecord)


def written(shape: TypeAdapter[Any], value: object) -> str:
    """Write a step down as JSON."""
    return shape.dump_json(value).decode()


def read_kept(shape: TypeAdapter[T], kept: str | None) -> T | None:
    """Read a step back; None where there is none, or none that can be read."""
    if kept is None:
        return None
    try:
        return shape.validate_json(kept)
    except ValidationError:
        return None


def answers_so_far(steps: Mapping[str, str]) -> dict[str, str]:
    """Give what members of an unfinished panel have answered, by seat; a member's last words are its answer."""
    answers: dict[str, str] = {}
    for name, kept in steps.items():
        stage, *rest = name.split(" > ")
        reply = read_kept(REPLY, kept) if stage == "panel" and rest else None
        if isinstance(reply, Completion) and reply.text.strip() and not reply.tool_calls:
            answers[rest[0]] = reply.text
    return answers
