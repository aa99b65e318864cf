"""One call to one model on behalf of a stage.

Made once in the life of a run, only while money allows, its failure a value, its thinking left out. Models that try in
turn are `roles`'.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fusion_mcp.cleaning import clean
from fusion_mcp.guard.nonce import marked, without
from fusion_mcp.ledger import Account, Line
from fusion_mcp.money import exact_usd
from fusion_mcp.pipeline.costs.shares import OUTPUT_TOKENS, Offer, offer
from fusion_mcp.pipeline.keeping import REPLY
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.storing import from_json, to_json
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, Stage, ToolCall

logger = logging.getLogger(__name__)

_OPENED = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSED = re.compile(r"^</(?:think|thinking|reasoning)>[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """On whose behalf a model is called. `on_asked` is told when a call is about to go out."""

    desk: Desk
    stage: Stage
    seat: str
    on_asked: Callable[[], None] | None = None

    def account(self, step: str, **terms: Any) -> Account:
        """Open an account for one step; `terms` are those of `ledger.Account`."""
        return Account(
            ledger=self.desk.ledger, stage=self.stage, seat=self.seat, step=step, on_open=self._opened, **terms
        )

    def tell_doing(self, doing: str) -> None:
        """Report what the model does with tools of its own, where it has any."""
        self.desk.tell(self.stage, "researching", self.seat, doing)

    async def _opened(self, line: Line) -> None:
        await self.desk.steps.opened(line)
        if self.on_asked is not None:
            self.on_asked()


async def call(
    caller: Caller,
    model: ModelRef,
    request: ChatRequest,
    on_text: Callable[[str], None] | None = None,
    leaving_usd: Decimal = Decimal(0),
) -> Completion | CallFailure:
    """Ask one model, unless this very call was finished in an earlier life of the run: then that is the reply.

    A reply without words is a failure, unless it calls tools for a member to go on from; so is a budget that has no
    money for the call, or would not be left with `leaving_usd`.
    """
    desk = caller.desk
    step = desk.next_step(caller.stage, caller.seat, str(model))
    kept = from_json(REPLY, desk.steps.kept(step))
    if kept is None:
        kept = await _made(caller, step, model, request, on_text, leaving_usd)
    if isinstance(kept, CallFailure):
        return kept
    text = without(clean(without_thinking(kept.text)), desk.run.nonce).strip()
    if not text and not (kept.tool_calls and caller.stage == "panel"):
        return CallFailure(reason="empty_completion", message=_why_empty(kept))
    return replace(kept, text=text, tool_calls=tuple(_unmarked(made, desk.run.nonce) for made in kept.tool_calls))


def _unmarked(made: ToolCall, nonce: str) -> ToolCall:
    """Take the run's mark out of what a model calls: searches and pages must not learn it."""
    return replace(made, arguments=without(made.arguments, nonce))


async def _made(
    caller: Caller,
    step: str,
    model: ModelRef,
    request: ChatRequest,
    on_text: Callable[[str], None] | None,
    leaving_usd: Decimal,
) -> Completion | CallFailure:
    desk = caller.desk
    if desk.ledger.was_cut_off_for_good(step, model):
        message = "its reply had not arrived when the run was cut off, twice; it was not asked a third time"
        return CallFailure(reason="cancelled", message=message)
    request = replace(request, messages=marked(request.messages, desk.run.nonce))
    offered = _offered(caller, model, request, leaving_usd)
    account = caller.account(
        step, reserved_usd=offered.reserved_usd, is_assumed=offered.is_assumed, leaving_usd=leaving_usd
    )
    try:
        reply = await desk.models.complete(model, offered.request, account, on_text, caller.tell_doing)
    except Exception:
        # A member's failure is a value even when the fault is ours: the other members' answers must not die with it.
        logger.exception("calling %s failed unexpectedly", model)
        reply = CallFailure(
            reason="unexpected_error", message="an error in fusion-mcp itself; its log on stderr has the details"
        )
    if isinstance(reply, CallFailure) and reply.reason == "budget_exceeded":
        # It was not made, and where there is money again, it may be.
        limit = exact_usd(desk.run.limit_usd)
        message = f"no money is left for this call within the limit of {limit} and the day's: not made"
        return replace(reply, message=message)
    await desk.steps.keep(step, to_json(REPLY, reply))
    return reply


def _offered(caller: Caller, model: ModelRef, request: ChatRequest, leaving_usd: Decimal) -> Offer:
    """Bound a request by its seat's money. A member writes no more than judge and synthesizer can pay for reading."""
    desk = caller.desk
    room, budget = desk.ledger.room(caller.stage, caller.seat), desk.ledger.budget
    most = budget.output_tokens if budget is not None and caller.stage == "panel" else None
    left = None if room is None else room - leaving_usd
    return offer(desk.models.price, model, request, left, desk.run.assumed_usd, most or OUTPUT_TOKENS)


def without_thinking(text: str) -> str:
    """Take out reasoning that a model wrote at the head of its reply, also where a chat template ate the opening tag.

    What merely speaks of such tags, further on or in a code block, stays.
    """
    text = text.strip()
    opened = _OPENED.match(text)
    if opened is not None:
        end = re.search(f"</{opened[1]}>", text, re.IGNORECASE)
        if end is not None:
            return text[end.end() :].strip()
        return "" if text[opened.end() : opened.end() + 1] in ("", "\n") else text
    closed = _CLOSED.search(text)
    if closed is not None and "```" not in text[: closed.start()] and not _OPENED.search(text, 0, closed.start()):
        return text[closed.end() :].strip()
    return text


def _why_empty(reply: Completion) -> str:
    if reply.text.strip():
        return "the reply held reasoning and no answer"
    match reply.finish_reason:
        case "length":
            return "the reply was empty: the output limit was used up before the answer began; raise max_output_tokens"
        case "content_filter":
            return "the reply was empty: the provider's content filter stopped it"
        case _:
            return "the reply was empty"
