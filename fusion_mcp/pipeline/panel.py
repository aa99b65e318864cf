"""Stage one: every member is asked at once, and every member has exactly one outcome.

The panel is ready at its quorum and a grace period; who has not answered by then is cut off upstream and listed as
late.
"""

from collections.abc import Collection

import anyio

from fusion_mcp.pipeline.calling import call, patience, told
from fusion_mcp.pipeline.prompting import member_messages
from fusion_mcp.pipeline.run import Desk, Seat
from fusion_mcp.types import CallFailure, ChatRequest, MemberAnswer, MemberFailure, MemberOutcome, ModelRef


async def ask(desk: Desk, deadline: float) -> list[MemberOutcome]:
    """Ask the whole panel; one outcome per seat, in the preset's order."""
    outcomes: dict[str, MemberOutcome] = {}
    preset = desk.run.preset

    def answers() -> int:
        return sum(isinstance(outcome, MemberAnswer) for outcome in outcomes.values())

    with anyio.CancelScope(deadline=deadline) as patience_of_panel:

        async def sit(seat: Seat) -> None:
            outcomes[seat.name] = await _one(desk, seat, deadline)
            if answers() >= preset.quorum and not _waiting(desk, outcomes):
                grace_ends = anyio.current_time() + preset.grace_s
                patience_of_panel.deadline = min(patience_of_panel.deadline, grace_ends)

        async with anyio.create_task_group() as members:
            for seat in desk.run.seats:
                members.start_soon(sit, seat)

    ready = answers() >= preset.quorum
    return [outcomes.get(seat.name) or _absent(desk, seat, ready=ready) for seat in desk.run.seats]


def _waiting(desk: Desk, outcomes: Collection[str]) -> bool:
    """Tell whether a member still waits for its turn, as all but one do at a provider that takes one call at a time.

    Such a member is no straggler, so the grace period does not begin before everyone has been asked.
    """
    asked = {line.seat for line in desk.ledger.lines}
    return any(seat.name not in asked and seat.name not in outcomes for seat in desk.run.seats)


async def _one(desk: Desk, seat: Seat, deadline: float) -> MemberOutcome:
    """Ask one member, and its fallbacks in turn while its time lasts."""
    desk.tell("panel", "started", seat.name)
    account = desk.ledger.account("panel", seat.name)
    models = (seat.member.model, *seat.member.fallbacks)
    failures: list[tuple[ModelRef, CallFailure]] = []
    start = anyio.current_time()
    for index, model in enumerate(models):
        request = _request(desk, seat, model, silence_within=patience(deadline, len(models) - index))
        reply = await call(desk, model, request, account)
        if not isinstance(reply, CallFailure):
            desk.tell("panel", "answered", seat.name)
            return MemberAnswer(
                seat=seat.name,
                content=reply.text,
                bill=desk.ledger.bill("panel", seat.name),
                seconds=anyio.current_time() - start,
                served_by=model if failures else None,
                cut_short=reply.finish_reason == "length",
            )
        failures.append((model, reply))
    return _failed(desk, seat, failures)


def _request(desk: Desk, seat: Seat, model: ModelRef, *, silence_within: float) -> ChatRequest:
    member, traits = seat.member, desk.models.traits(model)
    return ChatRequest(
        messages=member_messages(desk.run, member.lens, compact=traits.compact),
        temperature=member.temperature,
        max_output_tokens=member.max_output_tokens,
        reasoning=member.reasoning,
        seed=(desk.run.seed + seat.index) % 2**31,
        silence_within=silence_within,
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


def _absent(desk: Desk, seat: Seat, *, ready: bool) -> MemberFailure:
    """Someone who was cut off: after the quorum's grace period, or because the panel's time was up."""
    grace = desk.run.preset.grace_s
    reason, error = (
        ("late", f"had not answered {grace:g} s after the quorum had, so the call was ended")
        if ready
        else ("timed_out", "had not answered when the panel's time was up, so the call was ended")
    )
    desk.tell("panel", "failed", seat.name, reason)
    return MemberFailure(seat=seat.name, reason=reason, error=error, bill=desk.ledger.bill("panel", seat.name))
