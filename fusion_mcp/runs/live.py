"""One run that is under way in this process: who waits for it, what it has told so far, how it ended."""

from typing import Literal

import anyio

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import OnProgress, Progress
from fusion_mcp.runs.stored import Outcome
from fusion_mcp.types import Stage

Ending = Literal["cancelled", "abandoned", "lost"]
"""Why a run is ended early: somebody said so; nobody waits for it or could ask for it; it is another process's now."""


class LiveRun:
    """A run under way. `outcome` stays None until `done` is set, and after it where the run was ended early."""

    def __init__(self, run: Run, life: int) -> None:
        """Begin life number `life` of `run`, with nobody waiting."""
        self.run = run
        self.life = life
        self.began = anyio.current_time()
        self.ledger = Ledger(life=life)
        self.done = anyio.Event()
        self.outcome: Outcome | Exception | None = None
        self.ending: Ending | None = None
        self.is_handed_out = False
        self.scope = anyio.CancelScope()
        self._listeners: dict[object, OnProgress] = {}
        self._told: dict[tuple[Stage, str], Progress] = {}

    def tell(self, event: Progress) -> None:
        """Pass an event on to everybody who waits."""
        self._told[event.stage, event.who] = event
        for listener in list(self._listeners.values()):
            listener(event)

    def end(self, why: Ending) -> None:
        """End the run early: its calls are cut off at once."""
        if self.ending is None and not self.done.is_set():
            self.ending = why
            self.scope.cancel()

    async def wait(self, on_progress: OnProgress, deadline: float) -> None:
        """Wait until the run is done or the deadline has come, told of its progress from its beginning.

        After the deadline somebody may come back for the answer, so the run goes on. When the last one to wait is
        cancelled before that, nobody can ever get it: it is ended, and stops paying.
        """
        place = object()
        self._listeners[place] = on_progress
        try:
            for event in list(self._told.values()):
                on_progress(event)
            with anyio.CancelScope(deadline=deadline):
                await self.done.wait()
            self.is_handed_out = self.is_handed_out or not self.done.is_set()
        finally:
            del self._listeners[place]
            if not self._listeners and not self.is_handed_out:
                self.end("abandoned")
