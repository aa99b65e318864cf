"""The shape of one preset file: members, judge, synthesizer and limits, or how to find them.

A preset names models and limits, never a URL, a key or a command, so that a stranger's preset is safe to try. Reading
one is `parse`, finding the files is `library`, choosing by what is there is `resolve`.
"""

import math
import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from fusion_mcp.config import DomainNames, Number, PositiveUsd, Seconds, Whole
from fusion_mcp.explain import kind_of
from fusion_mcp.types import ModelRef

ToolName = Literal["web_search", "web_fetch"]
"""The closed list of tools that a member may be given."""

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]

MAX_MEMBERS = 8
MAX_FALLBACKS = 8
MAX_ALIASES = 16
_LONGEST_REFERENCE = 200
BODY_ADVICE = "a preset has either [[panel]] and [judge], or discover, or [[choose]]"


def preset_name(text: str) -> str:
    """Accept a preset's name. Raises ValueError saying what a name looks like."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", text):
        raise ValueError("a preset's name is small letters, digits, '-' and '_', and at most 64 of them")
    return text


def _reference(value: object) -> ModelRef:
    if isinstance(value, ModelRef):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected provider:model, got {kind_of(value)}")  # noqa: TRY004 pydantic's protocol
    text = value.strip()
    if len(text) > _LONGEST_REFERENCE or not text.isprintable() or " " in text:
        raise ValueError("this is no model reference: write provider:model, without spaces")
    try:
        return ModelRef.parse(text)
    except ValueError:
        raise ValueError("this is no model reference: write provider:model, as in ollama:qwen3:8b") from None


def _plain(text: str) -> str:
    if not all(letter.isprintable() or letter in "\n\t" for letter in text):
        raise ValueError("takes plain text, without control characters")
    return text.strip()


Reference = Annotated[ModelRef, PlainValidator(_reference), PlainSerializer(str, return_type=str)]
Name = Annotated[str, AfterValidator(preset_name)]
Line = Annotated[str, Field(max_length=400), AfterValidator(_plain)]
Prose = Annotated[str, Field(max_length=1200), AfterValidator(_plain)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def __copy__(self) -> Self:
        """Copy the fields alone: `model_copy` changes some, and what was worked out from them must not stay."""
        copied = super().__copy__()
        fields = vars(copied)
        for name in fields.keys() - type(self).model_fields.keys():
            del fields[name]
        return copied


class Role(_Table):
    """A model with a task, and the models that stand in when it fails."""

    model: Reference
    fallbacks: Annotated[tuple[Reference, ...], Field(max_length=MAX_FALLBACKS)] = ()
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    max_output_tokens: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    reasoning: Effort | None = None

    @cached_property
    def models(self) -> tuple[ModelRef, ...]:
        """Who may fill it, in turn."""
        return (self.model, *self.fallbacks)


class PanelMember(Role):
    """One seat: `lens` is a short role it answers from, `tools` (absent: the preset's) what it may use."""

    lens: Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_plain)] | None = None
    tools: tuple[ToolName, ...] | None = None


PROSE = frozenset({"title", "description", "rationale", "dated", "aliases"})
"""What a preset says of itself, and its other names: nobody is asked differently for it."""


class _Common(_Table):
    """What every preset may say, however its panel is found.

    `rationale` and `dated`: why these models, and when that was last looked at. `web`: whose search and fetch the
    members use, ours (`tools`) or, where a provider has them, its own (`native`). `triage`: what is done about a
    question that wants no panel: the result says so (`advise`), or, where that is certain, one model answers it
    (`route`). `aggregate`: the answer is written from all of them (`synthesize`), or is the one that the judge prefers,
    word for word (`select`). `gate`: what was written is held against the best member's answer, and only the better
    one is given.
    """

    title: Line = ""
    description: Prose = ""
    rationale: Prose = ""
    dated: date | None = None
    aliases: Annotated[tuple[Name, ...], Field(max_length=MAX_ALIASES)] = ()
    deadline_s: Seconds = 180.0
    max_cost_usd: PositiveUsd | None = None
    grace_s: Annotated[Number, Field(ge=0, le=3600)] = 10.0
    tools: tuple[ToolName, ...] = ()
    max_tool_calls: Annotated[Whole, Field(ge=1, le=16)] = 8
    web: Literal["tools", "native"] = "tools"
    triage: Literal["advise", "route", "off"] = "advise"
    aggregate: Literal["synthesize", "select"] = "synthesize"
    gate: Annotated[bool, Field(strict=True)] = False
    allowed_domains: DomainNames = ()
    excluded_domains: DomainNames = ()


def default_quorum(members: int) -> int:
    """How many answers make a panel ready, where the preset does not say."""
    return min(members, max(2, math.ceil(members / 2)))


def _seats(panel: tuple[PanelMember, ...]) -> tuple[PanelMember, ...]:
    if not 1 <= len(panel) <= MAX_MEMBERS:
        raise ValueError(f"seat 1 to {MAX_MEMBERS} members, one [[panel]] table for each; there are {len(panel)}")
    return panel


def _default_quorum(data: dict[str, Any]) -> int:
    return default_quorum(len(data["panel"]))


def _the_judge(data: dict[str, Any]) -> Role:
    return data["judge"]


def _within_panel(quorum: int, info: ValidationInfo) -> int:
    members = len(info.data.get("panel", ())) or MAX_MEMBERS
    if not 1 <= quorum <= members:
        raise ValueError(f"must be between 1 and {members}, the number of members")
    return quorum


class Preset(_Common):
    """A preset that names its models: ready to run. `name` is its file's.

    `verifier`, where there is one, checks the answer claim by claim; `second_judge` looks again, with fresh eyes, at
    those that it finds contradicted or from one member alone.
    """

    name: str = Field(default="", init=False)
    panel: Annotated[tuple[PanelMember, ...], AfterValidator(_seats), Field(validate_default=True)] = ()
    judge: Role
    synthesizer: Role = Field(default_factory=_the_judge)
    verifier: Role | None = None
    second_judge: Role | None = None
    quorum: Annotated[Whole, AfterValidator(_within_panel)] = Field(default_factory=_default_quorum)

    @model_validator(mode="after")
    def _second_after_first(self) -> Self:
        if self.second_judge is not None and self.verifier is None:
            raise ValueError("[second_judge] looks again at what a verifier found: add [verifier], too")
        if (
            self.second_judge is not None
            and self.verifier is not None
            and self.second_judge.model == self.verifier.model
        ):
            raise ValueError("[second_judge] must be another model than [verifier], best one of another family")
        return self

    def __hash__(self) -> int:
        """Hash its name alone, which equal presets have in common: all its fields would take a while."""
        return hash(self.name)

    @cached_property
    def seatable(self) -> tuple[ModelRef, ...]:
        """Every model that may sit on the panel, in its order; one that may sit twice stands here twice."""
        return tuple(model for member in self.panel for model in member.models)

    @cached_property
    def deeds(self) -> str:
        """All that makes a difference to its answers, as JSON: whatever it says of itself does not."""
        return self.model_dump_json(exclude=set(PROSE))

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everybody that the preset names: the panel in its order, then who works on its answers."""
        others = (self.judge, self.synthesizer, self.verifier, self.second_judge)
        return (*self.panel, *(role for role in others if role is not None))

    @cached_property
    def models(self) -> tuple[ModelRef, ...]:
        """Every model that the preset names, each once, in its order."""
        return tuple(dict.fromkeys(model for role in self.roles for model in role.models))

    def tools_of(self, member: PanelMember) -> tuple[ToolName, ...]:
        """Name the tools that a member may use: its own list, else the preset's."""
        return self.tools if member.tools is None else member.tools


class Choice(_Table):
    """One rule of `[[choose]]`: taken when its conditions hold and what it names can be seated.

    `key`: a provider whose key must be set. `embedded`: the embedded model must be there. Then either `preset`, another
    preset's name, or `seats`: those of these models whose provider's key is set. `because` ends the sentence that tells
    the person what was chosen; `otherwise` tells how to make the rule hold.
    """

    key: str | None = None
    embedded: Annotated[bool, Field(strict=True)] = False
    preset: Name | None = None
    seats: tuple[Reference, ...] = ()
    because: Line = ""
    otherwise: Line = ""

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if bool(self.preset) == bool(self.seats):
            raise ValueError("name either a preset or seats")
        return self


class OpenPreset(_Common):
    """A preset whose panel depends on what is there.

    `resolve` turns it into a `Preset`. Either `discover`: the panel is what these running local servers have, at most
    `most` different models, none whose name contains a word of `skip`; or `choose`: rules, of which the first that can
    be met is taken. `otherwise` says what to do when there is nothing to seat.
    """

    name: str = Field(default="", init=False)
    discover: tuple[str, ...] = ()
    most: Annotated[Whole, Field(ge=1, le=MAX_MEMBERS)] = 3
    skip: tuple[str, ...] = ()
    otherwise: Line = ""
    choose: tuple[Choice, ...] = ()
    quorum: Annotated[Whole, Field(ge=1, le=MAX_MEMBERS)] | None = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if bool(self.discover) == bool(self.choose):
            raise ValueError(BODY_ADVICE)
        return self


AnyPreset = Preset | OpenPreset
