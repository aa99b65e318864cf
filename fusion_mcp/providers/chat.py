"""Every model behind one door.

Finds its address and key, sends, waits, sends again while that can help, settles each bill.

Decisions live next door and are pure: what to send (`wire`), what a refusal means (`failures`), whether to try again
(`retries`), what it cost (`pricing`).
"""

import math
import random
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from http import HTTPStatus
from types import TracebackType
from typing import Self

import anyio
import httpx2

from fusion_mcp import guard
from fusion_mcp.ledger import Account, Line
from fusion_mcp.providers.attempt import Attempt, send
from fusion_mcp.providers.catalog import EMBEDDED, Parameter, Provider
from fusion_mcp.providers.connections import UnusableSettingsError, open_client
from fusion_mcp.providers.echo import Echo
from fusion_mcp.providers.failures import Refusal
from fusion_mcp.providers.listing import list_models
from fusion_mcp.providers.local.runtime import LocalModelError, LocalRuntime
from fusion_mcp.providers.pricing import price
from fusion_mcp.providers.retries import delay_before_retry
from fusion_mcp.providers.wire import Reply, encode
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Usage

_UNREAD_CALLS = 1
"""How often a model may write a tool call that its provider cannot read, and is asked again as if it had not."""
_TOOLS: frozenset[Parameter] = frozenset({"tools"})
_NOTHING: frozenset[Parameter] = frozenset()


class Models:
    """The models of a catalogue, called over one HTTP client. Enter it once for the life of the process."""

    def __init__(
        self,
        catalogue: Mapping[str, Provider],
        key_of: Callable[[str], str | None],
        embedded: LocalRuntime,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`key_of` maps an environment variable's name to its value; `draw` gives the jitter of retries."""
        self._catalogue = catalogue
        self._key_of = key_of
        self._embedded = embedded
        self._draw = draw
        self._client: httpx2.AsyncClient | None = None
        self._refused: defaultdict[ModelRef, set[Parameter]] = defaultdict(set)
        self._limiters: dict[str, anyio.CapacityLimiter] = {}

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
            unavailable=self._unavailable(provider, model),
        )

    async def complete(
        self, model: ModelRef, request: ChatRequest, account: Account, on_text: Callable[[str], None] | None = None
    ) -> Completion | CallFailure:
        """Ask `model`, as `protocols.ChatModels` has it."""
        provider = self._catalogue[model.provider]
        unavailable = self._unavailable(provider, model)
        if unavailable is not None:
            return unavailable
        gives_up = anyio.current_time() + (request.silence_within or math.inf)
        async with self._turn(provider, gives_up) as has_place:
            if not has_place:
                return CallFailure(reason="timed_out", message=_busy(provider))
            try:
                outcome = await self._persist(provider, model, request, account, on_text or _unheard, gives_up)
            except (LocalModelError, UnusableSettingsError) as error:
                return CallFailure(reason="upstream_error", message=str(error))
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
        return await list_models(http, provider.base_url, self._key(provider), within_s=within_s)

    def connection_fault(self) -> str | None:
        """Say why nothing at all can be called, whatever the provider, and what to do; None where it can."""
        try:
            _ = self._http()
        except UnusableSettingsError as error:
            return str(error)
        return None

    async def _persist(
        self,
        provider: Provider,
        model: ModelRef,
        request: ChatRequest,
        account: Account,
        on_text: Callable[[str], None],
        gives_up: float,
    ) -> Completion | Refusal:
        http = self._http()
        retries = unread_calls = 0
        doubt: Refusal | None = None
        while True:
            # A model that again writes no call that its provider can read must do without tools, this once; so must
            # one whose provider said something of tools that is not understood.
            spared = _TOOLS if doubt or unread_calls > _UNREAD_CALLS else _NOTHING
            attempt = await self._prepare(provider, model, request, gives_up, spared)
            reply = Reply(echo=Echo(provider.echo if "tools" in attempt.body else ()))
            line = account(model)
            if provider.bills_nobody(model.model):
                line.settle(reply.usage, Decimal(0))  # however the call ends, nobody is billed
            refusal = await send(http, attempt, reply, on_text)
            _settle(line, provider, model, reply, refusal)
            if refusal is None:
                if doubt and _is_settled(doubt, request):
                    self._refused[model].add("tools")
                return reply.completion(tools_refused=_are_refused(request, attempt))
            if refusal.parameter is not None and refusal.parameter not in attempt.without:
                self._refused[model].add(refusal.parameter)
                continue
            if refusal.tools_went_wrong and "tools" in attempt.body and not reply.spoken:
                unread_calls += 1
                continue
            delay = None if reply.began else self._delay(refusal, retries, gives_up)
            if delay is None and refusal.may_be_of_tools:  # never twice: then none were sent
                doubt = refusal
                continue
            if delay is None:
                return refusal
            await anyio.sleep(delay)
            retries += 1

    def _delay(self, refusal: Refusal, retries: int, gives_up: float) -> float | None:
        left = min(anyio.current_effective_deadline(), gives_up) - anyio.current_time()
        return delay_before_retry(refusal, retries_made=retries, seconds_left=left, draw=self._draw)

    async def _prepare(
        self,
        provider: Provider,
        model: ModelRef,
        request: ChatRequest,
        gives_up: float,
        spared: frozenset[Parameter],
    ) -> Attempt:
        base_url, key = await self._address(provider, model)
        without = spared | self._refused[model]
        body = encode(provider, model, request, without)
        wanted = "text/event-stream" if "stream" in body else "application/json"
        headers = {**guard.outgoing_headers(), "Accept": wanted, "Content-Type": "application/json"}
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
            first_token_within=max(0.0, min(provider.silence_s[0], gives_up - anyio.current_time())),
            silence_within=request.silence_within or math.inf,
        )

    async def _address(self, provider: Provider, model: ModelRef) -> tuple[str, str | None]:
        if provider.name == EMBEDDED:
            endpoint = await self._embedded.endpoint(model.model)
            return endpoint.base_url, endpoint.api_key
        return provider.base_url or "", self._key(provider)

    def _key(self, provider: Provider) -> str | None:
        return self._key_of(provider.api_key_env) if provider.api_key_env else None

    def _unavailable(self, provider: Provider, model: ModelRef) -> CallFailure | None:
        if provider.name == EMBEDDED:
            why = self._embedded.unavailable(model.model)
            return None if why is None else CallFailure(reason="invalid_model", message=why)
        if provider.api_key_env is None:
            return None
        key = self._key(provider)
        if key is None:
            message = f"{provider.title} needs a key: set the environment variable {provider.api_key_env}."
            return CallFailure(reason="unauthorized", message=message)
        if not (key.isascii() and key.isprintable()):
            message = f"The key in {provider.api_key_env} has a character that no key has: copy it again."
            return CallFailure(reason="unauthorized", message=message)
        return None

    @asynccontextmanager
    async def _turn(self, provider: Provider, gives_up: float) -> AsyncGenerator[bool]:
        """Wait for a place, where the provider takes only so many calls at once; False when none came free in time."""
        if provider.max_concurrency is None:
            yield True
            return
        limiter = self._limiters.setdefault(provider.name, anyio.CapacityLimiter(provider.max_concurrency))
        with anyio.CancelScope(deadline=gives_up) as waiting:
            await limiter.acquire()
        if waiting.cancelled_caught:
            yield False
            return
        try:
            yield True
        finally:
            limiter.release()

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            # The certificates of a client take some 40 ms to load: not before they are wanted, and never twice.
            self._client = open_client(p.base_url for p in self._catalogue.values() if p.base_url)
        return self._client


def _settle(line: Line, provider: Provider, model: ModelRef, reply: Reply, refusal: Refusal | None) -> None:
    """Enter the bill before anything is made of the reply.

    One that was never sent is no call, and one that was refused before it began bills nothing. What was accepted and
    broke off without naming its usage stays open: in doubt.
    """
    told = reply.cost is not None or reply.usage.output_tokens is not None
    if refusal is None or told:
        line.settle(reply.usage, price(provider, model.model, reply.usage, reply.cost))
    elif refusal.taken == "never sent":
        line.settle(Usage(calls=0), Decimal(0))
    elif refusal.taken == "refused" and not reply.began:
        line.settle(reply.usage, Decimal(0))


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


def _busy(provider: Provider) -> str:
    return (
        f"{provider.title} was busy: it takes {provider.max_concurrency} at once, and no place came free; "
        f"seat fewer of its models, or raise providers.{provider.name}.max_concurrency in config.toml."
    )


def _unheard(_: str) -> None:
    """Nobody listens to the words as they come."""
