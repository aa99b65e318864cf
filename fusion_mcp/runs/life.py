"""One life of a run: a place among the others, money, the pipeline, and its outcome on disk before anybody hears of it.

However a life ends, its bills are recorded and its reservation is given back.
"""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio

from fusion_mcp.config import Limits
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.journal.journal import Journal
from fusion_mcp.journal.records import Ended
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.fuse import fuse
from fusion_mcp.pipeline.run import Desk, Run
from fusion_mcp.protocols import ChatModels
from fusion_mcp.result import FusionResult
from fusion_mcp.runs.funding import fund
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.steps import JournalledSteps
from fusion_mcp.runs.stored import Outcome, write_outcome
from fusion_mcp.tools.web_tools import WebTools

logger = logging.getLogger(__name__)

_LAST_WORDS_S = 2.0
"""How long the end of a run may take to be written when its process is told to end."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a run needs to live: models, the web, the journal, the person's limits and a place among the others."""

    models: ChatModels
    web: WebTools
    journal: Journal
    limits: Limits
    places: anyio.CapacityLimiter


async def live_through(live: LiveRun, means: Means) -> None:
    """Carry a run out, from where its earlier lives have left it, and tell everybody who waits. Raises cancellation."""
    try:
        with live.scope:
            live.outcome = await _outcome(live, means)
    finally:
        try:
            with anyio.move_on_after(_LAST_WORDS_S, shield=True):
                await _put_down(live, means.journal)
        finally:
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
    async with _place(run, means) as on_time:
        lines = await journal.lines(run.id) if live.life else []
        kept = await journal.steps(run.id) if live.life else {}
        ledger = live.ledger = Ledger(lines=lines, life=live.life)
        cut_down = await fund(on_time, ledger, journal, means.limits.max_cost_usd_per_day, means.models.price)
        noted = replace(on_time, notes=(*on_time.notes, *cut_down))
        steps = JournalledSteps(journal, run.id, ledger, kept, on_lost=lambda: live.end("lost"))
        toolbox = means.web.for_run(given=run.given, fence=run.context_fence, domains=run.domains, steps=steps)
        desk = Desk(run=noted, models=means.models, toolbox=toolbox, on_progress=live.tell, ledger=ledger, steps=steps)
        result = await fuse(desk)
    return result.model_copy(update={"reused": "resumed"}) if live.life else result


@asynccontextmanager
async def _place(run: Run, means: Means) -> AsyncGenerator[Run]:
    """Wait for a place among the concurrent runs; the wait counts against the run's own deadline."""
    start = anyio.current_time()
    with anyio.move_on_after(run.deadline_s) as waiting:
        await means.places.acquire_on_behalf_of(run.id)
    if waiting.cancelled_caught:
        most = means.limits.max_concurrent_runs
        raise Refused("timed_out", f"{most} runs were under way for the whole {run.deadline_s:g} s; ask again later.")
    try:
        yield replace(run, deadline_s=run.deadline_s - (anyio.current_time() - start))
    finally:
        means.places.release_on_behalf_of(run.id)


async def _put_down(live: LiveRun, journal: Journal) -> None:
    """Write down how this life ended. One that was ended early, or refused later on, may be taken up again."""
    outcome = live.outcome
    status: Ended = "interrupted"
    result, told = None, None
    if isinstance(outcome, FusionResult):
        status, result, told = "finished", write_outcome(outcome), outcome.status
    elif isinstance(outcome, FusionFailed) or (isinstance(outcome, Refused) and not live.life):
        status, result, told = "failed", write_outcome(outcome), outcome.reason
    elif live.ending == "cancelled":
        status, told = "cancelled", "cancelled"
    await journal.finish(
        live.run.id,
        status=status,
        result=result,
        result_status=told,
        settled=live.ledger.unrecorded(),
        seconds=anyio.current_time() - live.began,
    )
