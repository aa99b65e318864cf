"""One model taking turns with tools until it speaks.

How many calls it has, how long each may take and when it is made to answer is decided here; what a tool does is the
toolbox's. Faults go back to the model: nothing that it calls, and no way of calling, ends its turn.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import anyio

from fusion_mcp.ledger import Account, LimitReached, Line
from fusion_mcp.pipeline.calling import call, patience
from fusion_mcp.pipeline.deadlines import ANSWER_SHARE, Pace
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.types import CallFailure, ChatRequest, Completion, Message, ModelRef, ToolCall

_PANEL_SHARE = 0.65
"""How much of a run's money the panel's research may take; the seats share it evenly."""
_USED_UP = json.dumps(
    {"error": {"reason": "tool_calls_used_up", "message": "No more tool calls: answer now, from what you have."}}
)
_NO_TOOLS = json.dumps({"error": {"reason": "unknown_tool", "message": "There are no tools here: answer in words."}})


@dataclass(kw_only=True)
class Research:
    """What one seat may call and has called, whoever sits there: a fallback goes on where its predecessor failed.

    `made` counts calls that were carried out, refused or malformed; `brought` is what the models were given for them.
    """

    most: int
    made: int = 0
    brought: list[str] = field(default_factory=list[str])

    @property
    def left(self) -> int:
        """Calls that may still be made."""
        return self.most - self.made

    def take(self, wanted: int) -> int:
        """Use up as many calls as are wanted and left; gives back how many that is."""
        granted = min(wanted, self.left)
        self.made += granted
        return granted


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Whose turn it is, and its limits: `deadline` on the event loop's clock, `models_left` that may still try."""

    desk: Desk
    seat: str
    model: ModelRef
    account: Account
    research: Research
    deadline: float
    models_left: int = 1


async def take_turns(turn: Turn, request: ChatRequest) -> Completion | CallFailure:
    """Ask a model again and again, with what its tools brought, until it answers in words.

    A model that goes on calling when its calls or its time are used up is asked once with the tools forbidden and once
    without them, one that was never offered any is told so once; then it has failed with `tool_loop_exhausted`.
    """
    pace = Pace(anyio.current_time(), turn.deadline)
    found: list[Completion] = []
    is_last = False
    while True:
        asked_at = anyio.current_time()
        request = replace(request, silence_within=patience(turn.deadline, turn.models_left))
        reply = await call(turn.desk, turn.model, request, turn.account)
        if isinstance(reply, CallFailure):
            return reply
        pace.note(anyio.current_time() - asked_at)
        found.append(reply)
        if is_last or not reply.tool_calls or (reply.text and not request.tools):
            return _answer(turn, found)
        is_last = not request.tools or request.tool_choice == "none"
        results = await _carry_out(turn, request, reply.tool_calls, pace.for_calls(anyio.current_time()))
        must_answer = turn.research.left <= 0 or pace.is_late(anyio.current_time()) or _money_is_short(turn)
        request = _next(request, reply, results, must_answer=must_answer)


def _money_is_short(turn: Turn) -> bool:
    """Whether more turns of this seat would eat into what the others, the judge and the synthesizer need."""
    ledger, run = turn.desk.ledger, turn.desk.run
    if ledger.limit_usd is None:
        return False
    share = ledger.limit_usd * Decimal(str(_PANEL_SHARE)) / len(run.seats)
    return ledger.known_cost("panel", turn.seat) >= share * Decimal(str(1 - ANSWER_SHARE))


def _answer(turn: Turn, replies: Sequence[Completion]) -> Completion | CallFailure:
    """The last reply, with what all of them brought. What a model calls where it has no tools is passed over."""
    last = replies[-1]
    if not last.text:
        message = f"went on calling tools after {turn.research.made} calls and never answered"
        return CallFailure(reason="tool_loop_exhausted", message=message)
    return replace(
        last,
        tool_calls=(),
        tools_refused=any(reply.tools_refused for reply in replies),
        citations=tuple(citation for reply in replies for citation in reply.citations),
        native_calls=sum(reply.native_calls for reply in replies),
    )


def _next(request: ChatRequest, reply: Completion, results: Sequence[Message], *, must_answer: bool) -> ChatRequest:
    turn = Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls, echo=reply.echo)
    messages = (*request.messages, turn, *results)
    if not must_answer:
        return replace(request, messages=messages)
    if request.tool_choice == "none":
        return replace(request, messages=messages, tools=())
    return replace(request, messages=messages, tool_choice="none")


async def _carry_out(turn: Turn, request: ChatRequest, calls: Sequence[ToolCall], within: float) -> tuple[Message, ...]:
    """Carry out the calls of one turn at once; those past the limit are told so. One result each, in order."""
    toolbox, first = turn.desk.toolbox, turn.research.made + 1
    allowed = [] if request.tool_choice == "none" else [tool.name for tool in request.tools]
    taken = turn.research.take(len(calls))
    granted = taken if allowed else 0
    results = [_USED_UP if request.tools else _NO_TOOLS] * len(calls)

    def account(model: ModelRef) -> Line:
        if turn.desk.ledger.exhausted() or _money_is_short(turn):
            raise LimitReached
        return turn.account(model)

    async def carry_out(index: int) -> None:
        detail = f"{toolbox.purpose(calls[index])} ({first + index}/{turn.research.most})"
        turn.desk.tell("panel", "researching", turn.seat, detail)
        results[index] = await toolbox.use(
            calls[index], seat=turn.seat, allowed=allowed, within=within, account=account
        )

    async with anyio.create_task_group() as at_once:
        for index in range(granted):
            at_once.start_soon(carry_out, index)
    turn.research.brought += results[:granted]
    answered = zip(calls, results, strict=True)
    return tuple(Message(role="tool", content=result, tool_call_id=made.id) for made, result in answered)
