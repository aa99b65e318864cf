"""The sockets between rooms: what a stage may ask of the world, and what it tells of its progress."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from fusion_mcp.ledger import Account
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Stage

State = Literal["started", "writing", "answered", "failed"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One thing that happened in a run: `who` (a seat or a model) did `state` in `stage`.

    `writing` carries the end of what a synthesizer has written so far in `detail`; `failed` carries the reason.
    """

    stage: Stage
    state: State
    who: str
    detail: str = ""


OnProgress = Callable[[Progress], None]
"""Told of each thing as it happens. Must return at once and must not raise."""


class ChatModels(Protocol):
    """Every model that a run may call, behind one door."""

    def traits(self, model: ModelRef) -> ModelTraits:
        """Say what a stage must know of `model` before it asks. Never touches the network."""
        ...

    async def complete(
        self, model: ModelRef, request: ChatRequest, account: Account, on_text: Callable[[str], None] | None = None
    ) -> Completion | CallFailure:
        """Ask `model` and wait for its whole reply, telling `on_text` each piece as it comes.

        Each call that goes out is entered in `account` before it is sent and settled before its reply is judged. Waits
        no longer than the caller's own cancel scope allows. Raises nothing but cancellation, which closes the call.
        """
        ...
