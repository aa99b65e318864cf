"""One run that is under way in this process: who waits for it, what it has told so far, how it ended."""

from collections.abc import Callable, Mapping

import anyio

from fusion_mcp.clock import now
from fusion_mcp.codes import Stage
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.protocols import OnProgress, Progress
from fusion_mcp.runs.stored import Outcome


class LiveRun:
    """A run under way. `outcome` stays None until `done` is set, and after it where the run was cut off.

    `is_cancelled`: somebody said that it is to end. `is_handed_out`: somebody has its id, and may come back for it.
    """

    def __init__(
        self,
        run: Run,
        key: str,
        life: int,
        *,
        had_failed: bool,
        on_left: Callable[["LiveRun"], None],
        reckoned: Estimate | None = None,
    ) -> None:
        """Begin life number `life` of `run`. `on_left` is told when nobody waits any more.

        `reckoned` is what it may cost, where that has been worked out.
        """
        self.run = run
        self.reckoned = reckoned
        self.key = key
        self.life = life
        self.had_failed = had_failed
        self.began = now()
        self.ledger = Ledger(life=life)
        self.done = anyio.Event()
        self.outcome: Outcome | Exception | None = None
        self.is_cancelled = False
        self.is_handed_out = False
        self.has_place = False
        self.unkept: Mapping[str, str] = {}
        self.scope = anyio.CancelScope()
        self._on_left = on_left
        self._listeners: dict[object, OnProgress] = {}
        self._attending: set[object] = set()
        self._told: dict[tuple[Stage, str], Progress] = {}

    @property
    def is_attended(self) -> bool:
        """Whether somebody waits for the run, or could come back for it."""
        return bool(self._attending) or self.is_handed_out

    def tell(self, event: Progress) -> None:
        """Pass an event on to everybody who waits."""
        self._told[event.stage, event.who] = event
        for listener in list(self._listeners.values()):
            listener(event)

    def cancel(self) -> None:
        """End the run because somebody said so."""
        self.is_cancelled = True
        self.cut_off()

    def cut_off(self) -> None:
        """End the run's calls at once. What it has finished is kept."""
        self.scope.cancel()

    async def wait(self, on_progress: OnProgress, deadline: float, *, attends: bool = True) -> None:
        """Wait until the run is done or the deadline has come, told of its progress from its beginning.

        After the deadline somebody may come back for the answer. When the last one to wait is cancelled before that,
        nobody can ever get it: `on_left` is told. Who merely looks on does not keep it alive, as whoever may be a part
        of the run itself must not.
        """
        place = object()
        self._listeners[place] = on_progress
        if attends:
            self._attending.add(place)
        try:
            for event in list(self._told.values()):
                on_progress(event)
            with anyio.CancelScope(deadline=deadline):
                await self.done.wait()
            self.is_handed_out = self.is_handed_out or (attends and not self.done.is_set())
        finally:
            del self._listeners[place]
            self._attending.discard(place)
            if attends and not self.is_attended and not self.done.is_set():
                self._on_left(self)
