"""The composition root: settings, presets and providers come together here, and questions go through the pipeline.

Both doors, the MCP server and the command line, hold one Engine for the life of their process. Nothing here thinks:
which run a question comes to is `planning`, what a run does is `pipeline`.
"""

import math
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import anyio

from fusion_mcp import guard
from fusion_mcp.codes import Kind
from fusion_mcp.errors import FusionFailed
from fusion_mcp.journal.journal import Journal
from fusion_mcp.links import Known, known_links
from fusion_mcp.on_hand import PresetsOnHand
from fusion_mcp.pipeline.costs.shares import Estimate, estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.planning import Planner
from fusion_mcp.presentation import presentable, presentable_failure
from fusion_mcp.presets.library import PresetEntry, PresetLibrary
from fusion_mcp.presets.schema import Preset
from fusion_mcp.protocols import OnProgress
from fusion_mcp.providers.catalog.catalog import load_catalogue
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.health.health import BreakerState
from fusion_mcp.providers.local.runtime import LocalRuntime
from fusion_mcp.providers.models import Models
from fusion_mcp.recursion import RecursionGuard
from fusion_mcp.request import Ask, Detail
from fusion_mcp.result import FusionResult, PresetCard
from fusion_mcp.runs.life import Means
from fusion_mcp.runs.quote import Quote, quoted
from fusion_mcp.runs.runs import Runs, Standing
from fusion_mcp.settings import Settings, shipped_presets
from fusion_mcp.tools.web_tools import WebTools
from fusion_mcp.types import ModelRef


class Engine:
    """Everything that answers questions, put together."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Mapping[str, Provider],
        models: Models,
        presets: PresetsOnHand,
        planner: Planner,
        runs: Runs,
        journal: Journal,
        recursion: RecursionGuard,
    ) -> None:
        """Take the parts; `open_engine` puts them together."""
        self.settings = settings
        self.catalogue = catalogue
        self.models = models
        self.presets = presets
        self.planner = planner
        self.runs = runs
        self.journal = journal
        self.recursion = recursion
        self._is_providers = known_links((), prefixes=[p.base_url for p in catalogue.values() if p.base_url])

    def estimate(self, run: Run) -> Estimate:
        """Say what a run may cost, within its limits."""
        return estimate(run, self.models.price)

    async def quote(self, run: Run) -> Quote:
        """Say what a run may cost, and whether the person is asked first; nobody is for one that was begun before."""
        quote = quoted(run, self.models.price, self.settings.config.limits.confirm_above_usd)
        return replace(quote, must_ask=False) if quote.must_ask and await self.runs.is_known(run) else quote

    async def run(self, kind: Kind, request: Ask, on_progress: OnProgress, wait_s: float = math.inf) -> FusionResult:
        """Answer one question, or hand back `status: running` and the run's id after `wait_s` seconds.

        Raises Refused when the call is not carried out, FusionFailed when nobody answered, ConfigError when presets
        cannot be read.
        """
        return await self.answer(await self.planner.plan(kind, request), request.detail, on_progress, wait_s)

    async def answer(
        self,
        run: Run,
        detail: Detail,
        on_progress: OnProgress,
        wait_s: float = math.inf,
        *,
        reckoned: Estimate | None = None,
    ) -> FusionResult:
        """Carry out what was planned, as `run` does. `reckoned` is what its quote said, where there was one."""
        return self._presented(await self.runs.ask(run, on_progress, wait_s, reckoned), detail)

    async def result(
        self, run_id: str, detail: Detail, on_progress: OnProgress, wait_s: float = math.inf
    ) -> FusionResult:
        """Wait for a run that was handed back, taking it up again where its process has ended. Raises as `run` does."""
        return self._presented(await self.runs.follow(run_id, on_progress, wait_s), detail)

    async def look(self, run_id: str, detail: Detail = "full") -> FusionResult:
        """Say where a run stands, as it is. Raises as `run` does."""
        return self._presented(await self.runs.look(run_id), detail)

    async def cancel(self, run_id: str, detail: Detail = "concise") -> FusionResult:
        """End a run. Raises Refused(cancelled) when it is ended; one that was finished before gives its result."""
        return self._presented(await self.runs.cancel(run_id), detail)

    def _presented(self, standing: Standing, detail: Detail) -> FusionResult:
        """Fit a run's outcome to be shown, or raise what it failed with."""
        outcome, given = standing.outcome, standing.given
        if isinstance(outcome, FusionFailed):
            raise presentable_failure(outcome, self._or_providers(known_links(given))) from None
        if isinstance(outcome, Exception):
            raise outcome
        result = standing.running() if outcome is None else outcome
        trouble = self.journal.trouble
        if standing.reused or trouble:
            warnings = [*result.warnings, trouble] if trouble else result.warnings
            result = result.model_copy(update={"reused": standing.reused or result.reused, "warnings": warnings})
        known = known_links((*given, *(source.url for source in result.sources)))
        return presentable(result, detail, known, self._or_providers(known))

    def _or_providers(self, known: Known) -> Known:
        """Tell links that errors may show: these, and the person's own providers."""
        return lambda url: known(url) or self._is_providers(url)

    async def describe_preset(self, name: str) -> PresetCard:
        """One preset as it stands now, with what a question may cost. Raises Refused(unknown_preset)."""
        return await self.presets.card(name, self._cost)

    async def describe_entry(self, entry: PresetEntry) -> PresetCard:
        """One preset as it would stand if it were there, with what a question may cost."""
        return await self.presets.described(entry, self._cost)

    def _cost(self, preset: Preset) -> tuple[Decimal, Iterable[ModelRef]]:
        """What a short question to a preset may cost, and whose price is not known."""
        run = self.planner.plan_with(preset, Ask(question="?"))
        reckoned = self.estimate(run)
        return max(reckoned.most_usd, reckoned.least_usd), reckoned.unpriced


@asynccontextmanager
async def open_engine(
    settings: Settings, *, own_address: str | None = None, now: Callable[[], float] = time.time
) -> AsyncGenerator[Engine]:
    """Put the engine together for the life of a process. Opens no connection and starts nothing before it is needed.

    `own_address` is the URL that this process itself serves: a model behind it would be this very panel. `now` is the
    journal's clock, in seconds since the epoch.
    """
    catalogue = load_catalogue(settings.config.providers, str(settings.config_file))

    def is_fusion(model: ModelRef) -> bool:
        address = catalogue[model.provider].base_url if model.provider in catalogue else None
        return guard.is_fusion(model) or guard.is_own_address(address, own_address)

    library = PresetLibrary(shipped_presets(), settings.presets_dir, providers=catalogue, is_fusion=is_fusion)
    web = WebTools.from_config(settings.config.web, settings.key, settings.environ, settings.bare_environ())
    limits, history = settings.config.limits, settings.config.history
    journal = Journal(settings.journal_file, store=history.store, now=now)
    recursion = RecursionGuard(journal, settings.environ)
    failed: Exception | None = None
    async with journal, anyio.create_task_group() as tasks:
        tasks.start_soon(recursion.look_back)

        def noted(state: BreakerState) -> None:
            tasks.start_soon(_note, journal, state)

        async with (
            Models(catalogue, settings.key, _embedded(settings), environ=settings.environ, on_change=noted) as models,
            web,
        ):
            means = Means(
                models=models,
                web=web,
                journal=journal,
                limits=limits,
                places=anyio.CapacityLimiter(limits.max_concurrent_runs),
            )
            presets = PresetsOnHand(settings, catalogue, library, models, is_fusion)
            planner = Planner(settings.config, catalogue, presets, models)
            async with Runs(means, history) as runs:
                try:
                    yield Engine(settings, catalogue, models, presets, planner, runs, journal, recursion)
                except Exception as error:  # noqa: BLE001 the groups would wrap it
                    failed = error
        tasks.cancel_scope.cancel()
    if failed is not None:
        raise failed


def _embedded(settings: Settings) -> LocalRuntime:
    local = settings.config.local
    return LocalRuntime(
        models_dir=settings.models_dir,
        own_files=local.models,
        threads=local.threads,
        child_environ=guard.child_environ(settings.bare_environ()),
    )


async def _note(journal: Journal, state: BreakerState) -> None:
    """Let `doctor`, which is another process, see which models are left alone."""
    if state.is_open:
        await journal.note_breaker(state.provider, state.model, state.open_for_s, state.why)
    else:
        await journal.clear_breaker(state.provider, state.model)
