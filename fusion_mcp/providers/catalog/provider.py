"""What is known of a provider: data, as it stands in servers.toml, agents.toml or the person's config.toml."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fusion_mcp.config import Price
from fusion_mcp.providers.catalog.agent import Agent

Parameter = Literal[
    "temperature",
    "response_format",
    "stream_options",
    "stream",
    "reasoning",
    "max_tokens",
    "seed",
    "tools",
    "tool_choice",
    "reasoning_with_tools",
    "echo",
]
"""Parts of a request that a provider or model may refuse, and that a call can do without."""

EMBEDDED = "local"
"""The provider whose models run in a child process of ours."""


class NativeTool(BaseModel):
    """A tool that the provider runs itself: its type, its fixed parameters, and what it calls the variable ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    parameters: Mapping[str, Any] = Field(default_factory=dict[str, Any])
    max_uses: str
    allowed_domains: str
    excluded_domains: str


class NativeTools(BaseModel):
    """A provider's own web tools by our names; `max_calls` is the part of the body that limits them together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_calls: str | None = None
    tools: Mapping[str, NativeTool]


class Provider(BaseModel):
    """One provider: a server, the embedded model, or an agent program, which has an `agent`.

    The fields are explained at the head of servers.toml; `listed_prices` are the person's own, in USD per million
    tokens, and so is the address where `has_own_address`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    base_url: str | None = None
    api_key_env: str | None = None
    prices: str | None = None
    listed_prices: Mapping[str, Price] = Field(default_factory=dict[str, Price])
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    reasoning: Literal["effort", "object", "none"] = "effort"
    without: frozenset[Parameter] = frozenset()
    echo: tuple[str, ...] = ("reasoning_content", "reasoning_details")
    native_web: NativeTools | None = None
    silence_s: tuple[float, float] = (180.0, 120.0)
    max_concurrency: int | None = None
    compact: bool = False
    seeded: bool = False
    free: bool = False
    billed: tuple[str, ...] = ()
    on_this_machine: bool = False
    agent: Agent | None = None
    has_own_address: bool = False

    @property
    def is_on_plan(self) -> bool:
        """Whether calls go on a subscription, as those of an agent program do that was given no key."""
        return self.agent is not None and self.agent.billing == "subscription" and self.api_key_env is None

    @property
    def may_call_back(self) -> bool:
        """Whether a model of it may itself be a client of fusion-mcp: an agent, or who knows what at a new address."""
        return self.agent is not None or self.has_own_address

    def bills_nobody(self, model: str) -> bool:
        """Tell whether a call to `model` is free. A price that the person has set for it holds all the same."""
        free = self.free or (self.agent is not None and self.agent.billing == "free")
        return free and model not in self.listed_prices and not model.lower().endswith(self.billed)
