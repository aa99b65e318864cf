"""The scripted provider: an OpenAI-compatible server on loopback that does what a test tells it, and keeps records."""

import asyncio
import json
from typing import Any

from scripted.bad import status
from scripted.calls import Call
from scripted.exchange import Behaviour, Exchange
from scripted.records import Records
from scripted.running import RunningServer
from scripted.server import play
from scripted.shapes import error
from scripted.wire import Request, WatchedReader, head


class ScriptedProvider(RunningServer[Call]):
    """Use it as a context manager; `script` says how each model behaves, `calls` says what came.

    With `api_key`, every request must carry it as a bearer token. Gates and counts of what is in flight are about chat
    requests.
    """

    def __init__(self, *, api_key: str | None = None) -> None:
        super().__init__("scripted provider", Records(), self._respond)
        self._api_key = api_key
        self._scripts: dict[str, list[Behaviour]] = {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, model: str, *behaviours: Behaviour) -> None:
        """Say how `model` behaves: one behaviour per call in order, the last one for all further calls."""
        if not behaviours:
            raise ValueError(f"'{model}' needs at least one behaviour")
        self._scripts[model] = list(behaviours)

    @property
    def calls(self) -> list[Call]:
        """Every chat request so far, in order of arrival."""
        return self._records.all

    def calls_to(self, model: str) -> list[Call]:
        return [call for call in self.calls if call.model == model]

    @property
    def requests(self) -> list[str]:
        """Every HTTP request so far, as `GET /v1/models`."""
        return self._records.lines

    async def _respond(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        self._records.visit(f"{request.method} {request.path}")
        if request.method == "POST" and request.path == "/v1/chat/completions":
            return await self._chat(request, reader, writer)
        known = request.method == "GET" and request.path == "/v1/models"
        code, content = self._models(request) if known else (404, {"error": {"message": "No such path.", "code": 404}})
        data = json.dumps(content).encode()
        writer.write(head(code, {"content-type": "application/json", "content-length": str(len(data))}) + data)
        await writer.drain()
        return True

    async def _chat(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        body: dict[str, Any] = json.loads(request.body)
        call = Call(model=str(body.get("model")), headers=request.headers, body=body)
        self._records.open(call)
        exchange = Exchange(call, writer, self._records)
        return await play(lambda: self._choose(call).play(exchange), exchange, self._records, reader)

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
