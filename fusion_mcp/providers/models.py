"""Every model behind one door: who may be called now, at what price, and by which road.

Servers that speak Chat Completions are `chat`'s, agent programs `agents`'. Whether a call is made at all is told here:
by what earlier calls have taught (`health`), what the provider wants (`cooldown`) and the places it has (`places`).
"""

import math
import random
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Self

import anyio

from fusion_mcp.clock import now
from fusion_mcp.ledger import Account
from fusion_mcp.providers import pricing
from fusion_mcp.providers.addresses import Addresses
from fusion_mcp.providers.agents.asking import Agents
from fusion_mcp.providers.asked import Asked
from fusion_mcp.providers.catalog.misnamed import misnamed_keys
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.chat.asking import ChatCompletions
from fusion_mcp.providers.chat.listing import list_models
from fusion_mcp.providers.connections.client import Connections, UnusableSettingsError
from fusion_mcp.providers.health.cooldown import Cooldowns
from fusion_mcp.providers.health.health import BreakerState, Health
from fusion_mcp.providers.local.runtime import LocalModelError, LocalRuntime
from fusion_mcp.providers.places import Places
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Usage


class Models:
    """The models of a catalogue. Enter it once for the life of the process."""

    def __init__(
        self,
        catalogue: Mapping[str, Provider],
        key_of: Callable[[str], str | None],
        embedded: LocalRuntime,
        draw: Callable[[], float] = random.random,
        *,
        environ: Mapping[str, str],
        clock: Callable[[], float] = now,
        on_change: Callable[[BreakerState], None] | None = None,
    ) -> None:
        """`key_of` maps an environment variable's name to its value; `draw` gives the jitter of waits.

        `environ` is what agent programs are given a part of. `clock` is the one by which a model that keeps failing is
        left alone; `on_change` is told when that begins and ends, at once, and must not raise.
        """
        self._catalogue = catalogue
        self._embedded = embedded
        self._health = Health(clock, on_change)
        self._places = Places()
        self._cooldowns = Cooldowns(clock, draw)
        self.misnamed = misnamed_keys(environ, catalogue.values())
        """By the variable of a key that is missing, one that is set and looks like it."""
        self._addresses = Addresses(key_of, embedded, self.misnamed)
        self._agents = Agents(environ, self._addresses.key)
        self._connections = Connections(p.base_url for p in catalogue.values() if p.base_url)
        self._chat = ChatCompletions(self._connections, self._addresses, self._health, self._cooldowns, draw)

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first call."""
        await self._embedded.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection and the embedded model's process."""
        try:
            with anyio.CancelScope(shield=True):  # to close is to wait, which a task that was cancelled cannot
                await self._connections.aclose()
        finally:
            await self._embedded.__aexit__(kind, error, trace)

    def traits(self, model: ModelRef) -> ModelTraits:
        """Say what a stage must know of `model` before it asks."""
        provider = self._catalogue[model.provider]
        return ModelTraits(
            compact=provider.compact,
            native_web=provider.native_web is not None or provider.agent is not None,
            is_agent=provider.agent is not None,
            on_subscription=self._is_on_plan(provider),
            notice=self._embedded.notice(model.model) if provider.name == EMBEDDED else None,
            unavailable=self._unavailable(provider, model),
        )

    def price(self, model: ModelRef, usage: Usage) -> Decimal | None:
        """USD that these tokens cost, as `protocols.ChatModels` has it."""
        provider = self._catalogue[model.provider]
        if provider.agent is not None and self._is_on_plan(provider):
            return Decimal(0)
        return pricing.price(provider, model.model, usage)

    async def complete(
        self,
        model: ModelRef,
        request: ChatRequest,
        account: Account,
        on_text: Callable[[str], None] | None = None,
        on_doing: Callable[[str], None] | None = None,
    ) -> Completion | CallFailure:
        """Ask `model`, as `protocols.ChatModels` has it."""
        provider = self._catalogue[model.provider]
        unavailable = self._unavailable(provider, model)
        if unavailable is not None:
            return unavailable
        asked = Asked(
            provider=provider,
            model=model,
            request=request,
            account=account,
            on_text=on_text,
            on_doing=on_doing or _unheard,
            gives_up=now() + (request.silence_within or math.inf),
        )
        # Who is left alone, or waits for a cooldown to end, takes nobody's place meanwhile.
        outcome = self._health.left_alone(provider, model) or await self._spared(asked)
        if outcome is None:
            outcome = await (self._try(asked) if provider.max_concurrency is None else self._try_in_place(asked))
        if isinstance(outcome, Refusal):
            return CallFailure(reason=outcome.reason, message=outcome.message, status_code=outcome.status_code)
        return outcome

    async def list_models(self, provider_name: str, *, within_s: float) -> tuple[str, ...] | CallFailure:
        """Ask a provider which models it has, waiting at most `within_s` seconds. Only servers have a list."""
        provider = self._catalogue[provider_name]
        if provider.base_url is None:
            return ()
        try:
            http = self._connections.client()
        except UnusableSettingsError as error:
            return CallFailure(reason="upstream_error", message=str(error))
        return await list_models(http, provider.base_url, self._addresses.key(provider), within_s=within_s)

    def agent_path(self, provider_name: str) -> str | None:
        """Say where an agent's program lies; None where it is not installed, or the provider is none."""
        return self._agents.find(self._catalogue[provider_name])

    async def is_logged_in(self, provider_name: str, *, within_s: float) -> bool | None:
        """Ask an agent program whether it is logged in; None where it cannot be asked, or does not say."""
        return await self._agents.is_logged_in(self._catalogue[provider_name], within_s=within_s)

    def connection_fault(self) -> str | None:
        """Say why nothing at all can be called, whatever the provider, and what to do; None where it can."""
        try:
            _ = self._connections.client()
        except UnusableSettingsError as error:
            return str(error)
        return None

    def _unavailable(self, provider: Provider, model: ModelRef) -> CallFailure | None:
        return self._agents.missing(provider, model) or self._addresses.unavailable(provider, model)

    def _is_on_plan(self, provider: Provider) -> bool:
        return provider.is_on_plan and not self._agents.is_elsewhere(provider)

    def _spared(self, asked: Asked) -> Awaitable[Refusal | None]:
        provider, request = asked.provider, asked.request
        return self._cooldowns.over(provider, asked.gives_up, has_fallback=request.has_fallback)

    async def _try_in_place(self, asked: Asked) -> Completion | Refusal:
        """Call when a place has come free. The wait may have been long, and those who had one been told to wait."""
        if (refused := await self._places.take(asked.provider, asked.gives_up)) is not None:
            return refused
        try:
            return await self._spared(asked) or await self._try(asked)
        finally:
            self._places.give_back(asked.provider)

    async def _try(self, asked: Asked) -> Completion | Refusal:
        held = self._health.admit(asked.provider, asked.model)
        if isinstance(held, Refusal):  # since whoever had a place before has failed meanwhile
            return held
        outcome = None
        try:
            return (outcome := await (self._chat if asked.provider.agent is None else self._agents).ask(asked))
        except (LocalModelError, UnusableSettingsError) as error:
            return (outcome := Refusal(reason="upstream_error", message=str(error), is_our_own=True))
        finally:  # a call that was cut off by cancellation has no outcome, and teaches nothing
            self._health.learn(asked.model, held, outcome)


def _unheard(_: str) -> None:
    """Nobody listens."""
