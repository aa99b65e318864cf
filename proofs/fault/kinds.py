"""The faults of the matrix: what each does, what may become of it, and how many calls it may cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import anyio

from scripted import (
    Behaviour,
    Exchange,
    answers,
    cuts_after,
    error_in_stream,
    floods,
    garbage,
    html,
    null_content,
    resets,
    says_nothing,
    stalls,
    stalls_after,
    stalls_after_headers,
    status,
)
from scripted.shapes import completion
from scripted.stages import Stage

Fate = Literal["fatal", "mended", "either"]
"""What becomes of a call: it fails, it succeeds in the end, or both are right."""

RETRIED = 3
"""One call and its two retries."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way to fail.

    `first` is how the first calls behave, one by one, `then` all further ones; None: as a model that works. `most` is
    how many calls may be made for one that is asked for. `is_absent`: nothing listens at the provider's address.
    """

    name: str
    fate: Fate = "fatal"
    most: int = RETRIED
    first: Sequence[Behaviour] = ()
    then: Behaviour | None = None
    stages: Sequence[Stage] = ("panel", "judge", "synthesis")
    is_absent: bool = False


def _always(name: str, then: Behaviour, *, most: int = RETRIED, fate: Fate = "fatal") -> Fault:
    return Fault(name=name, then=then, most=most, fate=fate)


def _once(name: str, first: Behaviour) -> Fault:
    return Fault(name=f"{name}, once", first=[first], fate="mended")


def _drips() -> Behaviour:
    async def play(exchange: Exchange) -> None:
        await exchange.begin()
        while True:
            await exchange.say("drip ")
            await anyio.sleep(0.2)

    return Behaviour("drips", play)


def _mislabelled() -> Behaviour:
    async def play(exchange: Exchange) -> None:
        reply = completion(exchange.model, {"content": "Forty-two."}, finish="stop", usage=None)
        await exchange.whole(reply, content_type="text/plain")

    return Behaviour("mislabelled", play)


def _busy(seconds: int) -> Behaviour:
    return status(429, headers={"retry-after": str(seconds)})


def _judges_badly(name: str, reply: str) -> Fault:
    return Fault(name=name, then=answers(reply), most=2, stages=["judge"])


FAULTS: Sequence[Fault] = (
    Fault(name="connection refused", is_absent=True, most=0),
    _always("connection reset", resets()),
    _always("silence", stalls()),
    _always("silence after the head", stalls_after_headers()),
    _always("silence after the first words", stalls_after("It is"), most=1),
    _always("drips without end", _drips(), most=1),
    _always("cut in mid-stream", cuts_after("It is"), most=1),
    _always("events that are not JSON", garbage()),
    _always("error in mid-stream", error_in_stream("Overloaded.", 503), most=1),
    _always("a web page", html(), most=1),
    _always("wrong content type", _mislabelled(), fate="either"),
    _always("400", status(400)),
    _always("401", status(401), most=1),
    _always("402", status(402), most=1),
    _always("403", status(403), most=1),
    _always("404", status(404), most=1),
    _always("429, retry at once", _busy(0)),
    _always("429, retry in an hour", _busy(3600), most=1),
    _always("500", status(500)),
    _always("503", status(503)),
    _always("503 as a web page", html(503)),
    _always("empty answer", says_nothing()),
    _always("null answer", null_content()),
    _always("40 MB", floods(40), fate="either", most=1),
    _once("connection reset", resets()),
    _once("429, retry in a second", _busy(1)),
    _once("503", status(503)),
    _judges_badly("prose for an analysis", "They all agree."),
    _judges_badly("an analysis of another shape", '{"consensus": 7}'),
)

Script = Callable[[], Behaviour]


def script(fault: Fault, works: Behaviour) -> Script:
    """Give the behaviours of one model with that fault, call by call."""
    coming = list(fault.first)
    rest = fault.then or works
    return lambda: coming.pop(0) if coming else rest
