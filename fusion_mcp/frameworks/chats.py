"""A framework's chat as one question: the last user message, with what was said before it as context. Pure."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from fusion_mcp.errors import Refused


class Turn(NamedTuple):
    """One message: who speaks (`system`, `user`, `assistant`, `tool`), and its text."""

    role: str
    text: str


class Asked(NamedTuple):
    """What a chat comes to; `context` is None where nothing was said before."""

    question: str
    context: str | None


def question_of(turns: Sequence[Turn]) -> Asked:
    """Make a question of a chat: system messages stand before it, earlier turns become its context.

    Raises Refused where the last turn is not the user's: nobody is asked then.
    """
    spoken = [turn for turn in turns if turn.role != "system"]
    if not spoken or spoken[-1].role != "user":
        raise Refused(
            "invalid_arguments",
            "a panel answers questions: the last message must be the user's, and not an answer to be continued.",
        )
    instructions = [turn.text for turn in turns if turn.role == "system" and turn.text.strip()]
    before = "\n\n".join(f"{turn.role}: {turn.text}" for turn in spoken[:-1])
    return Asked("\n\n".join([*instructions, spoken[-1].text]), before or None)


def turns_of(prompt: str) -> list[Turn]:
    """Read a prompt that may be a chat: a JSON list of objects with `role` and `content`. Any other is plain text."""
    if not prompt.lstrip().startswith("["):
        return [Turn("user", prompt)]
    try:
        messages = _CHAT.validate_python(json.loads(prompt))
    except (ValueError, RecursionError, ValidationError):
        return [Turn("user", prompt)]
    return [Turn(message.role, message.content) for message in messages] or [Turn("user", prompt)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    role: str
    content: str


_CHAT = TypeAdapter(list[_Message])
