"""An assistant's turn that calls tools, as Chat Completions providers send it, in every shape that they do."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from scripted.exchange import Exchange
from scripted.shapes import JSON, bill, completion, split

Shape = Literal["split", "whole", "unindexed", "objects"]
"""How calls are streamed.

`split`: arguments in pieces under an index, as OpenAI does; `whole`: each call in one piece, as Mistral and Ollama do;
`unindexed`: the same without an index, as Google does; `objects`: with arguments that are JSON instead of its text.
"""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One call that a model wants made; `arguments` as it writes them, JSON or not."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Calls made at once, and what comes with them.

    `ids` default to `call_1` and so on, going on from the results in the request; an empty one is sent as it is.
    `beside` are further fields of the message, such as `reasoning_details`; `extra` are further fields of every call,
    such as Google's `extra_content`.
    """

    wishes: Sequence[Wish]
    text: str = ""
    ids: Sequence[str] | None = None
    shape: Shape = "split"
    beside: JSON = field(default_factory=dict[str, Any])
    extra: JSON = field(default_factory=dict[str, Any])
    finish: str = "tool_calls"
    usage: tuple[int, int] | None = (12, 34)
    cost: float | None = None

    async def play(self, exchange: Exchange) -> None:
        report = bill(self.usage, cost=self.cost, cached=None, reasoning_tokens=None)
        if not exchange.wants_stream:
            calls = [self._call(wish, name) for wish, name in self._named(exchange)]
            message = {"content": self.text or None, **self.beside, "tool_calls": calls}
            await exchange.whole(completion(exchange.model, message, finish=self.finish, usage=report))
            return
        await exchange.begin()
        for delta in self._deltas(exchange):
            await exchange.delta({"role": "assistant", **delta})
        told = exchange.wants_usage or self.cost is not None
        await exchange.finish(reason=self.finish, usage=report if told else None)

    def _named(self, exchange: Exchange) -> list[tuple[Wish, str]]:
        """The calls with their ids."""
        first = len(exchange.call.tool_results) + 1
        names = self.ids or [f"call_{number}" for number in range(first, first + len(self.wishes))]
        return list(zip(self.wishes, names, strict=True))

    def _deltas(self, exchange: Exchange) -> Iterator[JSON]:
        if self.beside:
            yield self.beside
        for part in split(self.text, 3):
            yield {"content": part}
        for index, (wish, name) in enumerate(self._named(exchange)):
            place = {} if self.shape == "unindexed" else {"index": index}
            if self.shape != "split":
                yield {"tool_calls": [{**place, **self._call(wish, name)}]}
                continue
            yield {"tool_calls": [{**place, **self._call(Wish(name=wish.name, arguments=""), name)}]}
            for part in split(wish.arguments, 3):
                yield {"tool_calls": [{**place, "function": {"arguments": part}}]}

    def _call(self, wish: Wish, name: str) -> JSON:
        arguments = json.loads(wish.arguments) if self.shape == "objects" else wish.arguments
        return {"id": name, "type": "function", "function": {"name": wish.name, "arguments": arguments}, **self.extra}
