"""One model taking turns with tools until it speaks.

How many calls it has, how long each may take and when it is made to answer is decided here; what a tool does is the
toolbox's. Faults go back to the model: nothing that it calls, and no way of calling, ends its turn.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import anyio

from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.calling.roles import patience
from fusion_mcp.pipeline.costs.shares import LEAST_OUTPUT_TOKENS, offer
from fusion_mcp.pipeline.deadlines import Pace
from fusion_mcp.pipeline.run import Desk, step_name
from fusion_mcp.types import CallFailure, ChatRequest, Completion, Message, ModelRef, ToolCall

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

    caller: Caller
    model: ModelRef
    research: Research
    deadline: float
    models_left: int = 1

    @property
    def desk(self) -> Desk:
        """What its stage works with."""
        return self.caller.desk


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
        request = replace(
            _affordable(turn, request),
            silence_within=patience(turn.deadline, turn.models_left),
            has_fallback=turn.models_left > 1,
        )
        leaving = _price_of_answering(turn, request) if _may_call(request) else Decimal(0)
        reply = await call(turn.caller, turn.model, request, leaving_usd=leaving)
        if isinstance(reply, CallFailure):
            return reply
        pace.note(anyio.current_time() - asked_at)
        found.append(reply)
        if is_last or not reply.tool_calls or (reply.text and not request.tools):
            return _answer(turn, found)
        is_last = not _may_call(request)
        request = await _with_results(turn, request, reply, pace)


async def _with_results(turn: Turn, request: ChatRequest, reply: Completion, pace: Pace) -> ChatRequest:
    """Carry out what a model called; give the request that goes on from there, without tools where it must answer."""
    results = await _carry_out(turn, request, reply.tool_calls, pace.for_calls(anyio.current_time()))
    spoken = Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls, echo=reply.echo)
    request = replace(request, messages=(*request.messages, spoken, *results))
    must_answer = turn.research.left <= 0 or pace.is_late(anyio.current_time())
    return _made_to_answer(request) if must_answer else request


def _affordable(turn: Turn, request: ChatRequest) -> ChatRequest:
    """Have a member answer at once where one more turn with tools would leave its seat no money for that.

    What an earlier life of the run has paid for is no question any more.
    """
    caller, room = turn.caller, turn.desk.ledger.room("panel", turn.caller.seat)
    if room is None or not _may_call(request) or turn.desk.is_kept(caller.stage, caller.seat, str(turn.model)):
        return request
    if room >= 2 * _price_of_answering(turn, request):
        return request
    turn.desk.cut_short.append(caller.seat)
    return _made_to_answer(request)


def _may_call(request: ChatRequest) -> bool:
    return bool(request.tools) and request.tool_choice != "none"


def _made_to_answer(request: ChatRequest) -> ChatRequest:
    """Forbid the tools; where they were forbidden before, take them away."""
    return replace(request, tools=()) if request.tool_choice == "none" else replace(request, tool_choice="none")


def _price_of_answering(turn: Turn, request: ChatRequest) -> Decimal:
    """The least that one more call of this conversation may cost."""
    least = replace(request, max_output_tokens=request.max_output_tokens or LEAST_OUTPUT_TOKENS)
    offered = offer(turn.desk.models.price, turn.model, least, None, turn.desk.run.assumed_usd)
    return turn.desk.ledger.expected(turn.model, offered.reserved_usd)


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


async def _carry_out(turn: Turn, request: ChatRequest, calls: Sequence[ToolCall], within: float) -> tuple[Message, ...]:
    """Carry out the calls of one turn at once; those past the limit are told so. One result each, in order."""
    answer_usd = _price_of_answering(turn, request)
    toolbox, first = turn.desk.toolbox, turn.research.made + 1
    allowed = [] if request.tool_choice == "none" else [tool.name for tool in request.tools]
    taken = turn.research.take(len(calls))
    granted = taken if allowed else 0
    results = [_USED_UP if request.tools else _NO_TOOLS] * len(calls)

    async def carry_out(index: int) -> None:
        number, seat = first + index, turn.caller.seat
        turn.desk.tell("panel", "researching", seat, f"{toolbox.purpose(calls[index])} ({number}/{turn.research.most})")
        account = turn.caller.account(step_name("panel", seat, "tool", str(number)), leaving_usd=answer_usd)
        results[index] = await toolbox.use(calls[index], seat=seat, allowed=allowed, within=within, account=account)

    async with anyio.create_task_group() as at_once:
        for index in range(granted):
            at_once.start_soon(carry_out, index)
    turn.research.brought += results[:granted]
    answered = zip(calls, results, strict=True)
    return tuple(Message(role="tool", content=result, tool_call_id=made.id) for made, result in answered)
