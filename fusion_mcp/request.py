"""What a caller may ask: the arguments of `fusion_ask` and `fusion_compare`, and their limits. Shapes only."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_CHARACTERS = 400_000
"""Question and context together."""


def _not_blank(question: str) -> str:
    if not question.strip():
        raise ValueError("it is empty; put the whole question there")
    return question


class Ask(BaseModel):
    """The arguments of `fusion_ask`. Everything but the question may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    question: Annotated[
        str,
        Field(description="The whole question. The panel sees nothing else but context."),
        AfterValidator(_not_blank),
    ]
    context: Annotated[str | None, Field(description="Text to answer from: code, documents, earlier findings.")] = None
    preset: Annotated[str | None, Field(description="Which panel to ask.")] = None
    max_cost_usd: Annotated[
        Decimal | None, Field(gt=0, strict=False, description="Lowers the preset's spending limit, in USD.")
    ] = None
    deadline_s: Annotated[float | None, Field(gt=0, description="Lowers the preset's time limit, in seconds.")] = None
    web: Annotated[bool | None, Field(description="false keeps the panel off the web.")] = None
    detail: Annotated[
        Literal["concise", "full"], Field(description="concise cuts the members' answers short; full does not.")
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
        list[str] | None,
        Field(min_length=1, max_length=8, description="Seat these instead (provider:model, from the presets)."),
    ] = None
