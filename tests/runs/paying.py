"""What tests of runs share: a provider that charges for every call as much as it may, and engines on one home."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import anyio

from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.ledger import Line
from fusion_mcp.protocols import Progress, State
from fusion_mcp.request import Ask
from fusion_mcp.result import FusionResult
from fusion_mcp.settings import load_settings
from scripted import Behaviour, Call, Gate, Home, ScriptedProvider, answers, depends, held, judges
from scripted.asking import run_on
from scripted.stages import Stage, stage_of

PANEL = ("alpha", "beta", "gamma")
MODELS = (*PANEL, "spare", "judge", "writer")
PRICE = (1.0, 10.0)
PRICES: Mapping[str, tuple[float, float]] = dict.fromkeys(MODELS, PRICE)
"""USD per million tokens, of every model."""


@dataclass
class Till:
    """What a provider has really charged, by its own word, in USD."""

    total: Decimal = Decimal(0)
    charged: list[Decimal] = field(default_factory=list[Decimal])

    def charge(self, usd: Decimal) -> float:
        self.total += usd
        self.charged.append(usd)
        return float(usd)


def dearest(call: Call) -> Decimal:
    """What a call costs whose model reads what it was sent and writes as much as it may."""
    read, written = map(Decimal, map(str, PRICE))
    return (len(call.prompt) // 4 * read + call.body["max_tokens"] * written) / 10**6


def charging(till: Till, usd: Callable[[Call], Decimal] = dearest, **said: str) -> Behaviour:
    """Do what the stage wants and charge for it; `said` are other words for a stage."""
    texts = {"panel": "Paris, they say.", "synthesis": "It is Paris.", **said}

    def play(call: Call) -> Behaviour:
        stage: Stage = stage_of(call)
        cost = till.charge(usd(call))
        return answers(texts[stage], cost=cost) if stage in texts else judges(cost=cost)

    return depends(play, name="charges")


def script(provider: ScriptedProvider) -> Till:
    """Have all models work, and charge as much as they may."""
    till = Till()
    for name in MODELS:
        provider.script(name, charging(till))
    return till


def seat(home: Home, provider: ScriptedProvider, *, limits: Mapping[str, object] | None = None, **keys: Any) -> None:
    """Write the home of three members with prices; `limits` are those of config.toml, `keys` those of `Home.trio`."""
    table = "\n".join(f"{name} = {value}" for name, value in (limits or {}).items())
    terms: dict[str, Any] = {"quorum": 3, "deadline_s": 30, **keys}
    home.trio(provider, prices=PRICES, config=f"[limits]\n{table}\n", **terms)


def holding(home: Home, provider: ScriptedProvider, limits: Mapping[str, object] | None = None) -> Gate:
    """Have every panel wait until the gate opens."""
    script(provider)
    gate = provider.gate("panel")
    for name in PANEL:
        provider.script(name, held(gate, answers("Paris.")))
    seat(home, provider, limits=limits)
    return gate


@asynccontextmanager
async def engine_on(home: Home) -> AsyncGenerator[Engine]:
    """One engine, as a process of its own would have it; nothing in it may hang."""
    with anyio.fail_after(30):
        async with open_engine(load_settings(home.environ())) as engine:
            yield engine


async def outcome(engine: Engine, question: str, **arguments: object) -> FusionResult | FusionError:
    """What a question comes to, refusals included."""
    try:
        return await run_on(engine, Ask.model_validate({"question": question, **arguments}))
    except FusionError as refused:
        return refused


async def outcomes(*asked: tuple[Engine, str]) -> list[FusionResult | FusionError]:
    """Ask all at once; what each comes to, in order."""
    found: dict[int, FusionResult | FusionError] = {}

    async def one(number: int, engine: Engine, question: str) -> None:
        found[number] = await outcome(engine, question)

    async with anyio.create_task_group() as group:
        for number, (engine, question) in enumerate(asked):
            group.start_soon(one, number, engine, question)
    return [found[number] for number in range(len(asked))]


def is_out_of_money(found: FusionResult | FusionError) -> bool:
    return isinstance(found, Refused) and found.reason == "budget_exceeded"


async def lines_of(engine: Engine, result: FusionResult) -> list[Line]:
    """The ledger of a run as it is on disk."""
    return await engine.journal.lines(result.run_id)


class Watch:
    """Hears a run's progress, for those who wait for a moment in it."""

    def __init__(self) -> None:
        self.events: list[Progress] = []
        self._heard = anyio.Event()

    def __call__(self, event: Progress) -> None:
        self.events.append(event)
        self._heard.set()
        self._heard = anyio.Event()

    async def heard(self, state: State, *seats: str) -> None:
        """Wait until that was told of all these members. What has answered is on disk by then."""
        with anyio.fail_after(10):
            while not set(seats) <= {event.who for event in self.events if event.state == state}:
                await self._heard.wait()
