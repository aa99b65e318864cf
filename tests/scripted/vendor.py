"""A model vendor's own endpoint on loopback, as agent programs call it: replies in order, every request on record.

What a reply looks like on the wire is `anthropic` and `responses`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from scripted.records import Record, Records
from scripted.response import Response
from scripted.running import RunningServer
from scripted.server import play
from scripted.wire import Request, WatchedReader


@dataclass(kw_only=True)
class Asked(Record):
    """One request for a reply, and how it ended."""

    path: str = ""
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the model is given; a server tool without a name is its type.

        Codex gives some models theirs as an item of the input, in namespaces.
        """
        offered: list[dict[str, Any]] = self.body.get("tools") or []
        said: list[dict[str, Any]] = self.body.get("input") or []
        added = [tool for item in said for tool in item.get("tools", [])]
        inner = [tool for space in added for tool in space.get("tools", [space])]
        return [str(tool.get("name") or tool.get("type")) for tool in [*offered, *inner]]

    @property
    def text(self) -> str:
        """The whole request as JSON, to look for words in."""
        return json.dumps(self.body, ensure_ascii=False)

    def __str__(self) -> str:
        return f"{self.body.get('model')}: {self.course}, with {self.tools}"


@dataclass(frozen=True)
class Reply:
    """How the vendor answers one request."""

    name: str
    play: Callable[[Response[Asked]], Awaitable[None]]


def refuses(code: int, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Reply:
    """Refuse with an HTTP status."""

    async def playing(response: Response[Asked]) -> None:
        await response.whole(dict(body), status=code, headers=headers)

    return Reply(f"refuses {code}", playing)


def stalls() -> Reply:
    """Send nothing until the client goes."""

    async def playing(response: Response[Asked]) -> None:
        await response.stall()

    return Reply("stalls", playing)


def streams(name: str, *events: Mapping[str, Any]) -> Reply:
    """Stream events, each under its own `type`, as both vendors do."""

    async def playing(response: Response[Asked]) -> None:
        await response.begin()
        for event in events:
            await response.send(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        await response.end()

    return Reply(name, playing)


class ScriptedVendor(RunningServer[Asked]):
    """Use it as a context manager. `script` says how it replies, `asked` says what came to paths that end in `paths`.

    `aside` answers, out of turn, what an agent asks on its own account. Every other path is 404.
    """

    def __init__(self, name: str, *paths: str, aside: Callable[[Asked], Reply | None] = lambda _: None) -> None:
        super().__init__(name, Records(), self._respond)
        self._paths = paths
        self._aside = aside
        self._replies: list[Reply] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *replies: Reply) -> None:
        """One reply per request in order, the last one for all further requests."""
        self._replies = list(replies)

    @property
    def asked(self) -> list[Asked]:
        return self._records.all

    @property
    def requests(self) -> list[str]:
        """Every HTTP request so far, as `POST /v1/messages`."""
        return self._records.lines

    async def _respond(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        self._records.visit(f"{request.method} {request.path}")
        asks = request.method == "POST" and request.path.endswith(self._paths)
        record = Asked(path=request.path, headers=request.headers, body=_content(request.body) if asks else {})
        if not asks:
            response = Response(record, writer, Records[Asked]())
            await response.whole({"error": {"type": "not_found_error", "message": "No such path."}}, status=404)
            return True
        self._records.open(record)
        response = Response(record, writer, self._records)
        return await play(lambda: self._choose(record).play(response), response, self._records, reader)

    def _choose(self, record: Asked) -> Reply:
        if (aside := self._aside(record)) is not None:
            return aside
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


def _content(body: bytes) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(body))
