"""The scripted provider: an OpenAI-compatible server on loopback that does what a test tells it, and keeps records.

It runs in a thread with an event loop of its own, so tests of every colour and child processes can all use it.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self

from scripted.bad import status
from scripted.calls import Call, Records
from scripted.exchange import Behaviour
from scripted.gates import Gate
from scripted.server import Server
from scripted.shapes import error
from scripted.wire import Request

START = 5.0


class ScriptedProvider:
    """Use it as a context manager; `script` says how each model behaves, `calls` says what came.

    With `api_key`, every request must carry it as a bearer token.
    """

    def __init__(self, *, api_key: str | None = None) -> None:
        self.port = 0
        self._api_key = api_key
        self._scripts: dict[str, list[Behaviour]] = {}
        self._gates: dict[str, Gate] = {}
        self._records = Records()
        self._server = Server(self._records, choose=self._choose, models=self._models)
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="scripted provider", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, model: str, *behaviours: Behaviour) -> None:
        """Say how `model` behaves: one behaviour per call in order, the last one for all further calls."""
        if not behaviours:
            raise ValueError(f"'{model}' needs at least one behaviour")
        self._scripts[model] = list(behaviours)

    def gate(self, name: str) -> Gate:
        """The gate of that name, made on first use."""
        if self._loop is None:
            raise RuntimeError("gates exist only while the provider runs: enter it first")
        return self._gates.setdefault(name, Gate(self._loop))

    @property
    def calls(self) -> list[Call]:
        """Every chat request so far, in order of arrival."""
        return self._records.calls

    def calls_to(self, model: str) -> list[Call]:
        return [call for call in self.calls if call.model == model]

    @property
    def requests(self) -> list[str]:
        """Every HTTP request so far, as `GET /v1/models`."""
        return self._records.requests

    @property
    def in_flight(self) -> int:
        """How many chat requests are being answered now."""
        return self._records.in_flight

    @property
    def max_in_flight(self) -> int:
        """How many chat requests there ever were at once."""
        return self._records.max_in_flight

    def wait_until(self, holds: Callable[[Self], bool], within: float = 5.0) -> None:
        """Block until `holds(self)`; AssertionError with the records when it does not hold in time."""
        self._records.wait_until(lambda: holds(self), within)

    async def until(self, holds: Callable[[Self], bool], within: float = 5.0) -> None:
        """Wait like `wait_until` without blocking the test's own event loop."""
        await asyncio.to_thread(self.wait_until, holds, within)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(START):
            raise RuntimeError("the scripted provider did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START)
        if self._thread.is_alive():
            raise RuntimeError("the scripted provider did not stop")
        if self._server.faults:
            raise self._server.faults[0]

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await self._server.run(self._opened, self._stop)

    def _opened(self, port: int) -> None:
        self.port = port
        self._listening.set()

    def _choose(self, call: Call) -> Behaviour:
        """The behaviour for this call, which is on the record already."""
        if fault := self._key_fault(call.headers):
            return status(401, fault)
        behaviours = self._scripts.get(call.model)
        if behaviours is None:
            message = f"The model `{call.model}` does not exist or you do not have access to it."
            return status(404, error(message, code="model_not_found"))
        return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]

    def _models(self, request: Request) -> tuple[int, dict[str, Any]]:
        if fault := self._key_fault(request.headers):
            return 401, fault
        listed = [
            {"id": model, "object": "model", "created": 1, "owned_by": "scripted"} for model in list(self._scripts)
        ]
        return 200, {"object": "list", "data": listed}

    def _key_fault(self, headers: dict[str, str]) -> dict[str, Any] | None:
        """What OpenAI says about a wrong or missing key, with a part of the key in it; None when the key is right."""
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if self._api_key is None or given == self._api_key:
            return None
        shown = f"{given[:8]}{'*' * 12}{given[-4:]}"
        message = f"Incorrect API key provided: {shown}." if given else "You didn't provide an API key."
        return error(message, code="invalid_api_key")
