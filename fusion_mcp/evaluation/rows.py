"""What a row of any format is made of: values as files write them, and what is wrong with others. Pure."""

import json
from typing import Annotated, Never

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from fusion_mcp.evaluation.python_text import is_python
from fusion_mcp.evaluation.tasks import Task
from fusion_mcp.explain import kind_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_ID = 200


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
        value = json.loads(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON from column {error.colno} on") from None
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("holds half a character; write whole ones") from None
    return value


def _no_number(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def parsed(value: object) -> object:
    """Read what DRACO keeps as JSON in a string."""
    return read_json(value) if isinstance(value, str) else value


def _python(text: str) -> str:
    if not is_python(text):
        raise ValueError("is not Python")
    return text


def _target(value: object) -> object:
    """Take a number for the text that it is written as."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def listed(value: object) -> object:
    """Take one value for a list of it."""
    return value if isinstance(value, list) else (value,)  # pyright: ignore[reportUnknownVariableType] - JSON's


def some(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list."""
    if not values:
        raise ValueError("needs at least one")
    return values


def pointer(value: object) -> int | str:
    """Take what points at a choice: its letter or words, or its number."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"expected a letter or a number, got {kind_of(value)}")  # noqa: TRY004 pydantic's protocol
    return value


Words = Annotated[str, AfterValidator(_not_blank)]
Name = Annotated[Words, BeforeValidator(_name), AfterValidator(_short)]
Code = Annotated[Words, AfterValidator(_python)]
Target = Annotated[Words, BeforeValidator(_target)]
Question = Annotated[Words, Field(validation_alias=AliasChoices("input", "question", "problem"))]


class Row(BaseModel):
    """A row of a file. `numbered` names it where it has no id."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[Name | None, Field(validation_alias=AliasChoices("id", "task_id"))] = None
    domain: str = ""

    def task(self, numbered: str) -> Task:
        """Give the task that the row is."""
        raise NotImplementedError
