"""The sockets between rooms: what a stage asks of the world and tells of its progress, what runs ask of a journal."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, Protocol

from fusion_mcp.codes import Stage
from fusion_mcp.ledger import Account, Line
from fusion_mcp.records import Claim, Ended, GuardedRun, NewRun, RunRow, RunStatus
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Page, Tool, ToolCall, Usage
from fusion_mcp.values import value

State = Literal["started", "researching", "writing", "answered", "failed"]


@value
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


def unheard(_: Progress) -> None:
    """Progress that nobody wants to see."""


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


class RunJournal(Protocol):
    """What is kept of runs for all processes of one home: who carries out which, what it has finished, what it cost.

    What a method has written outlives this process when it returns, also where its caller was cancelled. None raises
    for a disk that fails.
    """

    async def claim(self, new: NewRun) -> Claim:
        """Begin a run, or find that of the same key that is live or ended lately; for a sample, whenever."""
        ...

    async def is_known(self, key: str, *, is_sample: bool = False) -> bool:
        """Whether a claim of this key would find a run instead of beginning one."""
        ...

    async def take_over(self, run_id: str) -> Claim | None:
        """Continue an interrupted run, or say what has become of it; None where there is no such run."""
        ...

    async def keep_alive(self, *, on_cancel: Callable[[str], object], on_lost: Callable[[str], object]) -> None:
        """Keep our runs ours until cancelled. Says which are ours no more, and which are to be cancelled.

        The latter again and again, until they have ended.
        """
        ...

    async def is_shared(self, run_id: str) -> bool:
        """Whether somebody waits for a run of ours in another process, or has its id from there."""
        ...

    async def leave(self, run_id: str) -> None:
        """Wait no longer for a run of another process that a claim had joined."""
        ...

    async def request_cancel(self, run_id: str) -> RunStatus | None:
        """Have a live run ended by its process, and end an interrupted one. Gives its status, None if there is none."""
        ...

    async def finish(
        self,
        run_id: str,
        *,
        status: Ended,
        result: str | None = None,
        result_status: str | None = None,
        settled: Sequence[Line] = (),
        seconds: float | None = None,
        is_excused: bool = False,
        keep_steps: bool = False,
        unkept: Mapping[str, str] = ...,
        life: int | None = None,
    ) -> bool:
        """End a run: place and hold are free, open calls in doubt. False where it is not ours; bills count anyway.

        `is_excused`: its open calls were cut off on purpose, and count for no step. `keep_steps`: those of a failed run
        stay, so that asking the same again goes on from them. `unkept` are steps that were not kept yet.
        """
        ...

    async def enter(
        self, run_id: str, nonce: str, *, most: int, amount: Decimal = ..., day_limit: Decimal = ...
    ) -> bool:
        """Give a run of ours one of `most` places that all processes on this home share, and hold an `amount` for it.

        False where all are taken. Raises DayLimit as `reserve` does, and then the run has no place.
        """
        ...

    async def guarded(self) -> tuple[GuardedRun, ...]:
        """List the runs that have places and whose processes live."""
        ...

    async def reserve(self, run_id: str, amount: Decimal, day_limit: Decimal) -> None:
        """Hold what a run may spend from now on, in place of what it held before.

        Raises DayLimit where that, what all processes hold and what the day has cost (UTC) would exceed the limit.
        """
        ...

    async def open_calls(
        self, run_id: str, lines: Sequence[Line], finished: Mapping[str, str] = ..., settled: Sequence[Line] = ()
    ) -> bool:
        """Enter calls of one life that are about to go out. False where it is not ours any more: none must be made.

        What they may depend on, steps that were not kept yet and their bills, is kept with them, as `keep` does.
        """
        ...

    async def keep(
        self, run_id: str, finished: Mapping[str, str], settled: Sequence[Line] = (), life: int | None = None
    ) -> bool:
        """Keep the outcomes of steps, with the bills that are known by now. False where the run is not ours any more.

        The bills are kept in any case, each once.
        """
        ...

    async def steps(self, run_id: str) -> dict[str, str]:
        """Give every step that was kept, by its key."""
        ...

    async def lines(self, run_id: str) -> list[Line]:
        """Give every call of a run, those of earlier lives too."""
        ...

    async def plan(self, run_id: str) -> str | None:
        """Give what continuing the run needs, None where it is not stored."""
        ...

    async def result(self, run_id: str) -> str | None:
        """Give the run's result, None where there is none or it is not stored."""
        ...

    async def find(self, run_id: str) -> RunRow | None:
        """Give one run, None where there is none."""
        ...

    async def prune(self, keep_days: float, max_bytes: int) -> int:
        """Delete runs that ended before `keep_days`, then the oldest until all fits in `max_bytes`. Says how many."""
        ...

    def hurry(self) -> None:
        """Wait for nothing any more, since this process is about to end."""
        ...
