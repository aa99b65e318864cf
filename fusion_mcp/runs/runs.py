"""All runs of this process, and its way to those of others: claimed, followed, handed back, cancelled.

A question that is a run already is not asked again: a live one is joined, wherever it lives, a finished one is read, an
interrupted one is taken up again.
"""

import math
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Self

import anyio

from fusion_mcp.config import History
from fusion_mcp.errors import Refused
from fusion_mcp.journal.records import Claim, NewRun, RunRow
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import OnProgress, Progress
from fusion_mcp.runs.identity import identity
from fusion_mcp.runs.life import Means, live_through
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.standing import Reused, Standing, kept
from fusion_mcp.runs.stored import Outcome, gone, read_outcome, read_plan, write_plan

_LOOK_AGAIN_S = 0.25
"""How often a run of another process is looked at."""

_TIDY_EVERY_S = 3600.0

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
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def ask(self, run: Run, on_progress: OnProgress, wait_s: float = math.inf) -> Standing:
        """Answer a question: by a run of its own, or by the one that it already is. Waits at most `wait_s` seconds."""
        deadline = anyio.current_time() + wait_s
        key = identity(run)
        new = NewRun(
            id=run.id,
            key=key,
            kind=run.kind,
            preset=run.preset.name,
            question=run.question,
            plan=write_plan(run),
        )
        async with self._claim_lock(key):
            claim = await self._journal.claim(new)
            if claim.how == "resumed" and not await self._resume(claim):
                claim = await self._journal.claim(new)  # what cannot be gone on with is begun anew
            if claim.how == "new":
                self._begin(run, 0)
        reused: Reused | None = claim.how if claim.how in ("joined", "finished", "resumed") else None
        return await self._follow(claim.run_id, on_progress, deadline, reused)

    async def follow(self, run_id: str, on_progress: OnProgress, wait_s: float = math.inf) -> Standing:
        """Wait for a run that is known by its id, taking it up again where it was interrupted.

        Raises Refused(invalid_arguments) where there is no such run.
        """
        live = self._live.get(run_id)
        if live is not None:
            live.is_handed_out = True
        return await self._follow(run_id, on_progress, anyio.current_time() + wait_s, None)

    async def look(self, run_id: str) -> Standing:
        """Say where a run stands, without waiting and without taking it up. Raises Refused where there is none."""
        live = self._live.get(run_id)
        if live is not None:
            return _standing(live, None)
        row = await self._journal.find(run_id)
        if row is None:
            raise _unknown(run_id)
        return await self._ended(row, None) or await self._elsewhere(row, None)

    async def is_known(self, run: Run) -> bool:
        """Whether a question is a run already, so that answering it begins nothing new."""
        return await self._journal.is_known(identity(run))

    async def cancel(self, run_id: str) -> Standing:
        """End a run, here or in another process. Raises Refused where there is no such run."""
        live = self._live.get(run_id)
        if live is not None:
            live.end("cancelled")
            await live.done.wait()
        elif await self._journal.request_cancel(run_id) is None:
            raise _unknown(run_id)
        return await self._follow(run_id, _unheard, anyio.current_time() + _CANCEL_S, None, take_up=False)

    async def put_down(self, run: Run) -> RunRow | None:
        """Wait until a run that was left has ended, and give what is kept of it, under whichever id it went."""
        key = identity(run)
        for live in [live for live in self._live.values() if identity(live.run) == key]:
            await live.done.wait()
        return await self._journal.find_key(key)

    def _cancelled_elsewhere(self, run_id: str) -> None:
        if run_id in self._live:
            self._live[run_id].end("cancelled")

    def _lost(self, run_id: str) -> None:
        """A run is another process's now: its lease had run out here."""
        if run_id in self._live:
            self._live[run_id].end("lost")

    async def _follow(
        self, run_id: str, on_progress: OnProgress, deadline: float, reused: Reused | None, *, take_up: bool = True
    ) -> Standing:
        while True:
            live = self._live.get(run_id)
            if live is not None:
                await live.wait(on_progress, deadline)
                if live.outcome is not None or not live.done.is_set():
                    return _standing(live, reused)
                if self._is_closed:
                    raise _closing(run_id)
            row = await self._journal.find(run_id)
            if row is None:
                raise _unknown(run_id)
            ended = await self._ended(row, reused)
            if ended is not None:
                return ended
            if row.status == "interrupted" and take_up:
                await self._take_over(run_id)
                continue
            left = deadline - anyio.current_time()
            if left <= 0:
                return await self._elsewhere(row, reused)
            await anyio.sleep(min(_LOOK_AGAIN_S, left))

    async def _take_over(self, run_id: str) -> None:
        async with self._claim_lock(run_id):
            if run_id in self._live:
                return
            claim = await self._journal.take_over(run_id)
            if claim is None:
                raise _unknown(run_id)
            if claim.how == "interrupted" or (claim.how == "resumed" and not await self._resume(claim)):
                raise gone(run_id)

    async def _resume(self, claim: Claim) -> bool:
        """Take up a run that is ours now. False where its plan cannot be read: then it is over."""
        run = read_plan(await self._journal.plan(claim.run_id))
        if run is None:
            await self._journal.finish(claim.run_id, status="failed")
            return False
        self._begin(run, claim.life)
        return True

    def _begin(self, run: Run, life: int) -> None:
        if not self._has_begun:
            self._has_begun = True
            alive = partial(self._journal.keep_alive, on_cancel=self._cancelled_elsewhere, on_lost=self._lost)
            self._tasks.start_soon(alive)
            self._tasks.start_soon(self._tidy)
        live = self._live[run.id] = LiveRun(run, life)
        self._tasks.start_soon(self._live_through, live)

    async def _live_through(self, live: LiveRun) -> None:
        try:
            await live_through(live, self._means)
        finally:
            del self._live[live.run.id]

    async def _tidy(self) -> None:
        """Drop runs that are too old, or too many, now and then."""
        while True:
            await self._journal.prune(self._history.keep_days, self._history.keep_mb * 1_000_000)
            await anyio.sleep(_TIDY_EVERY_S)

    async def _ended(self, row: RunRow, reused: Reused | None) -> Standing | None:
        """A run that is over, as it is kept; None for one that is not."""
        if row.status in ("running", "interrupted"):
            return None
        run = read_plan(await self._journal.plan(row.id))
        if row.status == "cancelled":
            outcome: Outcome | None = Refused("cancelled", f"run '{row.id}' was cancelled. Ask again to continue it.")
        else:
            outcome = read_outcome(await self._journal.result(row.id))
        return kept(row, run, outcome or gone(row.id), reused)

    async def _elsewhere(self, row: RunRow, reused: Reused | None) -> Standing:
        run = read_plan(await self._journal.plan(row.id))
        return kept(row, run, None, reused)

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


def _standing(live: LiveRun, reused: Reused | None) -> Standing:
    return Standing(
        run_id=live.run.id,
        kind=live.run.kind,
        preset=live.run.preset.name,
        run=live.run,
        outcome=live.outcome,
        reused=reused or ("resumed" if live.life else None),
        ledger=live.ledger,
        seconds=anyio.current_time() - live.began,
    )


def _unknown(run_id: str) -> Refused:
    return Refused("invalid_arguments", f"run_id: there is no run '{run_id[:40]}'; ids are given with status running.")


def _closing(run_id: str) -> Refused:
    again = f"what it has finished is kept: call fusion_result with run_id '{run_id}', or ask the same again"
    return Refused("cancelled", f"fusion-mcp is being shut down, and this run with it; {again}.")


def _unheard(_: Progress) -> None:
    """Nobody listens."""
