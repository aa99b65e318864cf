"""One life of a run: a place among the others, money, the pipeline, and its outcome on disk before anybody hears of it.

However a life ends, its bills are recorded and its reservation is given back.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import anyio

from fusion_mcp.clock import now
from fusion_mcp.config import Limits
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.costs.shares import estimate
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.fuse import fuse
from fusion_mcp.pipeline.keeping import without_failures
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import ChatModels, RunJournal
from fusion_mcp.records import Ended
from fusion_mcp.result import FusionResult
from fusion_mcp.runs.funding import Fund
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.steps import JournalledSteps
from fusion_mcp.runs.stored import Outcome, write_outcome
from fusion_mcp.runs.writer import Writer
from fusion_mcp.tools.web_tools import WebTools

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 0.5
"""How often a run that waits looks whether one in another process has ended."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What runs need to live: models, the web, the journal, the person's limits, places and whoever writes for all."""

    models: ChatModels
    web: WebTools
    journal: RunJournal
    limits: Limits
    places: anyio.CapacityLimiter
    writer: Writer = field(default_factory=Writer)


async def live_through(live: LiveRun, means: Means) -> None:
    """Carry a run out, from where its earlier lives have left it, and tell everybody who waits. Raises cancellation."""
    try:
        with live.scope:
            live.outcome = await _outcome(live, means)
    finally:
        try:
            with anyio.CancelScope(shield=True):
                await _record_end(live, means.journal)
        finally:
            if live.has_place:
                means.places.release_on_behalf_of(live)
            live.done.set()


async def _outcome(live: LiveRun, means: Means) -> Outcome | Exception:
    try:
        return await _result(live, means)
    except (Refused, FusionFailed) as error:
        return error
    except Exception as error:  # it goes to whoever waits, who tells a fault of ours from a foreseen failure
        logger.debug("run %s ended in an unforeseen way", live.run.id, exc_info=True)
        return error


async def _result(live: LiveRun, means: Means) -> FusionResult:
    run, journal = live.run, means.journal
    deadline = now() + run.deadline_s
    await _place(live, means)  # first: whoever waits for a place holds no money
    lines = await journal.lines(run.id) if live.life else []
    kept = await journal.steps(run.id) if live.life else {}
    kept = without_failures(kept) if live.had_failed else kept
    ledger = live.ledger = Ledger(lines=lines, life=live.life)
    reckoned = live.reckoned or estimate(run, means.models.price)
    fund = Fund(reckoned, ledger, journal, means.limits.max_cost_usd_per_day)
    cut_down = await _begun(fund, run, means, deadline)
    if cut_down:
        run = replace(run, notes=(*run.notes, *cut_down))
    result = await _carried_out(run, live, means, fund, kept, deadline)
    return result.model_copy(update={"reused": "resumed"}) if live.life else result


async def _carried_out(
    run: Run, live: LiveRun, means: Means, fund: Fund, kept: Mapping[str, str], deadline: float
) -> FusionResult:
    """Go through the pipeline. What that has finished is on disk when this ends, or goes there with its end."""
    steps = JournalledSteps(means.journal, run.id, live.ledger, fund, kept, live.cut_off, means.writer)
    toolbox = means.web.for_run(
        given=run.given, fence=run.context_fence, domains=run.domains, steps=steps, withheld=run.withheld
    )
    desk = Desk(
        run=run,
        deadline=deadline,
        models=means.models,
        toolbox=toolbox,
        on_progress=live.tell,
        ledger=live.ledger,
        steps=steps,
    )
    try:
        result = await fuse(desk)
    finally:
        live.unkept = steps.close()
    if steps.fault is not None:
        raise steps.fault
    return result


async def _place(live: LiveRun, means: Means) -> None:
    """Wait for a place among the concurrent runs; the wait counts against the run's own deadline.

    The place is the run's until its end is written down.
    """
    try:
        means.places.acquire_on_behalf_of_nowait(live)
    except anyio.WouldBlock:
        with anyio.move_on_after(live.run.deadline_s) as waiting:
            await means.places.acquire_on_behalf_of(live)
        if waiting.cancelled_caught:
            most, waited = means.limits.max_concurrent_runs, f"{live.run.deadline_s:g} s"
            raise Refused("timed_out", f"{most} runs were under way for the whole {waited}; ask again later.") from None
    live.has_place = True


async def _begun(fund: Fund, run: Run, means: Means, deadline: float) -> list[str]:
    """Wait for money, and a place among the runs of all processes on this home, which then know whose nonce this is.

    Gives sentences where the day cut the run down.
    """
    most = means.limits.runs_per_user
    while (cut_down := await fund.begin(most)) is None:
        left_s = deadline - now()
        if left_s <= 0:
            raise Refused(
                "timed_out",
                f"{most} runs of yours were under way in all processes for the whole {run.deadline_s:g} s "
                "(limits.max_concurrent_runs_per_user in config.toml); ask again later.",
            )
        await anyio.sleep(min(_LOOK_AGAIN_S, left_s))
    return cut_down


async def _record_end(live: LiveRun, journal: RunJournal) -> None:
    """Write down how this life ended. A run that was cut off may be taken up again, one that failed asked anew.

    A call that was cut off on purpose, or in a run that has said so, is no attempt that counts: only where a process
    died must a call not be made again and again unasked.
    """
    outcome, was_left = live.outcome, live.scope.cancel_called
    status: Ended = "interrupted"
    result, told = None, None
    if isinstance(outcome, FusionResult):
        status, result, told = "finished", write_outcome(outcome), outcome.status
    elif isinstance(outcome, FusionFailed) or (isinstance(outcome, Refused) and not live.life):
        status, result, told = "failed", write_outcome(outcome), outcome.reason
    elif live.is_cancelled:
        status, told = "cancelled", "cancelled"
    is_ended = await journal.finish(
        live.run.id,
        status=status,
        result=result,
        result_status=told,
        settled=live.ledger.unrecorded(),
        seconds=now() - live.began,
        is_excused=was_left or status == "failed",
        life=live.life,
        keep_steps=isinstance(outcome, FusionFailed) and live.ledger.has_replies(),
        unkept={} if status == "finished" else live.unkept,
    )
    if status == "finished" and not is_ended:
        live.outcome = None  # the run is another process's, which has its result
