"""A home whose panel seats a client of fusion-mcp, an agent program or a gateway, beside a scripted model."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from scripted.below.doors import by_http, message
from scripted.below.words import WAYS
from scripted.exchange import Behaviour, Exchange
from scripted.good import answers
from scripted.home import Home
from scripted.judging import judges
from scripted.provider import ScriptedProvider

PROGRAM = Path(__file__).with_name("agent.py")
CALLS = 3
"""How many model calls a run makes that is left alone: the model beside the agent, the judge, the synthesizer."""

PRICE_USD = 0.9
"""What each of them costs."""

_MARKERS = ("x-fusion-depth", "cdn-loop", "baggage")
_LIMITS: Mapping[str, object] = {
    "wait_s": 1,
    "confirm_above_usd": 1000,
    "max_cost_usd_per_run": 100,
    "max_cost_usd_per_day": 1000,
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the one below does. `most` is a brake of its own, for the case that nothing else stops it."""

    door: Literal["stdio", "http", "sse", "command"] = "stdio"
    environ: Literal["all", "unmarked", "scrubbed"] = "scrubbed"
    leaves: Literal["no", "session", "daemon"] = "no"
    words: str = "paraphrased"
    tool: str = "fusion_ask"
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hurries: float = 0
    waits: bool = False
    most: int = 12
    url: str = ""
    token: str = ""
    home: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody below was told when it asked. `number` says which of them it was, from 1."""

    number: int
    text: str
    result: Mapping[str, Any]
    said: str


class Scene:
    """The home, with the presets `panel` and `other`, which seat the same."""

    def __init__(
        self,
        home: Home,
        provider: ScriptedProvider,
        *,
        limits: Mapping[str, object] = _LIMITS,
        member: str = "mine:agent",
    ) -> None:
        """`limits` are the person's, over some that nothing here reaches."""
        self.home = home
        self.plan_file = home.user / "plan.json"
        command = [sys.executable, "-S", "-E", str(PROGRAM), str(self.plan_file)]
        lines = "".join(f"{name} = {value}\n" for name, value in {**_LIMITS, **limits}.items())
        prices = ", ".join(f"{name} = {{ input = 1, output = 1000 }}" for name in ("beta", "judge", "writer", "gate"))
        home.config(
            f'default_preset = "panel"\n[limits]\n{lines}'
            f'[providers.work]\nbase_url = "{provider.base_url}"\nprices = {{ {prices} }}\n'
            f'[providers.mine]\ncommand = {json.dumps(command)}\nbilling = "free"\n'
        )
        for name in ("panel", "other"):
            self.preset(name, [member, "work:beta"])
        provider.script("beta", answers("Beta says 42.", cost=PRICE_USD))
        provider.script("judge", judges(cost=PRICE_USD))
        provider.script("writer", answers("The answer is 42.", cost=PRICE_USD))

    def preset(self, name: str, panel: Sequence[str]) -> None:
        """Write a preset that waits for everybody."""
        seats = "".join(f"[[panel]]\nmodel = {json.dumps(model)}\n" for model in panel)
        ends = '[judge]\nmodel = "work:judge"\n[synthesizer]\nmodel = "work:writer"\n'
        self.home.preset(name, f'title = "{name}"\nquorum = {len(panel)}\ndeadline_s = 20\n{seats}{ends}')

    def plan(self, plan: Plan, *, url: str = "", token: str = "", home: Path | None = None) -> None:
        """Say what the agent does, and where it finds a server."""
        whole = replace(plan, url=url, token=token, home=str(home or self.home.path))
        self.plan_file.write_text(json.dumps(asdict(whole)), encoding="utf-8")

    @property
    def told(self) -> list[Told]:
        """What the agents were told, in the order of the replies."""
        file = self.plan_file.with_suffix(".replies")
        return [Told(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def runs(self) -> list[tuple[str, str]]:
        """Status and result's status of every run of this home, in the order of their beginnings."""
        with closing(sqlite3.connect(self.home.data / "runs.db")) as file:
            return file.execute("SELECT status, result_status FROM runs ORDER BY created_at").fetchall()

    @property
    def begun(self) -> int:
        """How many agents were started."""
        file = self.plan_file.with_suffix(".begun")
        return file.stat().st_size if file.exists() else 0


class Gateway:
    """A model at an HTTP gateway that is a client of fusion-mcp: it asks there what it is asked."""

    def __init__(self, words: str, *, keeps_headers: bool = False) -> None:
        self.told: list[Told] = []
        self.url = self.token = ""
        self._words = words
        self._keeps_headers = keeps_headers

    def behaviour(self) -> Behaviour:
        """Ask once for each call, and answer with what came back."""
        return Behaviour("asks fusion-mcp", self._play)

    async def _play(self, exchange: Exchange) -> None:
        kept = {name: value for name, value in exchange.call.headers.items() if name in _MARKERS}
        headers = {"Authorization": f"Bearer {self.token}", **(kept if self._keeps_headers else {})}
        call = message("fusion_ask", WAYS[self._words](exchange.call.prompt), {})
        reply = await asyncio.to_thread(by_http, call, self.url, headers)
        self.told.append(Told(number=len(self.told) + 1, **reply.as_json()))
        await answers(f"I had asked the tool, which said: {reply.text}").play(exchange)
