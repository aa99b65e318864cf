"""The sockets between rooms: what a stage may ask of the world, and what it tells of its progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from fusion_mcp.ledger import Account, Line
from fusion_mcp.types import (
    CallFailure,
    ChatRequest,
    Completion,
    ModelRef,
    ModelTraits,
    Page,
    Stage,
    Tool,
    ToolCall,
    Usage,
)

State = Literal["started", "researching", "writing", "answered", "failed"]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One thing that happened in a run: `who` (a seat or a model) did `state` in `stage`.

    `writing` carries the end of what a synthesizer has written so far in `detail`; `researching` what a member does on
    the web, as in "reading example.org (3/8)"; `failed` carries the reason.
    """

    stage: Stage
    state: State
    who: str
    detail: str = ""


OnProgress = Callable[[Progress], None]
"""Told of each thing as it happens. Must return at once and must not raise."""


class Steps(Protocol):
    """What one run has finished, so that it is not done, or paid, twice: also after its process has died."""

    def kept(self, key: str) -> str | None:
        """Give what an earlier life of the run, or this one, has kept under `key`."""
        ...

    async def keep(self, key: str, value: str) -> None:
        """Keep the outcome of a step, with every bill that was settled since. It is on disk when this returns.

        Not cut off by cancellation. Raises nothing else: where the disk fails, the run goes on without it.
        """
        ...

    async def opened(self, line: Line) -> None:
        """Write down that a call is about to go out, so that it is known to be in doubt if this process dies.

        Raises LimitReached where it may cost more than the day has left.
        """
        ...


class ChatModels(Protocol):
    """Every model that a run may call, behind one door."""

    def traits(self, model: ModelRef) -> ModelTraits:
        """Say what a stage must know of `model` before it asks. Never touches the network."""
        ...

    def price(self, model: ModelRef, usage: Usage) -> Decimal | None:
        """USD that these tokens cost, None where nobody knows. Never touches the network.

        0 where calls bill nobody, and where they go on a subscription: nothing has to be set aside for them.
        """
        ...

    async def complete(
        self,
        model: ModelRef,
        request: ChatRequest,
        account: Account,
        on_text: Callable[[str], None] | None = None,
        on_doing: Callable[[str], None] | None = None,
    ) -> Completion | CallFailure:
        """Ask `model` and wait for its whole reply, telling `on_text` each piece as it comes.

        `on_doing` is told what an agent does with tools of its own, as in "reading example.org".

        Each call that goes out is entered in `account` before it is sent and settled before its reply is judged. Waits
        no longer than the caller's own cancel scope allows. Where `account` has no money left, that is a failure with
        `budget_exceeded`. Raises nothing but cancellation, which closes the call.
        """
        ...


class Toolbox(Protocol):
    """The web as one run sees it: what its members may use, and what they have brought home."""

    def tools(self, names: Sequence[str]) -> tuple[Tool, ...]:
        """Describe these tools for a model. The list of tools is closed; `names` are those that a preset gives."""
        ...

    def purpose(self, call: ToolCall) -> str:
        """Say in a few words what a call is for, as in "reading example.org"."""
        ...

    async def use(self, call: ToolCall, *, seat: str, allowed: Sequence[str], within: float, account: Account) -> str:
        """Carry out a call on behalf of a seat that may use the `allowed` tools, and give back what the model reads.

        Waits no longer than `within` seconds. A fault, a refusal or arguments that nobody can read come back as
        `{"error": {"reason", "message"}}`: this raises nothing but cancellation. What a backend charges for goes
        through `account`, whose step is the call's own name in its run.
        """
        ...

    def pages(self) -> tuple[Page, ...]:
        """Every page retrieved so far, in the order of their first retrieval."""
        ...

    def troubles(self) -> tuple[str, ...]:
        """Sentences for the person: what could not be searched or read, and why."""
        ...

    def snapshot(self) -> str:
        """Write down what the web has brought and what failed, for `restore` in a later life of the run."""
        ...

    def restore(self, snapshot: str) -> None:
        """Go on from a snapshot: pages, troubles and searches are as they were."""
        ...

    @property
    def search_was_down(self) -> bool:
        """Whether searches were asked for and none of them could be carried out."""
        ...
