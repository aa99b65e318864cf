"""The runs that are under way in this process: begun, kept its own, ended when nobody wants them any more."""

import logging
import secrets
from dataclasses import replace
from typing import Self

import anyio

from fusion_mcp.config import History
from fusion_mcp.guard.nonce import drawn
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.records import Claim
from fusion_mcp.runs.identity import identity
from fusion_mcp.runs.life import Means, live_through
from fusion_mcp.runs.live import LiveRun
from fusion_mcp.runs.stored import read_plan
from fusion_mcp.runs.turns import Turns

logger = logging.getLogger(__name__)

_LOOK_AGAIN_S = 0.25
"""How often a run that nobody here waits for is looked at, for those who wait in another process."""

_TIDY_EVERY_S = 3600.0


class UnderWay:
    """Runs under way. An async context manager: they end with it, to be taken up again."""

    def __init__(self, means: Means, history: History, turns: Turns) -> None:
        """Begin with none. Whoever has a question's turn decides alone what becomes of its run."""
        self.is_closed = False
        self._means = means
        self._journal = means.journal
        self._history = history
        self._turns = turns
        self._tasks = anyio.create_task_group()
        self._live: dict[str, LiveRun] = {}
        self._has_begun = False

    async def __aenter__(self) -> Self:
        """Touch nothing before the first run."""
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the runs, and write down how far they came."""
        self.is_closed = True
        self._journal.hurry()
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)

    def find(self, run_id: str) -> LiveRun | None:
        """Give the run of this id, None where it is not under way here."""
        return self._live.get(run_id)

    def begin(self, run: Run, key: str, claim: Claim, reckoned: Estimate | None = None) -> None:
        """Carry out a run that is ours now; `key` is its question's, `reckoned` what it was said to cost."""
        if not self._has_begun:
            self._has_begun = True
            self._tasks.start_soon(self._keep_ours)
            self._tasks.start_soon(self._means.writer.write_all)
            self._tasks.start_soon(self._tidy)
        live = LiveRun(run, key, claim.life, had_failed=claim.had_failed, on_left=self._left, reckoned=reckoned)
        self._live[run.id] = live
        self._tasks.start_soon(self._live_through, live)

    async def resume(self, claim: Claim) -> bool:
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
        self.begin(run, identity(run), claim)
        return True

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
        if not self.is_closed:
            self._tasks.start_soon(self._end_unless_wanted, live)

    async def _end_unless_wanted(self, live: LiveRun) -> None:
        """End a run, unless somebody joined it meanwhile, as soon as nobody waits for it in another process either."""
        while True:
            async with self._turns.of(live.key):
                if live.is_attended or live.done.is_set():
                    return
                if not await self._journal.is_shared(live.run.id):
                    live.cut_off()
                    return
            await anyio.sleep(_LOOK_AGAIN_S)

    async def _keep_ours(self) -> None:
        await self._journal.keep_alive(on_cancel=self._cancel, on_lost=self._cut_off)

    def _cancel(self, run_id: str) -> None:
        live = self._live.get(run_id)
        if live is not None:
            live.cancel()

    def _cut_off(self, run_id: str) -> None:
        live = self._live.get(run_id)
        if live is not None:
            live.cut_off()

    async def _tidy(self) -> None:
        """Drop runs that are too old, or too many, now and then."""
        while True:
            await self._journal.prune(self._history.keep_days, self._history.keep_mb * 1_000_000)
            await anyio.sleep(_TIDY_EVERY_S)
