"""What a row of any format is made of: values as files write them, and what is wrong with others. Pure."""

import json
import math
from typing import Annotated, Any, Literal, Never, cast

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from fusion_mcp.evaluation.python_text import is_python
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.explain import kind_of

_LONGEST_ID = 200
_MOST_DIGITS = 600
"""Fewer than any setting of sys.set_int_max_str_digits may be."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _name(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _short(text: str) -> str:
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise ValueError(f"takes one line of at most {_LONGEST_ID} characters")
    return text.strip()


def read_json(text: str) -> object:
    """Read JSON. Raises ValueError with a sentence, also for what no file can hold."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_int=_whole)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise ValueError(f"is no JSON from {line}column {error.colno} on") from None
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("holds half a character; write whole ones") from None
    return value


def _no_number(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def _whole(digits: str) -> int | str:
    """Read a whole number. One with more digits than Python converts stays text, as which answers are compared."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def parsed(value: object) -> object:
    """Read what DRACO keeps as JSON in a string."""
    return read_json(value) if isinstance(value, str) else value


def _python(text: str) -> str:
    if not is_python(text):
        raise ValueError("is not Python")
    return text


def _target(value: object) -> object:
    """Take a number for the text that it is written as."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def listed(value: object) -> object:
    """Take one value for a list of it; of TriviaQA's, the answer with its aliases."""
    if isinstance(value, dict) and "value" in value:
        table = cast("dict[str, Any]", value)
        return [table["value"], *table.get("aliases", ())]
    return value if isinstance(value, list) else (value,)  # pyright: ignore[reportUnknownVariableType] - JSON's


def some(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list."""
    if not values:
        raise ValueError("needs at least one")
    return values


def pointer(value: object) -> int | str:
    """Take what points at a choice: its letter or words, or its number; also as a list of one."""
    if isinstance(value, list):
        named = cast("list[object]", value)
        if len(named) != 1:
            raise ValueError("needs exactly one; a question with several right choices is none of these formats")
        return pointer(named[0])
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"expected a letter or a number, got {kind_of(value)}")  # noqa: TRY004 pydantic's protocol
    return value


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Message(BaseModel):
    role: str
    content: str | tuple[_Part, ...]

    @property
    def said(self) -> str:
        parts = self.content
        return parts if isinstance(parts, str) else "\n".join(part.text for part in parts)


_CHAT = TypeAdapter(tuple[_Message, ...])


def asked(value: object) -> object:
    """Take a chat's messages for the text that they are. Who says what stands there if it is more than a question."""
    if not isinstance(value, list):
        return value
    try:
        messages = _CHAT.validate_python(value)
    except ValidationError:
        raise ValueError("expected text, or a chat's messages with role and content, of text only") from None
    roles = [message.role for message in messages]
    if roles and roles[-1] == "user" and set(roles[:-1]) <= {"system"}:
        return "\n\n".join(message.said for message in messages)
    return "\n\n".join(f"{message.role.capitalize()}: {message.said}" for message in messages)


Words = Annotated[str, AfterValidator(_not_blank)]
Name = Annotated[Words, BeforeValidator(_name), AfterValidator(_short)]
Code = Annotated[Words, AfterValidator(_python)]
Target = Annotated[Words, BeforeValidator(_target)]
Question = Annotated[
    Words, BeforeValidator(asked), Field(validation_alias=AliasChoices("input", "question", "problem", "prompt"))
]


class Row(BaseModel):
    """A row of a file. `numbered` names it where it has no id."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[Name | None, Field(validation_alias=AliasChoices("id", "task_id"))] = None
    domain: Annotated[str, BeforeValidator(lambda value: "" if value is None else value)] = ""

    def task(self, numbered: str) -> Task:
        """Give the task that the row is."""
        raise NotImplementedError
