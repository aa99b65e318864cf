"""The two servers that are judged: the product as people start it, and its own making with the suite's fixtures."""

import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
from anyio.abc import TaskStatus
from anyio.from_thread import start_blocking_portal
from mcp import MCPDeprecationWarning

from conforming.fixtures.server import furnish
from fusion_mcp.engine import open_engine
from fusion_mcp.server.answering import Answering
from fusion_mcp.server.app import build_server
from fusion_mcp.server.http.serving import serve_http
from fusion_mcp.settings import load_settings
from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers
from server.running import HttpServer

LOOPBACK = "127.0.0.1"
Environ = dict[str, str]


@contextmanager
def ground() -> Generator[Environ]:
    """Make a home whose default panel is scripted, and give the variables of a process that lives there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ScriptedProvider() as provider:
        home = Home(Path(folder))
        home.trio(provider)
        trio_answers(provider)
        yield home.environ()


@contextmanager
def product(on: Environ) -> Generator[str]:
    """Start `fusion-mcp serve --http --no-auth`, and give its address."""
    with HttpServer(on, "--no-auth") as server:
        yield server.url


@contextmanager
def furnished(on: Environ) -> Generator[str]:
    """Serve, from this process, what the product makes and the fixtures with it; give the address."""
    warnings.filterwarnings("ignore", category=MCPDeprecationWarning)  # of what the suite wants fixtures to do
    with start_blocking_portal() as portal:
        serving, port = portal.start_task(_serve, on)
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            serving.cancel()


async def _serve(on: Environ, *, task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED) -> None:
    async with open_engine(load_settings(on)) as engine:
        server = build_server(Answering.by(engine))
        furnish(server)
        await serve_http(server, LOOPBACK, 0, None, on_listening=task_status.started)
