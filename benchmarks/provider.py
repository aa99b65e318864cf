"""A scripted provider in a process of its own: Chat Completions with exact delays, whole or streamed. See --help.

Prints its port, then serves on loopback until stdin closes. `judge` answers with an analysis, everybody else with
words. A stream has pieces; they go out at once at the end of its delay, unless its first token has a time of its own.
"""

# aiohttp comes with the extra `bench`, and is not there where this is type-checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from aiohttp import web

from benchmarks.serving import serve

_LISTS = ("consensus", "contradictions", "partial_coverage", "unique_insights", "blind_spots")
ANALYSIS = json.dumps({name: [] for name in _LISTS} | {"consensus": ["Paris is the capital of France."]})
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
WORKERS = ("judge", "writer")
"""Who works on the members' answers: never slow, and of few words."""

_FEW_WORDS = "Paris " * 40
_PIECES = 20


class Provider:
    """One scripted provider."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._words = "Paris " * (options.size // len("Paris "))
        self._member_calls = 0
        self.seen: dict[str, Any] = {"calls": 0, "prompts": [], "first_tokens": []}

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        body = json.loads(await request.read())
        self.seen["calls"] += 1
        if self._options.keep:
            self.seen["prompts"].append({"model": body["model"], "messages": body["messages"]})
        said, delay = self._said(body), self._delay(body["model"])
        if body.get("stream"):
            return await self._stream(request, body["model"], said, delay)
        await asyncio.sleep(delay)
        choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": _finish(said)}
        reply = {"id": "c", "object": "chat.completion", "created": 0, "model": body["model"]}
        return web.json_response({**reply, "choices": [choice], "usage": USAGE})

    def _delay(self, model: str) -> float:
        """Slow calls are counted rather than drawn, so that runs are alike."""
        if model not in WORKERS and self._options.slow_every:
            self._member_calls += 1
            if self._member_calls % self._options.slow_every == 0:
                return self._options.delay * self._options.factor
        return self._options.delay

    def _said(self, body: dict[str, Any]) -> dict[str, Any]:
        model: str = body["model"]
        if model in WORKERS:
            return {"content": ANALYSIS if model == "judge" else _FEW_WORDS}
        rounds = sum(message["role"] == "tool" for message in body["messages"])
        if body.get("tools") and rounds < self._options.rounds:
            url = f"http://{self._options.web}/{model}/{rounds}"
            function = {"name": "web_fetch", "arguments": json.dumps({"url": url})}
            return {"tool_calls": [{"index": 0, "id": f"{model}-{rounds}", "type": "function", "function": function}]}
        return {"content": self._words}

    async def _stream(self, request: web.Request, model: str, said: dict[str, Any], delay: float) -> web.StreamResponse:
        first = delay if self._options.first is None else self._options.first
        await asyncio.sleep(first)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        events = _pieces(model, said["content"]) if "content" in said else (_event(model, said),)
        last = _end(model, _finish(said))
        with suppress(ConnectionResetError):  # who waits for a quorum hangs up on the rest
            await response.prepare(request)
            if self._options.first is None:
                await response.write(b"".join((*events, last)))
            else:
                self.seen["first_tokens"].append({"model": model, "at": time.monotonic()})
                await _by_and_by(response, events, delay - first)
                await response.write(last)
            await response.write_eof()
        return response


@cache
def _pieces(model: str, text: str) -> tuple[bytes, ...]:
    """Write the events of a stream that says `text`. Every call says the same, and must cost little here."""
    size = -(-len(text) // _PIECES)
    return tuple(_event(model, {"content": text[at : at + size]}) for at in range(0, len(text), size))


@cache
def _end(model: str, finish: str) -> bytes:
    usage = _line({**_chunk(model), "choices": [], "usage": USAGE})
    return _event(model, {}, finish=finish) + usage + b"data: [DONE]\n\n"


async def _by_and_by(response: web.StreamResponse, events: Sequence[bytes], within: float) -> None:
    for event in events:
        await response.write(event)
        await asyncio.sleep(within / len(events))


def _finish(said: dict[str, Any]) -> str:
    return "tool_calls" if "tool_calls" in said else "stop"


def _event(model: str, delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return _line({**_chunk(model), "choices": [choice]})


def _chunk(model: str) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": model}


def _line(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A scripted provider of Chat Completions.")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds that a call takes")
    parser.add_argument("--slow-every", type=int, default=0, help="every so many calls of members, one is slow")
    parser.add_argument("--factor", type=float, default=10.0, help="so many times as long")
    parser.add_argument("--size", type=int, default=240, help="characters of a member's answer")
    parser.add_argument("--first", type=float, help="seconds to a stream's first token; the rest by and by")
    parser.add_argument("--keep", action="store_true", help="keep prompts, for /seen to tell")
    parser.add_argument("--rounds", type=int, default=0, help="pages that a member with tools reads, one after another")
    parser.add_argument("--web", help="host:port of those pages")
    return parser.parse_args()


def main() -> None:
    """Serve until stdin closes."""
    provider = Provider(_options())

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"data": []})

    async def seen(_: web.Request) -> web.Response:
        return web.json_response(provider.seen)

    app = web.Application(client_max_size=2**28)
    app.router.add_post("/v1/chat/completions", provider.complete)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/v1/seen", seen)
    asyncio.run(serve(app))


if __name__ == "__main__":
    main()
