"""A desk for one stage alone: a run, models that reply as a test says, and no web."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import anyio.lowlevel

from fusion_mcp.codes import Kind
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.run import Run
from fusion_mcp.presets.schema import Preset
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, ModelTraits, Page, Tool, ToolCall, Usage
from scripted.steps import MemorySteps

Reply = str | Completion | CallFailure
Says = Callable[[str, str], Reply]
"""What is said by the model of this name to a prompt, all its messages in one."""


class Staff:
    """A `protocols.ChatModels` whose models all reply by one function, at once; `asked` is what they were asked."""

    def __init__(self, says: Says, *, compact: bool = False) -> None:
        self._says = says
        self._compact = compact
        self.asked: list[tuple[str, Account, ChatRequest]] = []

    def traits(self, model: ModelRef) -> ModelTraits:  # noqa: ARG002 - all are alike
        return ModelTraits(compact=self._compact)

    def price(self, model: ModelRef, usage: Usage) -> Decimal | None:  # noqa: ARG002 - nothing costs anything
        return Decimal(0)

    async def complete(
        self,
        model: ModelRef,
        request: ChatRequest,
        account: Account,
        on_text: Callable[[str], None] | None = None,  # noqa: ARG002 - replies come whole
        on_doing: Callable[[str], None] | None = None,  # noqa: ARG002 - nobody is an agent
    ) -> Completion | CallFailure:
        line = await account.open(model)
        self.asked.append((model.model, account, request))
        await anyio.lowlevel.checkpoint()
        reply = self._says(model.model, prompt_of(request))
        if reply == HANGS:
            await anyio.sleep_forever()
        line.settle(Usage(input_tokens=1, output_tokens=1, calls=1), Decimal("0.01"))
        return Completion(text=reply) if isinstance(reply, str) else reply

    def prompts(self, seat: str) -> list[str]:
        """What was asked for the steps of one seat."""
        return [prompt_of(request) for _, account, request in self.asked if account.seat == seat]

    def seats(self) -> list[tuple[str, str]]:
        """Who was asked, and for which seat, in order."""
        return [(name, account.seat) for name, account, _ in self.asked]


HANGS = "HANGS"
"""What a model says that never replies."""


def prompt_of(request: ChatRequest) -> str:
    return "\n\n".join(message.content for message in request.messages)


class NoWeb:
    """A `protocols.Toolbox` without tools."""

    search_was_down = False

    def tools(self, names: Sequence[str]) -> tuple[Tool, ...]:  # noqa: ARG002
        return ()

    def purpose(self, call: ToolCall) -> str:  # noqa: ARG002
        return ""

    async def use(self, call: ToolCall, *, seat: str, allowed: Sequence[str], within: float, account: Account) -> str:  # noqa: ARG002
        raise AssertionError("there are no tools here")

    def pages(self) -> tuple[Page, ...]:
        return ()

    def troubles(self) -> tuple[str, ...]:
        return ()

    def snapshot(self) -> str:
        return ""

    def restore(self, snapshot: str) -> None: ...


def run_of(
    preset: Preset,
    question: str,
    *,
    kind: Kind = "ask",
    limit: Decimal = Decimal(1),
    assumed: Decimal = Decimal("0.01"),
    web: bool = False,
) -> Run:
    """A run that nobody has begun."""
    return Run(
        id="run",
        kind=kind,
        question=question,
        context=None,
        preset=preset,
        deadline_s=60.0,
        limit_usd=limit,
        limit_from="the preset",
        assumed_usd=assumed,
        seed=7,
        fence="f3nc3",
        context_fence="c0nt3xt",
        today="2026-11-01",
        web=web,
    )


def desk(says: Says | Staff, question: str = "How long is the bridge?", **preset: Any) -> Desk:
    """A desk with three members, a judge `judge`, a synthesizer `writer`, and what else `preset` says."""
    table = {
        "panel": [{"model": f"work:{name}"} for name in ("alpha", "beta", "gamma")],
        "judge": {"model": "work:judge"},
        "synthesizer": {"model": "work:writer"},
        **preset,
    }
    return Desk(
        run=run_of(Preset.model_validate(table), question),
        deadline=math.inf,
        models=says if isinstance(says, Staff) else Staff(says),
        toolbox=NoWeb(),
        on_progress=lambda _: None,
        ledger=Ledger(),
        steps=MemorySteps(),
    )


def labelled(*texts: str, pages: Sequence[Page] = ()) -> tuple[LabelledAnswer, ...]:
    """Answers of alpha, beta and so on, as Response A, B and so on."""
    names = ("alpha", "beta", "gamma", "delta")
    return tuple(
        LabelledAnswer(
            label=f"Response {letter}",
            seat=f"work:{name}",
            content=text,
            pages=tuple(page for page in pages if f"work:{name}" in page.used_by),
        )
        for letter, name, text in zip("ABCD", names, texts, strict=False)
    )


def page(text: str, *users: str, url: str = "https://one.example/a") -> Page:
    """A page that members of these names read."""
    return Page(url=url, title="A page", text=text, used_by=tuple(f"work:{user}" for user in users))
