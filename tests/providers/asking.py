"""One caller of models as a run would be one: `Models` over a scripted provider called `work`, and a ledger."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from fusion_mcp.config import ProviderConfig
from fusion_mcp.ledger import Account, Ledger, Line
from fusion_mcp.providers.catalog.catalog import load_catalogue
from fusion_mcp.providers.health.health import BreakerState
from fusion_mcp.providers.local.runtime import LocalRuntime
from fusion_mcp.providers.models import Models
from fusion_mcp.types import CallFailure, ChatRequest, Completion, Message, ModelRef
from scripted import CANARY, ScriptedProvider

QUESTION = (Message(role="user", content="How many moons has Mars?"),)
PATIENCE = 30.0
"""Seconds after which a test that hangs is given up."""


@dataclass
class Clock:
    """A clock that only the test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Asking:
    models: Models
    ledger: Ledger = field(default_factory=Ledger)
    heard: list[str] = field(default_factory=list[str])

    @property
    def account(self) -> Account:
        return Account(ledger=self.ledger, stage="panel", seat="seat")

    @property
    def lines(self) -> list[Line]:
        return self.ledger.lines

    async def reply(
        self,
        model: str = "alpha",
        on_text: Callable[[], None] | None = None,
        messages: tuple[Message, ...] = QUESTION,
        **options: Any,
    ) -> Completion | CallFailure:
        """Put the question to a model of `work`, or to a whole reference; `on_text` is told that some text came."""
        asked = ModelRef.parse(model if ":" in model else f"work:{model}")
        request = ChatRequest(messages=messages, **options)

        def hear(piece: str) -> None:
            self.heard.append(piece)
            if on_text is not None:
                on_text()

        with anyio.fail_after(PATIENCE):
            return await self.models.complete(asked, request, self.account, hear)

    async def completion(self, model: str = "alpha", **options: Any) -> Completion:
        reply = await self.reply(model, **options)
        assert isinstance(reply, Completion), reply
        return reply

    async def text(self, model: str = "alpha", **options: Any) -> str:
        return (await self.completion(model, **options)).text

    async def failure(self, model: str = "alpha", **options: Any) -> CallFailure:
        reply = await self.reply(model, **options)
        assert isinstance(reply, CallFailure), reply
        return reply


@asynccontextmanager
async def asking(
    provider: ScriptedProvider | str,
    *,
    key: str | None = CANARY,
    draw: Callable[[], float] = lambda: 0.0,
    prices: dict[str, Any] | None = None,
    other: ScriptedProvider | None = None,
    clock: Callable[[], float] = anyio.current_time,
    on_change: Callable[[BreakerState], None] | None = None,
    **changes: Any,
) -> AsyncGenerator[Asking]:
    """Call `provider` (or a base URL) as `work`, and `other` by that name; `changes` are fields of work's entry."""
    url = provider if isinstance(provider, str) else provider.base_url
    config = ProviderConfig.model_validate({"base_url": url, "api_key_env": "WORK_API_KEY", "prices": prices or {}})
    configured = {"work": config}
    if other is not None:
        configured["other"] = ProviderConfig(base_url=other.base_url)
    catalogue = dict(load_catalogue(configured))
    catalogue["work"] = catalogue["work"].model_copy(update={"title": "Work", **changes})
    embedded = LocalRuntime(models_dir=Path("no-such-folder"), own_files={}, threads=None, child_environ={})
    keys = {"WORK_API_KEY": key}
    async with Models(catalogue, keys.get, embedded, draw, environ={}, clock=clock, on_change=on_change) as models:
        models.connection_fault()  # makes the client, which takes a while on a busy machine: no model's time
        yield Asking(models)
