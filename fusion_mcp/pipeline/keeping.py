"""Steps of a run, pure: their names, and what is kept of a call, and of the panel when it is closed, as text and back.

Where and for how long is `protocols.Steps`' to say.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import TypeAdapter

from fusion_mcp.storing import from_json, to_json
from fusion_mcp.types import CallFailure, Completion, MemberAnswer, MemberFailure
from fusion_mcp.values import value

T = TypeVar("T")


@value
class PanelRecord:
    """The panel when it was closed: who answered and who did not, how long it took (s), what the web had brought.

    `cut_short` names the seats whose research ended for want of money.
    """

    outcomes: tuple[MemberAnswer | MemberFailure, ...]
    seconds: float
    web: str
    cut_short: tuple[str, ...] = ()


PANEL_STEP = "panel"
_BETWEEN = " > "
"""What stands between the names of a step; no reference to a model has spaces, so they come apart again."""
REPLY: Final[TypeAdapter[Completion | CallFailure]] = TypeAdapter(Completion | CallFailure)
PANEL: Final = TypeAdapter(PanelRecord)
_REPLIES: Final = {shape: TypeAdapter[Completion | CallFailure](shape) for shape in (Completion, CallFailure)}
"""By their class: to be written as one of two shapes takes a reply three times as long as to be written as its own."""


def step_name(*names: str) -> str:
    """Join names to that of a step."""
    return _BETWEEN.join(names)


def kept_reply(reply: Completion | CallFailure) -> str:
    """Write a reply down, for `REPLY` to read."""
    return to_json(_REPLIES[type(reply)], reply)


def without_failures(steps: Mapping[str, str]) -> dict[str, str]:
    """Leave out what failed, and the panel as it was closed, so that whoever failed may try again."""
    return {
        name: kept
        for name, kept in steps.items()
        if name != PANEL_STEP and not isinstance(from_json(REPLY, kept), CallFailure)
    }


def answers_so_far(steps: Mapping[str, str]) -> dict[str, str]:
    """Give what members of an unfinished panel have answered, by seat; a member's last words are its answer."""
    answers: dict[str, str] = {}
    for name, kept in steps.items():
        stage, *rest = name.split(_BETWEEN)
        reply = from_json(REPLY, kept) if stage == "panel" and rest else None
        if isinstance(reply, Completion) and reply.text.strip() and not reply.tool_calls:
            answers[rest[0]] = reply.text
    return answers
