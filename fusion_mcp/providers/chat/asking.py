"""Models behind servers that speak Chat Completions: sends, waits, sends again while that can help.

What it needs for that lives next door: what to send (`attempt`), sending it once (`sending`), what came (`reply`), what
is wrong with it (`faults`, `failures`), whether to try again (`retries`), what to enter in the ledger (`billing`).
"""

from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus

import anyio

from fusion_mcp.clock import now
from fusion_mcp.providers.addresses import Addresses
from fusion_mcp.providers.asked import Asked
from fusion_mcp.providers.billing import opened
from fusion_mcp.providers.catalog.provider import Parameter
from fusion_mcp.providers.chat.attempt import Attempt, prepared
from fusion_mcp.providers.chat.billing import settle, settle_cut_off
from fusion_mcp.providers.chat.echo import Echo
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.chat.retries import delay_before_retry
from fusion_mcp.providers.chat.sending import send
from fusion_mcp.providers.connections.client import Connections
from fusion_mcp.providers.health.cooldown import WORTH_WAITING_S, Cooldowns
from fusion_mcp.providers.health.health import Health
from fusion_mcp.providers.redaction import without_keys
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import ChatRequest, Completion, ModelRef

_UNREAD_CALLS = 1
"""How often a model may write a tool call that its provider cannot read, and is asked again as if it had not."""
_TOOLS: frozenset[Parameter] = frozenset({"tools"})
_NOTHING: frozenset[Parameter] = frozenset()


class ChatCompletions:
    """The servers of a catalogue."""

    def __init__(
        self,
        connections: Connections,
        addresses: Addresses,
        health: Health,
        cooldowns: Cooldowns,
        draw: Callable[[], float],
    ) -> None:
        """`draw` gives the jitter of waits."""
        self._connections = connections
        self._addresses = addresses
        self._health = health
        self._cooldowns = cooldowns
        self._draw = draw
        self._refused: defaultdict[ModelRef, set[Parameter]] = defaultdict(set)

    async def ask(self, asked: Asked) -> Completion | Refusal:
        """Ask until there is a reply, or asking once more is of no use. Raises UnusableSettingsError."""
        provider, model, request = asked.provider, asked.model, asked.request
        self._connections.client()  # what keeps it from being opened is known before any call is entered in the ledger
        retries = unread_calls = 0
        doubt: Refusal | None = None
        last: Refusal | None = None
        while True:
            # Since the last time, another call may have been told to wait for longer.
            if last and await self._cooldowns.over(provider, asked.gives_up, has_fallback=request.has_fallback):
                return last
            # A model that again writes no call that its provider can read must do without tools, this once; so must
            # one whose provider said something of tools that is not understood.
            spared = _TOOLS if doubt or unread_calls > _UNREAD_CALLS else _NOTHING
            base_url, key = self._addresses.known(provider) or await self._addresses.of_embedded(model)
            attempt = prepared(asked, base_url, key, without=spared | self._refused[model])
            reply = Reply(echo=Echo(provider.echo if "tools" in attempt.body else ()))
            refusal = await self._send(asked, attempt, reply)
            if refusal is None:
                if doubt and _is_settled(doubt, request):
                    self._refused[model].add("tools")
                whole = reply.completion(tools_refused=_are_refused(request, attempt))
                return without_keys(whole, attempt.to.secrets)
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

    async def _send(self, asked: Asked, attempt: Attempt, reply: Reply) -> Refusal | None:
        """Make one attempt, with a line of its own in the ledger."""
        line = await opened(asked.account, asked.model)
        if isinstance(line, Refusal):
            return line
        try:
            refusal = await send(self._connections, attempt, reply, asked.on_text)
        except BaseException:
            settle_cut_off(line, asked.provider, reply)
            raise
        settle(line, asked.provider, reply, refusal)
        return refusal

    def _delay(self, refusal: Refusal, retries: int, asked: Asked) -> float | None:
        left = min(anyio.current_effective_deadline(), asked.gives_up) - now()
        if asked.request.has_fallback and (refusal.retry_after or 0) > WORTH_WAITING_S:
            return None
        delay = delay_before_retry(refusal, retries_made=retries, seconds_left=left, draw=self._draw)
        return delay if delay is not None and self._health.may_retry(asked.provider) else None


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
