"""What a caller may ask: the arguments of `fusion_ask` and `fusion_compare`, and their limits. Shapes only."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from fusion_mcp.cleaning import with_whole_characters
from fusion_mcp.money import MOST_PLACES, limit

MAX_CHARACTERS = 400_000
"""Question and context together."""


def _whole(text: object) -> object:
    """Replace halves of characters, which clients leave that cut a text in the middle of one: nothing can send them."""
    return with_whole_characters(text) if isinstance(text, str) else text


def _amount(value: object) -> object:
    """Take JSON's numbers as they are written, short of the dust of somebody's sums, and no text like one."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticKnownError("decimal_type")
    return Decimal(value) if isinstance(value, int) else Decimal(str(round(value, MOST_PLACES)))


def _concise_if_absent(detail: object) -> object:
    return "concise" if detail is None else detail


def _not_blank(question: str) -> str:
    if not question.strip():
        raise ValueError("it is empty; put the whole question there")
    return question


Text = Annotated[str, BeforeValidator(_whole)]
Name = Annotated[str, Field(min_length=1), BeforeValidator(_whole)]
Detail = Literal["concise", "full"]
Usd = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(gt=0),
    AfterValidator(limit),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),  # pydantic's own would allow text, too
]


class Ask(BaseModel):
    """The arguments of `fusion_ask`. Everything but the question may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    question: Annotated[
        Text,
        Field(description="The whole question. The panel sees only this and context."),
        AfterValidator(_not_blank),
    ]
    context: Annotated[Text | None, Field(description="Text to answer from: code, documents, findings.")] = None
    preset: Annotated[Name | None, Field(description="Which panel to ask.")] = None
    max_cost_usd: Annotated[Usd | None, Field(description="Lowers the preset's spending limit (USD).")] = None
    deadline_s: Annotated[
        float | None, Field(gt=0, allow_inf_nan=False, description="Lowers the preset's time limit (seconds).")
    ] = None
    web: Annotated[bool | None, Field(description="false keeps the panel off the web.")] = None
    detail: Annotated[
        Detail,
        BeforeValidator(_concise_if_absent),
        Field(description="concise cuts the members' answers; full does not."),
    ] = "concise"

    @model_validator(mode="after")
    def _within_limit(self) -> Self:
        length = len(self.question) + len(self.context or "")
        if length > MAX_CHARACTERS:
            raise ValueError(
                f"question and context together have {length:,} characters; at most {MAX_CHARACTERS:,} are taken"
            )
        return self


class Compare(Ask):
    """The arguments of `fusion_compare`: the same, and which models to seat."""

    models: Annotated[
        list[Text] | None,
        Field(min_length=1, max_length=8, description="Seat these instead (provider:model, from the presets)."),
    ] = None


class Fetch(BaseModel):
    """The arguments of `fusion_result`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    run_id: Annotated[Name, Field(description="The id of that run.")]
    wait_s: Annotated[
        float | None,
        Field(ge=0, allow_inf_nan=False, description="Seconds to wait at most."),
    ] = None
    detail: Annotated[Detail, BeforeValidator(_concise_if_absent)] = "concise"
    cancel: Annotated[bool | None, Field(description="true ends the run.")] = None
