"""What is known of an agent program: data, as it stands in agents.toml or in the person's config.toml."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fusion_mcp.config import AgentEvents


class Borrows(BaseModel):
    """Which of its own settings an agent is told again, where their file as a whole is left out.

    The file lies in the folder that a variable names, else in one below the home. Of one in TOML, `keys` are texts that
    choose a service, `login` ones that say how to log in; of each table in `entries` the entry is taken that a key
    names, as far as its `parts` go; `model` is the text that chooses a model, wanted where a preset leaves that open.
    They become arguments, each behind an `option`. Of one in JSON, what stands at the paths in `keeps` is written
    `into` a file in the agent's folder, and over it, where the agent is given a key, what `keyed` says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    below_home: str
    file: str
    keys: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    entries: Mapping[str, str] = Field(default_factory=dict[str, str])
    parts: tuple[str, ...] = ()
    model: str = ""
    option: str = ""
    keeps: tuple[str, ...] = ()
    keyed: Mapping[str, str] = Field(default_factory=dict[str, str])
    into: str = ""


class Agent(BaseModel):
    """One agent program. The fields are explained at the head of agents.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: tuple[str, ...]
    args: tuple[str, ...] = ()
    model_args: tuple[str, ...] = ()
    system_args: tuple[str, ...] = ()
    schema_args: tuple[str, ...] = ()
    effort_args: tuple[str, ...] = ()
    efforts: Mapping[str, str] = Field(default_factory=dict[str, str])
    escapes: Mapping[str, str] = Field(default_factory=dict[str, str])
    works_in: str = ""
    web_tools: Mapping[str, str] = Field(default_factory=dict[str, str])
    web_args: tuple[str, ...] | None = None
    offline_args: tuple[str, ...] = ()
    files: Mapping[str, str] = Field(default_factory=dict[str, str])
    environ: Mapping[str, str] = Field(default_factory=dict[str, str])
    passed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    borrows: Borrows | None = None
    home_as: str | None = None
    linked: tuple[str, ...] = ()
    key_as: str | None = None
    events: AgentEvents = "text"
    billing: Literal["subscription", "free"] | None = None
    install: str = ""
    login: str = ""
    status_args: tuple[str, ...] = ()
