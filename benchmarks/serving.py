"""How what is scripted serves: on a free port of loopback, until stdin closes."""

# aiohttp comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false

import asyncio
import socket
import sys

from aiohttp import web

_BACKLOG = 4096


async def serve(app: web.Application) -> None:
    """Print the port, then serve."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        await web.SockSite(runner, listening, backlog=_BACKLOG).start()
        print(listening.getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()
