"""What the calls of this process have taught about each provider and model: what counts, and who is left alone. Pure.

In memory, for as long as `Models` lives. When a breaker turns is `breaker`'s to say, how many retries there are
`retry_budget`'s. How long a provider wants to be spared, because it says so, is `cooldown`'s.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.health.breaker import PAUSE_S, Breaker, Pass
from fusion_mcp.providers.health.retry_budget import RetryBudget
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import Completion, ModelRef

_FAULTS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, kw_only=True)
class BreakerState:
    """A breaker that has just turned. `open_for_s`: for how long calls are held off, 0 where it has closed."""

    provider: str
    model: str
    is_open: bool
    open_for_s: float
    why: str


class Health:
    """Every provider and model that was called."""

    def __init__(self, clock: Callable[[], float], on_change: Callable[[BreakerState], None] | None = None) -> None:
        """`clock` is a monotonic one; `on_change` is told of each breaker that opens or closes and must not raise."""
        self._clock = clock
        self._on_change = on_change
        self._breakers: defaultdict[ModelRef, Breaker] = defaultdict(Breaker)
        self._last: dict[ModelRef, Refusal] = {}
        self._retries: defaultdict[str, RetryBudget] = defaultdict(RetryBudget)

    def left_alone(self, provider: Provider, model: ModelRef) -> Refusal | None:
        """What a call gets instead of being sent, while its model is left alone."""
        breaker = self._breakers[model]
        if not breaker.is_open:
            return None
        now = self._clock()
        return self._held_off(provider, model, breaker, now) if breaker.bars(now) else None

    def admit(self, provider: Provider, model: ModelRef) -> Pass | Refusal:
        """Let one call through, retries and all, unless its model is left alone. A pass must come back, by `learn`."""
        now, breaker = self._clock(), self._breakers[model]
        held = breaker.admit(now)
        if held is None:
            return self._held_off(provider, model, breaker, now)
        self._retries[provider.name].deposit(now)
        return held

    def learn(self, model: ModelRef, held: Pass, outcome: Completion | Refusal | None) -> None:
        """Take a pass back, and learn from what came of its call, if anything."""
        breaker = self._breakers[model]
        if isinstance(outcome, Completion):
            if breaker.succeeded(held):
                self._tell(model, open_for_s=0.0, why="since it has answered again")
        elif outcome is not None and is_fault(outcome):
            self._last[model] = outcome
            if breaker.failed(held, self._clock()):
                self._tell(model, open_for_s=PAUSE_S, why=_why(breaker, outcome))
        else:
            breaker.freed(held)

    def may_retry(self, provider: Provider) -> bool:
        """Take one retry out of the provider's budget, if one is left."""
        return self._retries[provider.name].withdraw(self._clock())

    def _held_off(self, provider: Provider, model: ModelRef, breaker: Breaker, now: float) -> Refusal:
        last = self._last[model]
        left = breaker.seconds_left(now)
        again = f"in {math.ceil(left)} s" if left > 0 else "now, by another call"
        message = f"{provider.title}'s '{model.model}' is left alone {_why(breaker, last)}, and tried again {again}."
        return Refusal(reason=last.reason, message=message, taken="never sent", is_our_own=True)

    def _tell(self, model: ModelRef, *, open_for_s: float, why: str) -> None:
        if self._on_change is not None:
            state = BreakerState(
                provider=model.provider, model=model.model, is_open=open_for_s > 0, open_for_s=open_for_s, why=why
            )
            self._on_change(state)


def is_fault(refusal: Refusal) -> bool:
    """Tell whether the provider, or the way to it, failed, rather than refusing this one request.

    A status that only this request earned, a tool call that the model wrote badly, and an end of our own making say
    nothing of how the next call will go.
    """
    if refusal.is_our_own or refusal.tools_went_wrong:
        return False
    if refusal.reason not in ("upstream_error", "timed_out", "rate_limited"):
        return False
    status = refusal.status_code
    if status is None or status in _FAULTS:
        return True
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and refusal.retry


def _why(breaker: Breaker, last: Refusal) -> str:
    return f"since {breaker.why} (last: {last.message.rstrip('.')})"
