"""Stage one: every member is asked at once, and every member has exactly one outcome.

The panel is ready at its quorum and a grace period; who has not answered by then is cut off upstream and listed as
late. When it is closed it is kept, so that who was late stays late in the run's next life.
"""

from collections.abc import Callable, Mapping

import anyio

from fusion_mcp.clock import now
from fusion_mcp.codes import Reason
from fusion_mcp.pipeline.calling.call import Caller
from fusion_mcp.pipeline.calling.roles import told
from fusion_mcp.pipeline.calling.tool_loop import Research, take_turns
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.keeping import PANEL, PANEL_STEP, PanelRecord
from fusion_mcp.pipeline.prompting import member_messages, with_findings
from fusion_mcp.pipeline.run import Seat
from fusion_mcp.storing import from_json, to_json
from fusion_mcp.types import CallFailure, ChatRequest, MemberAnswer, MemberFailure, MemberOutcome, ModelRef


async def ask(desk: Desk, deadline: float) -> PanelRecord:
    """Ask the whole panel, or take its outcomes and what the web brought from an earlier life of the run."""
    kept = from_json(PANEL, desk.steps.kept(PANEL_STEP))
    if kept is not None:
        desk.toolbox.restore(kept.web)
        desk.cut_short.extend(kept.cut_short)
        return kept
    start = now()
    outcomes = await _all(desk, start, deadline)
    closed = PanelRecord(
        outcomes=outcomes,
        seconds=now() - start,
        web=desk.toolbox.snapshot(),
        cut_short=tuple(desk.cut_short),
    )
    await desk.steps.keep(PANEL_STEP, to_json(PANEL, closed))
    return closed


async def _all(desk: Desk, start: float, deadline: float) -> tuple[MemberOutcome, ...]:
    """Ask everybody at once; one outcome per seat, in the preset's order."""
    outcomes: dict[str, MemberOutcome] = {}
    members = anyio.create_task_group()
    grace = _Grace(desk, outcomes, members.cancel_scope)

    async def sit(seat: Seat) -> None:
        outcomes[seat.name] = await _one(desk, seat, start, deadline, grace.reconsider)
        grace.reconsider()

    first, *others = desk.run.seats
    members.cancel_scope.deadline = deadline
    async with members:
        for seat in others:
            members.start_soon(sit, seat)
        await sit(first)
    return tuple(outcomes.get(seat.name) or _absent(desk, seat, grace) for seat in desk.run.seats)


class _Grace:
    """When stragglers are waited for no longer: a grace period after the quorum has answered.

    At a provider that takes one call at a time, members wait for their turn. Such a one is no straggler: the period
    begins when everyone has been asked, and then leaves as long as the slowest answer took besides.
    """

    def __init__(self, desk: Desk, outcomes: Mapping[str, MemberOutcome], scope: anyio.CancelScope) -> None:
        """Watch `outcomes` as they come in; `scope` is the panel's, whose deadline moves when grace begins."""
        self._desk = desk
        self._outcomes = outcomes
        self._scope = scope
        self._waited = False
        self.ends: float | None = None

    @property
    def ready(self) -> bool:
        """Whether the quorum has answered."""
        return len(self._answers()) >= self._desk.run.preset.quorum

    def reconsider(self) -> None:
        """Begin the grace period if the time has come: called when a member was asked, and when one has its outcome."""
        if self.ends is not None or len(self._outcomes) < self._desk.run.preset.quorum or not self.ready:
            return
        if self._someone_waits():
            self._waited = True
            return
        allowance = max(answer.seconds for answer in self._answers()) if self._waited else 0.0
        self.ends = now() + allowance + self._desk.run.preset.grace_s
        self._scope.deadline = min(self._scope.deadline, self.ends)

    def _answers(self) -> list[MemberAnswer]:
        return [outcome for outcome in self._outcomes.values() if isinstance(outcome, MemberAnswer)]

    def _someone_waits(self) -> bool:
        asked = {line.seat for line in self._desk.ledger.lines}
        return any(seat.name not in asked and seat.name not in self._outcomes for seat in self._desk.run.seats)


async def _one(desk: Desk, seat: Seat, start: float, deadline: float, on_asked: Callable[[], None]) -> MemberOutcome:
    """Ask one member, and its fallbacks in turn while its time lasts. Tool calls are the seat's, whoever sits there."""
    desk.tell("panel", "started", seat.name)
    models = seat.member.models
    failures: list[tuple[ModelRef, CallFailure]] = []
    research = Research(most=desk.run.preset.max_tool_calls)
    for index, model in enumerate(models):
        caller = Caller(
            desk=desk,
            stage="panel",
            seat=seat.name,
            model=model,
            deadline=deadline,
            models_left=len(models) - index,
            on_asked=on_asked,
        )
        reply = await take_turns(caller, research, _request(desk, seat, model, research))
        if not isinstance(reply, CallFailure):
            desk.tell("panel", "answered", seat.name)
            return MemberAnswer(
                seat=seat.name,
                content=reply.text,
                bill=desk.ledger.bill("panel", seat.name),
                seconds=now() - start,
                served_by=model if failures else None,
                cut_short=reply.finish_reason == "length",
                tool_calls=research.made + reply.native_calls,
                tools_refused=reply.tools_refused,
                citations=reply.citations,
            )
        failures.append((model, reply))
    return _failed(desk, seat, failures)


def _request(desk: Desk, seat: Seat, model: ModelRef, research: Research) -> ChatRequest:
    member, traits = seat.member, desk.traits(model)
    names = desk.run.tools_of(member) if research.left else ()
    native = bool(names) and traits.native_web and (traits.is_agent or desk.run.preset.web == "native")
    # An agent is asked once and brings its own tools: it would not know what to do with ours.
    tools = () if native or traits.is_agent else desk.toolbox.tools(names)
    web = desk.run.native_web(names, research.left) if native else None
    # Nobody can hold an agent to domains: it answers without the web where there are any, and the result says so.
    is_held_off = traits.is_agent and web is not None and web.is_limited
    web_calls = research.left if (tools or native) and not is_held_off else 0
    messages = member_messages(desk.run, member.lens, compact=traits.compact, web_calls=web_calls)
    return ChatRequest(
        messages=with_findings(messages, research.brought),
        temperature=member.temperature,
        max_output_tokens=member.max_output_tokens,
        reasoning=member.reasoning,
        seed=desk.run.sampling_seed(seat.index),
        tools=tools,
        native_web=web,
    )


def _failed(desk: Desk, seat: Seat, failures: list[tuple[ModelRef, CallFailure]]) -> MemberFailure:
    _, first = failures[0]
    desk.tell("panel", "failed", seat.name, first.reason)
    return MemberFailure(
        seat=seat.name,
        reason=first.reason,
        error=told(failures),
        status_code=first.status_code,
        bill=desk.ledger.bill("panel", seat.name),
    )


def _absent(desk: Desk, seat: Seat, grace: _Grace) -> MemberFailure:
    """Someone who was cut off: after the quorum's grace period, or because the panel's time was up."""
    reason: Reason = "late" if grace.ready else "timed_out"
    in_grace = grace.ends is not None and now() >= grace.ends
    when = "when the quorum's grace period was over" if in_grace else "when the panel's time was up"
    desk.tell("panel", "failed", seat.name, reason)
    error = f"had not answered {when}, so the call was ended"
    return MemberFailure(seat=seat.name, reason=reason, error=error, bill=desk.ledger.bill("panel", seat.name))
