"""Every run, in whatever process it lives: found or begun for a question, waited for, looked at, cancelled.

A question that is a run already is not asked again: a live one is joined, wherever it lives, a finished one is read, an
interrupted one is taken up again. So is one that a model of a live run may be asking back, whatever its preset.
"""

import math
from dataclasses import replace
from typing import Self

import anyio

from fusion_mcp.clock import now
from fusion_mcp.config import History
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import OnProgress, unheard
from fusion_mcp.records import Claim, NewRun, RunRow
from fusion_mcp.runs.identity import identity, likeness
from fusion_mcp.runs.life import Means
from fusion_mcp.runs.refusals import cancelled, closing, ended, not_kept, unknown
from fusion_mcp.runs.standing import Standing, joined_from_below, of_live, of_row
from fusion_mcp.runs.stored import Outcome, read_outcome, read_plan, write_plan
from fusion_mcp.runs.turns import Turns
from fusion_mcp.runs.under_way import UnderWay

_LOOK_AGAIN_S = 0.25
"""How often a run of another process is looked at."""

_MOST_REMEMBERED = 64
"""Of how many questions it is known which run they went to: whoever leaves one asks for it at once."""

_CANCEL_S = 3.0
"""How long another process may take to end a run that it was told to."""


class Runs:
    """All runs, as the doors see them. An async context manager: those of this process end with it."""

    def __init__(self, means: Means, history: History) -> None:
        """Begin with none."""
        self._journal = means.journal
        self._turns = Turns()
        self._under_way = UnderWay(means, history, self._turns)
        self._went_as: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Touch nothing before the first run."""
        await self._under_way.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the runs that are under way, and write down how far they came."""
        await self._under_way.__aexit__()

    async def ask(
        self, run: Run, on_progress: OnProgress, wait_s: float = math.inf, reckoned: Estimate | None = None
    ) -> Standing:
        """Answer a question: by a run of its own, or by the one that it already is. Waits at most `wait_s` seconds.

        `reckoned` is what the run was said to cost, where that has been worked out.
        """
        deadline = now() + wait_s
        claim = await self._claimed(run, reckoned)
        standing = await self._attended(claim, on_progress, deadline)
        if standing is None:  # the journal has lost what it has just found: its file was damaged
            claim = await self._claimed(run, reckoned)
            standing = await self._attended(claim, on_progress, deadline)
        if standing is None:
            raise unknown(claim.run_id)
        reused = claim.how if claim.how in ("joined", "finished", "resumed") else None
        standing = standing if standing.reused == reused else replace(standing, reused=reused)
        return joined_from_below(standing) if claim.is_alike else standing

    async def follow(self, run_id: str, on_progress: OnProgress, wait_s: float = math.inf) -> Standing:
        """Wait for a run that is known by its id, taking it up again where it was interrupted.

        Raises Refused(invalid_arguments) where there is no such run.
        """
        live = self._under_way.find(run_id)
        if live is not None:
            live.is_handed_out = True
        standing = await self._follow(run_id, on_progress, now() + wait_s)
        if standing is None:
            raise unknown(run_id)
        return standing

    async def look(self, run_id: str) -> Standing:
        """Say where a run stands, without waiting and without taking it up. Raises Refused where there is none."""
        live = self._under_way.find(run_id)
        if live is not None:
            return of_live(live)
        if (row := await self._journal.find(run_id)) is None:
            raise unknown(run_id)
        return await self._as_kept(row)

    async def is_known(self, run: Run) -> bool:
        """Whether a question is a run already, so that answering it begins nothing new."""
        return await self._journal.is_known(identity(run), is_sample=bool(run.sample))

    async def cancel(self, run_id: str) -> Standing:
        """End a run, here or in another process. Raises Refused where there is no such run."""
        live = self._under_way.find(run_id)
        if live is not None:
            live.cancel()
            await live.done.wait()
        elif await self._journal.request_cancel(run_id) is None:
            raise unknown(run_id)
        standing = await self._follow(run_id, unheard, now() + _CANCEL_S, take_up=False)
        if standing is None:
            raise unknown(run_id)
        return standing

    async def settled(self, run: Run) -> RunRow | None:
        """Wait until a run that was left has ended, and give what is kept of it; None where it had not begun."""
        run_id = self._went_as.get(identity(run), run.id)
        live = self._under_way.find(run_id)
        if live is not None:
            await live.done.wait()
        return await self._journal.find(run_id)

    async def _claimed(self, run: Run, reckoned: Estimate | None) -> Claim:
        """Find the run that a question is already, or begin it. What cannot be gone on with is begun anew."""
        key = identity(run)
        new = NewRun(
            id=run.id,
            key=key,
            kind=run.kind,
            preset=run.preset.name,
            question=run.question,
            plan=write_plan(run),
            likeness=likeness(run),
            may_call_back=run.may_call_back,
            joins_alike=run.from_client,
            is_sample=bool(run.sample),
        )
        async with self._turns.of(key):
            claim = await self._journal.claim(new)
            if claim.how == "resumed" and not await self._under_way.resume(claim):
                claim = await self._journal.claim(new)
            if claim.how == "new":
                self._under_way.begin(run, key, claim, reckoned)
        self._remember(key, claim.run_id)
        return claim

    def _remember(self, key: str, run_id: str) -> None:
        """Remember under which id a question went, as long as that is likely to be asked."""
        self._went_as.pop(key, None)
        self._went_as[key] = run_id
        if len(self._went_as) > _MOST_REMEMBERED:
            del self._went_as[next(iter(self._went_as))]

    async def _attended(self, claim: Claim, on_progress: OnProgress, deadline: float) -> Standing | None:
        """Wait for what was claimed. If that lives in another process, and we are cancelled, it learns that we left."""
        if claim.is_alike:
            return await self._follow(claim.run_id, on_progress, deadline, attends=False)
        try:
            return await self._follow(claim.run_id, on_progress, deadline)
        except anyio.get_cancelled_exc_class():
            if claim.how == "joined" and not claim.owner_is_us:
                with anyio.CancelScope(shield=True):
                    await self._journal.leave(claim.run_id)
            raise

    async def _follow(
        self, run_id: str, on_progress: OnProgress, deadline: float, *, take_up: bool = True, attends: bool = True
    ) -> Standing | None:
        """Wait for a run, wherever it lives. None where there is no such run.

        Who does not attend it neither keeps it alive nor takes it up.
        """
        while True:
            live = self._under_way.find(run_id)
            if live is not None:
                await live.wait(on_progress, deadline, attends=attends)
                if live.outcome is not None or not live.done.is_set():
                    return of_live(live)
                if self._under_way.is_closed:
                    raise closing(run_id)
            row = await self._journal.find(run_id)
            if row is None:
                return None
            if row.status == "interrupted" and not attends:
                raise ended()
            if row.status == "interrupted" and take_up:
                await self._take_over(run_id)
                continue
            left = deadline - now()
            if row.status != "running" or left <= 0:
                return await self._as_kept(row)
            await anyio.sleep(min(_LOOK_AGAIN_S, left))

    async def _take_over(self, run_id: str) -> None:
        async with self._turns.of(run_id):
            if self._under_way.find(run_id) is not None:
                return
            claim = await self._journal.take_over(run_id)
            if claim is None:
                raise unknown(run_id)
            if claim.how == "interrupted" or (claim.how == "resumed" and not await self._under_way.resume(claim)):
                raise not_kept(run_id)

    async def _as_kept(self, row: RunRow) -> Standing:
        """A run as the journal has it. One that is over and of which nothing is kept says so as its outcome."""
        run = read_plan(await self._journal.plan(row.id))
        outcome: Outcome | None = None
        if row.status == "cancelled":
            outcome = cancelled(row.id)
        elif row.status not in ("running", "interrupted"):
            outcome = read_outcome(await self._journal.result(row.id)) or not_kept(row.id)
        return of_row(row, run, outcome)
