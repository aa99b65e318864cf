"""All runs of this process, and its way to those of others: claimed, followed, handed back, cancelled.

A question that is a run already is not asked again: a live one is joined, wherever it lives, a finished one is read, an
interrupted one is taken up again. So is one that a model of a live run may be asking back, whatever its preset.
"""

import logging
import math
import secrets
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Self

import anyio

from fusion_mcp.config import History
from fusion_mcp.guard.nonce import drawn
from fusion_mcp.journal.records import Claim, NewRun, RunRow
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import OnProgress, Progress
from fusion_mcp.runs.identity import identity, likeness
from fusion_mcp.runs.life import Means, live_through
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.refusals import cancelled, closing, ended, unknown
from fusion_mcp.runs.standing import Reused, Standing, joined_from_below, of_live, of_row
from fusion_mcp.runs.stored import Outcome, not_kept, read_outcome, read_plan, write_plan

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 0.25
"""How often a run of another process is looked at."""

_TIDY_EVERY_S = 3600.0

_MOST_REMEMBERED = 64

_CANCEL_S = 3.0
"""How long another process may take to end a run that it was told to."""


class Runs:
    """Runs under way in this process. An async context manager: they end with it, to be taken up again."""

    def __init__(self, means: Means, history: History) -> None:
        """Begin with none."""
        self._means = means
        self._journal = means.journal
        self._history = history
        self._tasks = anyio.create_task_group()
        self._live: dict[str, LiveRun] = {}
        self._went_as: dict[str, str] = {}
        self._claiming: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._is_closed = False
        self._has_begun = False

    async def __aenter__(self) -> Self:
        """Touch nothing before the first run."""
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the runs that are under way, and write down how far they came."""
        self._is_closed = True
        self._journal.hurry()
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def ask(self, run: Run, on_progress: OnProgress, wait_s: float = math.inf) -> Standing:
        """Answer a question: by a run of its own, or by the one that it already is. Waits at most `wait_s` seconds."""
        deadline = anyio.current_time() + wait_s
        claim = await self._claimed(run)
        standing = await self._attended(claim, on_progress, deadline)
        if standing is None:  # the journal has lost what it has just found: its file was damaged
            claim = await self._claimed(run)
            standing = await self._attended(claim, on_progress, deadline)
        if standing is None:
            raise unknown(claim.run_id)
        reused: dict[str, Reused] = {"joined": "joined", "finished": "finished", "resumed": "resumed"}
        standing = replace(standing, reused=reused.get(claim.how))
        return joined_from_below(standing) if claim.is_alike else standing

    async def follow(self, run_id: str, on_progress: OnProgress, wait_s: float = math.inf) -> Standing:
        """Wait for a run that is known by its id, taking it up again where it was interrupted.

        Raises Refused(invalid_arguments) where there is no such run.
        """
        live = self._live.get(run_id)
        if live is not None:
            live.is_handed_out = True
        standing = await self._follow(run_id, on_progress, anyio.current_time() + wait_s)
        if standing is None:
            raise unknown(run_id)
        return standing

    async def look(self, run_id: str) -> Standing:
        """Say where a run stands, without waiting and without taking it up. Raises Refused where there is none."""
        live = self._live.get(run_id)
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
        live = self._live.get(run_id)
        if live is not None:
            live.cancel()
            await live.done.wait()
        elif await self._journal.request_cancel(run_id) is None:
            raise unknown(run_id)
        standing = await self._follow(run_id, _unheard, anyio.current_time() + _CANCEL_S, take_up=False)
        if standing is None:
            raise unknown(run_id)
        return standing

    async def settled(self, run: Run) -> RunRow | None:
        """Wait until a run that was left has ended, and give what is kept of it; None where it had not begun."""
        run_id = self._went_as.get(identity(run), run.id)
        live = self._live.get(run_id)
        if live is not None:
            await live.done.wait()
        return await self._journal.find(run_id)

    async def _claimed(self, run: Run) -> Claim:
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
        async with self._claim_lock(key):
            claim = await self._journal.claim(new)
            if claim.how == "resumed" and not await self._resume(claim):
                claim = await self._journal.claim(new)
            if claim.how == "new":
                self._begin(run, key, claim)
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
            live = self._live.get(run_id)
            if live is not None:
                await live.wait(on_progress, deadline, attends=attends)
                if live.outcome is not None or not live.done.is_set():
                    return of_live(live)
                if self._is_closed:
                    raise closing(run_id)
            row = await self._journal.find(run_id)
            if row is None:
                return None
            if row.status == "interrupted" and not attends:
                raise ended()
            if row.status == "interrupted" and take_up:
                await self._take_over(run_id)
                continue
            left = deadline - anyio.current_time()
            if row.status != "running" or left <= 0:
                return await self._as_kept(row)
            await anyio.sleep(min(_LOOK_AGAIN_S, left))

    async def _take_over(self, run_id: str) -> None:
        async with self._claim_lock(run_id):
            if run_id in self._live:
                return
            claim = await self._journal.take_over(run_id)
            if claim is None:
                raise unknown(run_id)
            if claim.how == "interrupted" or (claim.how == "resumed" and not await self._resume(claim)):
                raise not_kept(run_id)

    async def _resume(self, claim: Claim) -> bool:
        """Take up a run that is ours now. False where its plan cannot be read: then it is over."""
        run = read_plan(await self._journal.plan(claim.run_id))
        if run is None:
            await self._journal.finish(claim.run_id, status="failed", life=claim.life)
            return False
        earlier = self._live.get(claim.run_id)
        if earlier is not None:  # we had lost it, and have it again, before its last life knew
            earlier.cut_off()
            await earlier.done.wait()
        if not run.nonce:  # planned by a version that had none
            run = replace(run, nonce=drawn(secrets.token_hex(16)))
        self._begin(run, identity(run), claim)
        return True

    def _begin(self, run: Run, key: str, claim: Claim) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._tasks.start_soon(self._keep_alive)
            self._tasks.start_soon(self._tidy)
        live = LiveRun(run, key, claim.life, had_failed=claim.had_failed, on_left=self._left)
        self._live[run.id] = live
        self._tasks.start_soon(self._live_through, live)

    async def _live_through(self, live: LiveRun) -> None:
        try:
            await live_through(live, self._means)
        except Exception:
            logger.exception("the end of run %s could not be written down", live.run.id)
        finally:
            if self._live.get(live.run.id) is live:
                del self._live[live.run.id]

    def _left(self, live: LiveRun) -> None:
        """Nobody here waits for a run any more, or has its id."""
        if not self._is_closed:
            self._tasks.start_soon(self._end_unless_wanted, live)

    async def _end_unless_wanted(self, live: LiveRun) -> None:
        """End a run, unless somebody joined it meanwhile, as soon as nobody waits for it in another process either."""
        while True:
            async with self._claim_lock(live.key):
                if live.is_attended or live.done.is_set():
                    return
                if not await self._journal.is_shared(live.run.id):
                    live.cut_off()
                    return
            await anyio.sleep(_LOOK_AGAIN_S)

    async def _keep_alive(self) -> None:
        def ended(run_id: str, end: str) -> None:
            live = self._live.get(run_id)
            if live is not None:
                (live.cancel if end == "cancel" else live.cut_off)()

        on_cancel, on_lost = partial(ended, end="cancel"), partial(ended, end="lose")
        await self._journal.keep_alive(on_cancel=on_cancel, on_lost=on_lost)

    async def _tidy(self) -> None:
        """Drop runs that are too old, or too many, now and then."""
        while True:
            await self._journal.prune(self._history.keep_days, self._history.keep_mb * 1_000_000)
            await anyio.sleep(_TIDY_EVERY_S)

    async def _as_kept(self, row: RunRow) -> Standing:
        """A run as the journal has it. One that is over and of which nothing is kept says so as its outcome."""
        run = read_plan(await self._journal.plan(row.id))
        outcome: Outcome | None = None
        if row.status == "cancelled":
            outcome = cancelled(row.id)
        elif row.status not in ("running", "interrupted"):
            outcome = read_outcome(await self._journal.result(row.id)) or not_kept(row.id)
        return of_row(row, run, outcome)

    @asynccontextmanager
    async def _claim_lock(self, key: str) -> AsyncGenerator[None]:
        """Let one caller at a time claim a question, so that the others find its run alive."""
        lock = self._claiming[key]
        try:
            async with lock:
                yield
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._claiming.pop(key, None)


def _unheard(_: Progress) -> None:
    """Nobody listens."""
