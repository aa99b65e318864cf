"""Who answers a client: the engine's rooms, once they are open. What needs no engine is answered before.

An engine takes a quarter of a second to load, and some clients drop a server, without a word, that is slower to answer
than a bare one. So it is opened while the client already talks, when a call wants it or after a moment.

Where it cannot be opened, the server goes on: people are in their client, and see no log. Each call tries again, so
that to mend a file is enough, and says what is wrong until then.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

import anyio
import anyio.to_thread

from fusion_mcp.errors import FusionError, only_leaf

if TYPE_CHECKING:
    from fusion_mcp.engine import Engine
    from fusion_mcp.server.call import ToolCalls
    from fusion_mcp.server.prompts import Prompts
    from fusion_mcp.server.resources import Resources

_HEAD_START_S = 2.0
"""How long a client has the process for itself. By then it has its tools, and what else it asks for at a start."""

OpenEngine = Callable[[], "AbstractAsyncContextManager[Engine]"]


class Rooms(NamedTuple):
    """What needs the engine."""

    calls: "ToolCalls"
    resources: "Resources"
    prompts: "Prompts"
    names: Callable[[], Sequence[str]]


class Answering:
    """Has the rooms, or will have them."""

    def __init__(self, default_preset: str, names: Callable[[], Sequence[str]] = tuple) -> None:
        """`names` are the presets' as far as they can be told without an engine."""
        self.default_preset = default_preset
        self.wanted = anyio.Event()
        self._names = names
        self._news = anyio.Event()
        self._fault: Exception = RuntimeError("the rooms are neither open nor refused")
        self._fault_place: TracebackType | None = None
        self._rooms: Rooms | None = None

    @classmethod
    def by(cls, engine: "Engine") -> "Answering":
        """Answer with an engine that is open."""
        answering = cls(engine.settings.config.default_preset)
        answering.open(engine)
        return answering

    @property
    def is_open(self) -> bool:
        """Whether the rooms are there."""
        return self._rooms is not None

    def names(self) -> Sequence[str]:
        """Name the presets that may be asked for. Raises ConfigError where they cannot be read."""
        return (self._rooms.names if self._rooms else self._names)()

    async def rooms(self) -> Rooms:
        """Give the rooms, as soon as they are open. Raises why they cannot be opened."""
        if self._rooms is not None:
            return self._rooms
        news = self._news
        self.wanted.set()
        await news.wait()
        if self._rooms is None:
            raise self._fault.with_traceback(self._fault_place)  # else it would say where it was raised for others, too
        return self._rooms

    def open(self, engine: "Engine") -> None:
        """Answer with `engine` from now on."""
        from fusion_mcp.server.call import ToolCalls  # noqa: PLC0415 what only answers calls is loaded with the engine
        from fusion_mcp.server.prompts import Prompts  # noqa: PLC0415
        from fusion_mcp.server.resources import Resources  # noqa: PLC0415

        self.default_preset = engine.settings.config.default_preset
        self._rooms = Rooms(ToolCalls(engine), Resources(engine), Prompts(engine), engine.presets.names)
        self._news.set()

    def refuse(self, fault: Exception) -> None:
        """Tell all who wait why the rooms cannot be opened. Whoever asks after that waits for the next attempt."""
        self._fault, self._fault_place, told = fault, fault.__traceback__, self._news
        self.wanted, self._news = anyio.Event(), anyio.Event()
        told.set()


@asynccontextmanager
async def opening(
    answering: Answering, load: Callable[[], OpenEngine], on_fault: Callable[[FusionError], object] | None = None
) -> AsyncGenerator[None]:
    """Open an engine beside the block, and close it at its end. Where it cannot be opened, each call tries again.

    `load` imports it and reads the configuration; that runs in a thread. `on_fault` is told each time what is wrong,
    where that is for a person to mend.
    """
    is_over = anyio.Event()

    async def live() -> None:
        with anyio.move_on_after(_HEAD_START_S):
            await answering.wanted.wait()
        while not is_over.is_set():
            try:
                await _open_for(answering, load, is_over)
            except Exception as error:
                if answering.is_open:
                    raise
                fault = only_leaf(error)
                if on_fault is not None and isinstance(fault, FusionError):
                    on_fault(fault)
                answering.refuse(fault)
            await answering.wanted.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(live)
        yield
        is_over.set()
        answering.wanted.set()
        if not answering.is_open:  # whoever left does not wait until it is
            tasks.cancel_scope.cancel()


async def _open_for(answering: Answering, load: Callable[[], OpenEngine], is_over: anyio.Event) -> None:
    open_engine = await anyio.to_thread.run_sync(load)
    if is_over.is_set():
        return
    async with open_engine() as engine:
        answering.open(engine)
        await is_over.wait()
