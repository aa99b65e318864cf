"""One engine for all the questions of an event loop, where a framework opens and closes nothing around them.

An engine has to be closed by the task that opened it. A task of its own does that, which ends with the event loop, as
asyncio cancels whatever is left then: the framework gives no other moment that is sure to come.
"""

import asyncio
from weakref import WeakKeyDictionary

from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.settings import Settings

_hosts: WeakKeyDictionary[asyncio.AbstractEventLoop, "_Host"] = WeakKeyDictionary()


async def shared_engine(settings: Settings) -> Engine:
    """Give the running loop's engine, opened with the settings of whoever asks first. Raises what opening it raises."""
    loop = asyncio.get_running_loop()
    host = _hosts.get(loop)
    if host is None or host.living.done():
        host = _hosts[loop] = _Host(settings)
    return await asyncio.shield(host.ready)


class _Host:
    def __init__(self, settings: Settings) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[Engine] = loop.create_future()
        self.ready.add_done_callback(_seen)
        self.living = loop.create_task(_live(settings, self.ready))


async def _live(settings: Settings, ready: asyncio.Future[Engine]) -> None:
    try:
        async with open_engine(settings) as engine:
            ready.set_result(engine)
            await asyncio.get_running_loop().create_future()  # until the loop ends
    except Exception as error:  # noqa: BLE001 whoever asks for the engine gets it
        if not ready.done():
            ready.set_exception(error)


def _seen(ready: asyncio.Future[Engine]) -> None:
    """Whoever waited may have gone: an error that nobody takes is none of the loop's."""
    if not ready.cancelled():
        ready.exception()
