"""The scripted web: an HTTP server on loopback that serves what a test tells it, and keeps records."""

import asyncio

from scripted.records import Records
from scripted.running import RunningServer
from scripted.server import play
from scripted.web.good import status
from scripted.web.visit import PageBehaviour, PageRequest, Visit
from scripted.wire import Request, WatchedReader


class ScriptedWeb(RunningServer[PageRequest]):
    """Use it as a context manager; `serve` says what is where, `requests` says what came."""

    def __init__(self) -> None:
        super().__init__("scripted web", Records(), self._respond)
        self._pages: dict[str, list[PageBehaviour]] = {}

    @property
    def host_port(self) -> str:
        """What `allow_private` must hold for this web to be reached."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "", host: str = "127.0.0.1") -> str:
        """The address of a path, under another name of this machine where `host` is one."""
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, *behaviours: PageBehaviour) -> str:
        """Say what `path` does: one behaviour per request in order, the last one for all further ones.

        A path with a query is that address only, one without stands for every query. Gives back the path's URL.
        """
        if not behaviours:
            raise ValueError(f"'{path}' needs at least one behaviour")
        self._pages[path] = list(behaviours)
        return self.url(path)

    @property
    def requests(self) -> list[PageRequest]:
        """Every request so far, in order of arrival."""
        return self._records.all

    def requests_to(self, path: str) -> list[PageRequest]:
        """The requests for a path, or for one address of it where `path` has a query."""
        return [request for request in self.requests if path in (request.path, request.target)]

    async def _respond(self, request: Request, reader: WatchedReader, writer: asyncio.StreamWriter) -> bool:
        record = PageRequest(
            method=request.method, target=request.target, headers=request.headers, raw=request.raw, body=request.body
        )
        self._records.open(record)
        visit = Visit(record, writer, self._records)
        return await play(lambda: self._choose(record).play(visit), visit, self._records, reader)

    def _choose(self, request: PageRequest) -> PageBehaviour:
        behaviours = self._pages.get(request.target) or self._pages.get(request.path)
        if behaviours is None:
            return status(404, "No such page.")
        return behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
