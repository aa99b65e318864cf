"""One call to one model on behalf of a stage.

Made once in the life of a run, only while money allows, its failure a value. Models that try in turn are `roles`'.
"""

import logging
from collections.abc import Callable
from decimal import Decimal

from fusion_mcp.cleaning import clean
from fusion_mcp.clock import now
from fusion_mcp.codes import Stage
from fusion_mcp.guard.nonce import marked, without
from fusion_mcp.ledger import Account, Line
from fusion_mcp.money import exact_usd
from fusion_mcp.pipeline.calling.thinking import without_thinking
from fusion_mcp.pipeline.costs.offers import LEAST_OUTPUT_TOKENS, OUTPUT_TOKENS, Offer, offer, tokens_in
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.keeping import REPLY, kept_reply
from fusion_mcp.storing import from_json
from fusion_mcp.types import CallFailure, ChatRequest, Completion, Message, ModelRef, ToolCall
from fusion_mcp.values import changed, value

logger = logging.getLogger(__name__)

_LEAST_PATIENCE_S = 0.1
"""Where the deadline is here: not 0, which would be read as no limit."""


@value
class Caller:
    """On whose behalf a model is called, and how long it is waited for: until `deadline`, on the event loop's clock.

    `models_left` may still try, this one included. `on_asked` is told when a call is about to go out.
    """

    desk: Desk
    stage: Stage
    seat: str
    model: ModelRef
    deadline: float
    models_left: int
    on_asked: Callable[[], None] | None = None

    @property
    def step(self) -> tuple[str, ...]:
        """What the run's steps call this model's calls, all but their number."""
        return (self.stage, self.seat, str(self.model))

    @property
    def patience_s(self) -> float:
        """How long the model may be silent, so that those after it still have their chance before the deadline."""
        return max(_LEAST_PATIENCE_S, (self.deadline - now()) / self.models_left)

    def least_usd(self, request: ChatRequest) -> Decimal:
        """The least that a call may cost, as dear as calls to its model have turned out to be."""
        read, least = tokens_in(request.messages), request.max_output_tokens or LEAST_OUTPUT_TOKENS
        offered = offer(self.desk.models.price, self.model, read, least, assumed=self.desk.run.assumed_usd)
        return self.desk.ledger.expected(self.model, offered.reserved_usd)

    def account(
        self, step: str, leaving_usd: Decimal, *, reserved_usd: Decimal | None = None, is_assumed: bool = False
    ) -> Account:
        """Open an account for one step, as `ledger.Account` has it."""
        return Account(
            ledger=self.desk.ledger,
            stage=self.stage,
            seat=self.seat,
            step=step,
            reserved_usd=reserved_usd,
            is_assumed=is_assumed,
            leaving_usd=leaving_usd,
            on_open=self._opened,
        )

    def tell_doing(self, doing: str) -> None:
        """Report what the model does with its tools, ours or its own."""
        self.desk.tell(self.stage, "researching", self.seat, doing)

    async def _opened(self, line: Line) -> None:
        await self.desk.steps.opened(line)
        if self.on_asked is not None:
            self.on_asked()


async def call(
    caller: Caller,
    request: ChatRequest,
    on_text: Callable[[str], None] | None = None,
    leaving_usd: Decimal = Decimal(0),
) -> Completion | CallFailure:
    """Ask one model, unless this very call was finished in an earlier life of the run: then that is the reply.

    A reply without words is a failure, unless it calls tools for a member to go on from; so is a budget that has no
    money for the call, or would not be left with `leaving_usd`.
    """
    desk = caller.desk
    step = desk.next_step(*caller.step)
    kept = from_json(REPLY, desk.steps.kept(step))
    if kept is None:
        kept = await _made(caller, step, request, on_text, leaving_usd)
    if isinstance(kept, CallFailure):
        return kept
    text = without(clean(without_thinking(kept.text)), desk.run.nonce).strip()
    if not text and not (kept.tool_calls and caller.stage == "panel"):
        return CallFailure(reason="empty_completion", message=_why_empty(kept))
    if text == kept.text and not kept.tool_calls:
        return kept
    return changed(kept, text=text, tool_calls=tuple(_unmarked(made, desk.run.nonce) for made in kept.tool_calls))


def _unmarked(made: ToolCall, nonce: str) -> ToolCall:
    """Take the run's mark out of what a model calls: searches and pages must not learn it."""
    return changed(made, arguments=without(made.arguments, nonce))


async def _made(
    caller: Caller,
    step: str,
    request: ChatRequest,
    on_text: Callable[[str], None] | None,
    leaving_usd: Decimal,
) -> Completion | CallFailure:
    desk, model = caller.desk, caller.model
    if desk.ledger.was_cut_off_for_good(step, model):
        message = "its reply had not arrived when the run was cut off, twice; it was not asked a third time"
        return CallFailure(reason="cancelled", message=message)
    messages = marked(request.messages, desk.run.nonce)
    offered = _offered(caller, messages, request.max_output_tokens, leaving_usd)
    request = changed(
        request,
        messages=messages,
        max_output_tokens=offered.max_output_tokens,
        silence_within=caller.patience_s,
        has_fallback=caller.models_left > 1,
    )
    account = caller.account(step, leaving_usd, reserved_usd=offered.reserved_usd, is_assumed=offered.is_assumed)
    try:
        reply = await desk.models.complete(model, request, account, on_text, caller.tell_doing)
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
        return changed(reply, message=message)
    await desk.steps.keep(step, kept_reply(reply))
    return reply


def _offered(caller: Caller, messages: tuple[Message, ...], written: int | None, leaving_usd: Decimal) -> Offer:
    """Bound a call by its seat's money. A member writes no more than judge and synthesizer can pay for reading."""
    desk = caller.desk
    room, budget = desk.ledger.room(caller.stage, caller.seat), desk.ledger.budget
    most = budget.output_tokens if budget is not None and caller.stage == "panel" else None
    left = None if room is None else room - leaving_usd
    return offer(
        desk.models.price,
        caller.model,
        tokens_in(messages),
        written,
        room=left,
        assumed=desk.run.assumed_usd,
        output_tokens=most or OUTPUT_TOKENS,
    )


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
