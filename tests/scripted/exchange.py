"""One chat request as a behaviour sees it: what was asked, and every way to reply to it or to fail to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from scripted.calls import Call
from scripted.response import Response
from scripted.shapes import DONE, JSON, event, last_piece, piece


class Exchange(Response[Call]):
    """The provider's end of one call."""

    @property
    def call(self) -> Call:
        return self.record

    @property
    def body(self) -> dict[str, Any]:
        return self.call.body

    @property
    def model(self) -> str:
        return self.call.model

    @property
    def wants_stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether the client asked for the bill at the end of a stream, in OpenAI's way or in OpenRouter's."""
        openai: JSON = self.body.get("stream_options") or {}
        openrouter: JSON = self.body.get("usage") or {}
        return bool(openai.get("include_usage") or openrouter.get("include"))

    async def say(self, text: str, field: str = "content") -> None:
        """Stream one piece of the reply."""
        await self.delta({"role": "assistant", field: text})

    async def delta(self, delta: JSON) -> None:
        """Stream one event that adds `delta` to the message."""
        await self.send(event(piece(self.model, delta)))

    async def finish(self, *, reason: str = "stop", usage: JSON | None = None, done: bytes = DONE) -> None:
        """End a stream well, with its bill; this completes the call."""
        await self.send(event(piece(self.model, {}, finish=reason)))
        bill = b"" if usage is None else event(last_piece(self.model, usage))
        await self.end(bill + done)


@dataclass(frozen=True)
class Behaviour:
    """How the provider answers one call."""

    name: str
    play: Callable[[Exchange], Awaitable[None]]
