"""Every model behind one door.

Sends, waits, sends again while that can help. What it needs for that lives next door: addresses and keys
(`addresses`), what to send (`wire`), what a refusal means (`failures`), whether to try again (`retries`) or at all
(`health`, `cooldown`), the line in the ledger (`billing`) and what a call costs (`pricing`).
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from types import TracebackType
from typing import Self

import anyio
import httpx2

from fusion_mcp import guard
from fusion_mcp.ledger import Account, LimitReached
from fusion_mcp.providers import pricing
from fusion_mcp.providers.addresses import Addresses
from fusion_mcp.providers.attempt import Attempt, send
from fusion_mcp.providers.billing import opened, settle, settle_cut_off
from fusion_mcp.providers.catalog import EMBEDDED, Parameter, Provider
from fusion_mcp.providers.connections import UnusableSettingsError, open_client
from fusion_mcp.providers.cooldown import WORTH_WAITING_S, Cooldowns
from fusion_mcp.providers.echo import Echo
from fusion_mcp.providers.failures import Refusal
from fusion_mcp.providers.health import BreakerState, Health
from fusion_mcp.providers.listing import list_models
from fusion_mcp.providers.local.runtime import LocalModelError, LocalRuntime
from fusion_mcp.providers.places import Places
from fusion_mcp.providers.redaction import without_keys
from fusion_mcp.providers.retries import delay_before_retry
from fusion_mcp.providers.wire import Reply, encode
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Usage

_UNREAD_CALLS = 1
"""How often a model may write a tool call that its provider cannot read, and is asked again as if it had not."""
_NO_MONEY = "There is no money left for this call within the limits of its run."
_NO_TIME = "There was no time left to send this call."
_TOOLS: frozenset[Parameter] = frozenset({"tools"})
_NOTHING: frozenset[Parameter] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One question to one model. `gives_up`: when, on the loop's clock, a model that has not begun has had its time."""

    provider: Provider
    model: ModelRef
    request: ChatRequest
    account: Account
    on_text: Callable[[str], None]
    gives_up: float


class Models:
    """The models of a catalogue, called over one HTTP client. Enter it once for the life of the process."""

    def __init__(
        self,
        catalogue: Mapping[str, Provider],
        key_of: Callable[[str], str | None],
        embedded: LocalRuntime,
        draw: Callable[[], float] = random.random,
        *,
        clock: Callable[[], float] = anyio.current_time,
        on_change: Callable[[BreakerState], None] | None = None,
    ) -> None:
        """`key_of` maps an environment variable's name to its value; `draw` gives the jitter of waits.

        `clock` is the one by which a model that keeps failing is left alone; `on_change` is told when that begins and
        ends, at once, and must not raise.
        """
        self._catalogue = catalogue
        self._addresses = Addresses(key_of, embedded)
        self._embedded = embedded
        self._draw = draw
        self._client: httpx2.AsyncClient | None = None
        self._refused: defaultdict[ModelRef, set[Parameter]] = defaultdict(set)
        self._places = Places()
        self._health = Health(clock, on_change)
        self._cooldowns = Cooldowns(clock, draw)

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first call."""
        await self._embedded.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection and the embedded model's process."""
        try:
            with anyio.CancelScope(shield=True):
                if self._client is not None:
                    await self._client.aclose()
        finally:
            await self._embedded.__aexit__(kind, error, trace)

    def traits(self, model: ModelRef) -> ModelTraits:
        """Say what a stage must know of `model` before it asks."""
        provider = self._catalogue[model.provider]
        return ModelTraits(
            compact=provider.compact,
            native_web=provider.native_web is not None,
            notice=self._embedded.notice(model.model) if provider.name == EMBEDDED else None,
            unavailable=self._addresses.unavailable(provider, model),
        )

    def price(self, model: ModelRef, usage: Usage) -> Decimal | None:
        """USD that these tokens cost, as `protocols.ChatModels` has it."""
        return pricing.price(self._catalogue[model.provider], model.model, usage)

    async def complete(
        self, model: ModelRef, request: ChatRequest, account: Account, on_text: Callable[[str], None] | None = None
    ) -> Completion | CallFailure:
        """Ask `model`, as `protocols.ChatModels` has it."""
        provider = self._catalogue[model.provider]
        unavailable = self._addresses.unavailable(provider, model)
        if unavailable is not None:
            return unavailable
        asked = _Asked(
            provider=provider,
            model=model,
            request=request,
            account=account,
            on_text=on_text or _unheard,
            gives_up=anyio.current_time() + (request.silence_within or math.inf),
        )
        outcome = await self._admit(asked)
        if isinstance(outcome, Refusal):
            return CallFailure(reason=outcome.reason, message=outcome.message, status_code=outcome.status_code)
        return outcome

    async def list_models(self, provider_name: str, *, within_s: float) -> tuple[str, ...] | CallFailure:
        """Ask a provider which models it has, waiting at most `within_s` seconds. The embedded one has none to list."""
        provider = self._catalogue[provider_name]
        if provider.base_url is None:
            return ()
        try:
            http = self._http()
        except UnusableSettingsError as error:
            return CallFailure(reason="upstream_error", message=str(error))
        return await list_models(http, provider.base_url, self._addresses.key(provider), within_s=within_s)

    def connection_fault(self) -> str | None:
        """Say why nothing at all can be called, whatever the provider, and what to do; None where it can."""
        try:
            _ = self._http()
        except UnusableSettingsError as error:
            return str(error)
        return None

    async def _admit(self, asked: _Asked) -> Completion | Refusal:
        """Call, unless that is known to be in vain. Who waits for a cooldown to end takes nobody's place meanwhile."""
        held_off = self._health.left_alone(asked.provider, asked.model)
        held_off = held_off or await self._cooldowns.over(
            asked.provider, asked.gives_up, has_fallback=asked.request.has_fallback
        )
        if held_off is not None:
            return held_off
        async with self._places.place(asked.provider, asked.gives_up) as refused_place:
            if refused_place is not None:
                return refused_place
            with self._health.trial(asked.provider, asked.model) as trial:
                if trial.refusal is not None:
                    return trial.refusal
                try:
                    trial.outcome = await self._persist(asked)
                except (LocalModelError, UnusableSettingsError) as error:
                    trial.outcome = Refusal(reason="upstream_error", message=str(error), is_our_own=True)
                return trial.outcome

    async def _persist(self, asked: _Asked) -> Completion | Refusal:
        provider, model, request = asked.provider, asked.model, asked.request
        http = self._http()
        retries = unread_calls = 0
        doubt: Refusal | None = None
        last: Refusal | None = None
        while True:
            if held_back := await self._cooldowns.over(provider, asked.gives_up, has_fallback=request.has_fallback):
                return last or held_back
            # A model that again writes no call that its provider can read must do without tools, this once; so must
            # one whose provider said something of tools that is not understood.
            spared = _TOOLS if doubt or unread_calls > _UNREAD_CALLS else _NOTHING
            attempt = await self._prepare(asked, spared)
            reply = Reply(echo=Echo(provider.echo if "tools" in attempt.body else ()))
            refusal = await self._send(http, asked, attempt, reply)
            if refusal is None:
                if doubt and _is_settled(doubt, request):
                    self._refused[model].add("tools")
                whole = reply.completion(tools_refused=_are_refused(request, attempt))
                return without_keys(whole, attempt.secrets)
            if refusal.reason == "budget_exceeded":
                return last or refusal  # why the first attempt failed says more than why there was no second
            last = refusal
            self._cooldowns.heed(provider, refusal)
            if refusal.parameter is not None and refusal.parameter not in attempt.without:
                self._refused[model].add(refusal.parameter)
                continue
            if refusal.tools_went_wrong and "tools" in attempt.body and not reply.spoken:
                unread_calls += 1
                continue
            delay = None if reply.began else self._delay(refusal, retries, asked)
            if delay is None and refusal.may_be_of_tools:  # never twice: then none were sent
                doubt = refusal
                continue
            if delay is None:
                return refusal
            await anyio.sleep(delay)
            retries += 1

    async def _send(self, http: httpx2.AsyncClient, asked: _Asked, attempt: Attempt, reply: Reply) -> Refusal | None:
        """Make one attempt, with a line of its own in the ledger."""
        try:
            line = await opened(asked.account, asked.model)
        except LimitReached:
            return Refusal(reason="budget_exceeded", message=_NO_MONEY, taken="never sent", is_our_own=True)
        # Only now: the ledger may have had to wait for a disk.
        patience = min(asked.provider.silence_s[0], asked.gives_up - anyio.current_time())
        if patience <= 0:
            refusal = Refusal(reason="timed_out", message=_NO_TIME, taken="never sent", is_our_own=True)
        else:
            try:
                refusal = await send(http, replace(attempt, first_token_within=patience), reply, asked.on_text)
            except BaseException:
                settle_cut_off(line, asked.provider, asked.model, reply)
                raise
        settle(line, asked.provider, asked.model, reply, refusal)
        return refusal

    def _delay(self, refusal: Refusal, retries: int, asked: _Asked) -> float | None:
        left = min(anyio.current_effective_deadline(), asked.gives_up) - anyio.current_time()
        if asked.request.has_fallback and (refusal.retry_after or 0) > WORTH_WAITING_S:
            return None
        delay = delay_before_retry(refusal, retries_made=retries, seconds_left=left, draw=self._draw)
        return delay if delay is not None and self._health.may_retry(asked.provider) else None

    async def _prepare(self, asked: _Asked, spared: frozenset[Parameter]) -> Attempt:
        provider, model = asked.provider, asked.model
        base_url, key = await self._addresses.find(provider, model)
        without = spared | self._refused[model]
        body = encode(provider, model, asked.request, without)
        wanted = "text/event-stream" if "stream" in body else "application/json"
        headers = {**guard.outgoing_headers(), "Accept": wanted, "Content-Type": "application/json"}
        headers["Accept-Encoding"] = "identity"  # the pieces of a stream are too small to gain by it, and would wait
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return Attempt(
            provider=provider,
            model=model,
            url=f"{base_url.rstrip('/')}/chat/completions",
            headers=headers,
            secrets=() if key is None else (key,),
            body=body,
            without=without,
            first_token_within=provider.silence_s[0],
            silence_within=asked.request.silence_within or math.inf,
        )

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            # The certificates of a client take some 40 ms to load: not before they are wanted, and never twice.
            self._client = open_client(p.base_url for p in self._catalogue.values() if p.base_url)
        return self._client


def _are_refused(request: ChatRequest, attempt: Attempt) -> bool:
    """Tell whether a request for tools went out without any. One that only forbids them asks for none."""
    wanted = request.tool_choice == "auto" and bool(request.tools or request.native_web)
    return wanted and "tools" not in attempt.body


def _is_settled(doubt: Refusal, request: ChatRequest) -> bool:
    """Tell whether a request that passed without tools shows that they were refused, then and for ever.

    A server's fault may pass, and where tools were called before, something about those calls may have been wrong.
    """
    is_fault = doubt.status_code is None or doubt.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not is_fault and not any(turn.tool_calls for turn in request.messages)


def _unheard(_: str) -> None:
    """Nobody listens to the words as they come."""
