"""One request for a page: how it is recorded, and how a behaviour sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from scripted.records import Record
from scripted.response import Response


@dataclass(kw_only=True)
class PageRequest(Record):
    """One request and how it ended. `target` is the path with its query; `raw` the head exactly as it came."""

    method: str
    target: str
    headers: dict[str, str]
    raw: str
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query, decoded; of one that comes twice, the last."""
        found = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    def __str__(self) -> str:
        return f"{self.method} {self.target}: {self.course}"


class Visit(Response[PageRequest]):
    """The web's end of one request."""

    @property
    def request(self) -> PageRequest:
        return self.record


@dataclass(frozen=True)
class PageBehaviour:
    """How the web answers one request."""

    name: str
    play: Callable[[Visit], Awaitable[None]]
