"""One model taking turns with tools until it speaks.

How many calls it has, how long each may take and when it is made to answer is decided here; what a tool does is the
toolbox's. Faults go back to the model: nothing that it calls, and no way of calling, ends its turn.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import anyio

from fusion_mcp.clock import now
from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.deadlines import Pace
from fusion_mcp.pipeline.keeping import step_name
from fusion_mcp.types import CallFailure, ChatRequest, Completion, Message, ToolCall

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
    brought: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Calls that may still be made."""
        return self.most - self.made

    def take(self, wanted: int) -> int:
        """Use up as many calls as are wanted and left; gives back how many that is."""
        granted = min(wanted, self.left)
        self.made += granted
        return granted


async def take_turns(caller: Caller, research: Research, request: ChatRequest) -> Completion | CallFailure:
    """Ask a model again and again, with what its tools brought, until it answers in words.

    A model that goes on calling when its calls or its time are used up is asked once with the tools forbidden and once
    without them, one that was never offered any is told so once; then it has failed with `tool_loop_exhausted`.
    """
    pace = Pace(now(), caller.deadline)
    found: list[Completion] = []
    is_last = False
    while True:
        asked_at = now()
        request, leaving = _affordable(caller, request)
        reply = await call(caller, request, leaving_usd=leaving)
        if isinstance(reply, CallFailure):
            return reply
        found.append(reply)
        # Words beside a call, where there is nothing to be called, are the answer.
        if is_last or not reply.tool_calls or (reply.text and not request.tools):
            return _answer(research, found)
        pace.note(now() - asked_at)
        is_last = not _may_call(request)
        request = await _with_results(caller, research, request, reply, pace)


async def _with_results(
    caller: Caller, research: Research, request: ChatRequest, reply: Completion, pace: Pace
) -> ChatRequest:
    """Carry out what a model called; give the request that goes on from there, without tools where it must answer."""
    within = pace.for_calls(now())
    results = await _carry_out(caller, research, request, reply.tool_calls, within)
    spoken = Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls, echo=reply.echo)
    request = replace(request, messages=(*request.messages, spoken, *results))
    must_answer = research.left <= 0 or pace.is_late(now())
    return _made_to_answer(request) if must_answer else request


def _affordable(caller: Caller, request: ChatRequest) -> tuple[ChatRequest, Decimal]:
    """Have a member answer at once where one more turn with tools would leave its seat no money for that.

    Gives the request and what must be left after it, for the answer. What an earlier life of the run has paid for is no
    question any more.
    """
    if not _may_call(request):
        return request, Decimal(0)
    desk, least = caller.desk, caller.least_usd(request)
    room = desk.ledger.room(caller.stage, caller.seat)
    if room is None or room >= 2 * least or desk.is_kept(*caller.step):  # this turn, and the answer after it
        return request, least
    desk.cut_short.append(caller.seat)
    return _made_to_answer(request), Decimal(0)


def _may_call(request: ChatRequest) -> bool:
    return bool(request.tools) and request.tool_choice != "none"


def _made_to_answer(request: ChatRequest) -> ChatRequest:
    """Forbid the tools; where they were forbidden before, take them away."""
    return replace(request, tools=()) if request.tool_choice == "none" else replace(request, tool_choice="none")


def _answer(research: Research, replies: Sequence[Completion]) -> Completion | CallFailure:
    """The last reply, with what all of them brought. What a model calls where it has no tools is passed over."""
    last = replies[-1]
    if not last.text:
        message = f"went on calling tools after {research.made} calls and never answered"
        return CallFailure(reason="tool_loop_exhausted", message=message)
    if len(replies) == 1 and not last.tool_calls:
        return last
    return replace(
        last,
        tool_calls=(),
        tools_refused=any(reply.tools_refused for reply in replies),
        citations=tuple(citation for reply in replies for citation in reply.citations),
        native_calls=sum(reply.native_calls for reply in replies),
    )


async def _carry_out(
    caller: Caller, research: Research, request: ChatRequest, calls: Sequence[ToolCall], within: float
) -> tuple[Message, ...]:
    """Carry out the calls of one turn at once; those past the limit are told so. One result each, in order."""
    answer_usd = caller.least_usd(request)  # a search that costs something must leave that
    toolbox, first = caller.desk.toolbox, research.made + 1
    allowed = [] if request.tool_choice == "none" else [tool.name for tool in request.tools]
    taken = research.take(len(calls))
    granted = taken if allowed else 0
    results = [_USED_UP if request.tools else _NO_TOOLS] * len(calls)

    async def carry_out(index: int) -> None:
        number, seat = first + index, caller.seat
        caller.tell_doing(f"{toolbox.purpose(calls[index])} ({number}/{research.most})")
        account = caller.account(step_name(caller.stage, seat, "tool", str(number)), answer_usd)
        results[index] = await toolbox.use(calls[index], seat=seat, allowed=allowed, within=within, account=account)

    async with anyio.create_task_group() as at_once:
        for index in range(granted):
            at_once.start_soon(carry_out, index)
    research.brought += results[:granted]
    answered = zip(calls, results, strict=True)
    return tuple(Message(role="tool", content=result, tool_call_id=made.id) for made, result in answered)
