"""The composition root: settings, presets and providers come together here, and questions go through the pipeline.

Both doors, the MCP server and the command line, hold one Engine for the life of their process. Nothing here thinks:
what a preset comes to is `presets`, what a run does is `pipeline`.
"""

import secrets
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import anyio

from fusion_mcp import guard
from fusion_mcp.domains import Domains
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.links import Known, known_links
from fusion_mcp.pipeline.fuse import fuse
from fusion_mcp.pipeline.run import Run
from fusion_mcp.presentation import presentable, presentable_failure
from fusion_mcp.presets.cards import card
from fusion_mcp.presets.library import PresetEntry, PresetLibrary
from fusion_mcp.presets.resolve import Facts, missing_keys, resolve
from fusion_mcp.presets.schema import AnyPreset, Preset
from fusion_mcp.presets.seating import seat_models
from fusion_mcp.protocols import OnProgress
from fusion_mcp.providers.catalog import EMBEDDED, Provider, load_catalogue, needs_of
from fusion_mcp.providers.chat import Models
from fusion_mcp.providers.local.runtime import LocalRuntime
from fusion_mcp.providers.local.weights import default_weights
from fusion_mcp.request import Ask, Compare
from fusion_mcp.result import FusionResult, PresetCard
from fusion_mcp.settings import Settings, shipped_presets
from fusion_mcp.tools.toolbox import WebTools
from fusion_mcp.types import CallFailure, Kind, ModelRef

UNKEPT_LIMITS = frozenset({"max_cost_usd_per_day", "confirm_above_usd", "wait_s", "wait_with_progress_s"})
"""What may stand under `[limits]` and has no effect yet; a result says so where a person has set one."""

LOOK_AROUND_S = 0.3
"""How long a local server may take to say that it is there."""


class Engine:
    """Everything that answers questions, put together."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Mapping[str, Provider],
        library: PresetLibrary,
        models: Models,
        web: WebTools,
        is_fusion: Callable[[ModelRef], bool],
    ) -> None:
        """Take the parts; `open_engine` puts them together."""
        self.settings = settings
        self.catalogue = catalogue
        self.models = models
        self.web = web
        self._library = library
        self._is_fusion = is_fusion
        self._places = anyio.CapacityLimiter(settings.config.limits.max_concurrent_runs)

    async def run(self, kind: Kind, request: Ask, on_progress: OnProgress) -> FusionResult:
        """Answer one question.

        Raises Refused when the call is not carried out, FusionFailed when nobody answered, ConfigError when presets
        cannot be read.
        """
        preset, chosen = await self._resolved(request.preset or self.settings.config.default_preset)
        if isinstance(request, Compare) and request.models:
            preset = seat_models(preset, request.models, self._library.all())
        run = self._planned(kind, request, preset, chosen)
        given = run.given
        toolbox = self.web.for_run(given=given, fence=run.context_fence, domains=run.domains)
        try:
            async with self._place(run) as run_on_time:
                result = await fuse(run_on_time, self.models, toolbox, on_progress)
        except FusionFailed as failed:
            raise presentable_failure(failed, self._known(given)) from None
        shown = (*given, *(source.url for source in result.sources))
        return presentable(result, request.detail, known_links(shown), self._known(shown))

    def _known(self, urls: Iterable[str]) -> Known:
        """Tell links that errors may show: these, and the person's own providers."""
        return known_links(urls, prefixes=[p.base_url for p in self.catalogue.values() if p.base_url])

    async def preset_names(self) -> list[str]:
        """Names, aliases included, under which a preset may be asked for. Looks at files only."""
        return [name for entry in self._library.usable() for name in (entry.name, *entry.aliases)]

    async def describe_presets(self) -> list[PresetCard]:
        """Every preset as it stands now, broken ones too."""
        facts = await self.look_around()
        return [self._card(entry, facts) for entry in self._library.all()]

    async def describe_preset(self, name: str) -> PresetCard:
        """One preset as it stands now. Raises Refused(unknown_preset)."""
        entry = self._library.entry(name)
        return self._card(entry, await self.look_around())

    async def look_around(self) -> Facts:
        """Find out what can be called on this machine, now.

        Keys that are set, local servers that run, the embedded model.
        """
        servers: dict[str, tuple[str, ...]] = {}

        async def knock(provider: Provider) -> None:
            names = await self.models.list_models(provider.name, within_s=LOOK_AROUND_S)
            if not isinstance(names, CallFailure):
                servers[provider.name] = names

        async with anyio.create_task_group() as knocking:
            for provider in self.catalogue.values():
                if provider.on_this_machine:
                    knocking.start_soon(knock, provider)
        keyed = (p for p in self.catalogue.values() if p.api_key_env is None or self.settings.key(p.api_key_env))
        embedded = ModelRef(EMBEDDED, default_weights().name)
        return Facts(
            keys=frozenset(provider.name for provider in keyed),
            servers=servers,
            embedded=self.models.traits(embedded).unavailable is None,
        )

    async def _resolved(self, name: str) -> tuple[Preset, str]:
        found = self._library.get(name)
        if isinstance(found, Preset):
            return found, ""
        return resolve(found, self._library.get, await self.look_around(), is_fusion=self._is_fusion)

    def _planned(self, kind: Kind, request: Ask, preset: Preset, chosen: str) -> Run:
        domains = self._domains(preset)
        notes = (chosen, self._about_web(request, preset, domains), self._about_limits())
        limits = (request.max_cost_usd, preset.max_cost_usd, self.settings.config.limits.max_cost_usd_per_run)
        return Run(
            id=secrets.token_urlsafe(16),
            kind=kind,
            question=request.question,
            context=request.context,
            preset=preset,
            deadline_s=min(preset.deadline_s, request.deadline_s or preset.deadline_s),
            limit_usd=min(limit for limit in limits if limit is not None),
            seed=secrets.randbits(31),
            fence=secrets.token_hex(6),
            context_fence=secrets.token_hex(6),
            today=datetime.now(UTC).date().isoformat(),
            web=request.web is not False and self._web_is_open(domains),
            domains=domains,
            notes=tuple(note for note in notes if note),
        )

    def _web_is_open(self, domains: Domains) -> bool:
        return self.settings.config.web.enabled and not domains.are_contradictory

    def _domains(self, preset: Preset) -> Domains:
        """Where a run may go: the person's limits and the preset's both hold."""
        web = self.settings.config.web
        return Domains(
            allowed=tuple(filter(None, (web.allowed_domains, preset.allowed_domains))),
            excluded=(*web.excluded_domains, *preset.excluded_domains),
        )

    def _about_web(self, request: Ask, preset: Preset, domains: Domains) -> str:
        """Say where somebody asked for the web, and the panel is kept off it all the same."""
        has_tools = any(map(preset.tools_of, preset.panel))
        if request.web and not has_tools:
            return f"Web was asked for, but the preset {preset.name} gives its members no tools."
        if request.web is False or not has_tools or self._web_is_open(domains):
            return ""
        if domains.are_contradictory:
            return "No domain is allowed by both config.toml and the preset: the members answered without the web."
        return "The web is switched off in config.toml ([web] enabled = false): the members answered without it."

    def _about_limits(self) -> str:
        limits = self.settings.config.limits
        unkept = sorted(limits.model_fields_set & UNKEPT_LIMITS)
        return f"This version does not keep these limits of config.toml yet: {', '.join(unkept)}." if unkept else ""

    @asynccontextmanager
    async def _place(self, run: Run) -> AsyncGenerator[Run]:
        """Wait for a place among the concurrent runs; the wait counts against the run's own deadline."""
        start = anyio.current_time()
        with anyio.move_on_after(run.deadline_s) as waiting:
            await self._places.acquire_on_behalf_of(run.id)
        if waiting.cancelled_caught:
            most = self.settings.config.limits.max_concurrent_runs
            raise Refused(
                "timed_out", f"{most} runs were under way for the whole {run.deadline_s:g} s; ask again later."
            )
        try:
            yield replace(run, deadline_s=run.deadline_s - (anyio.current_time() - start))
        finally:
            self._places.release_on_behalf_of(run.id)

    def _card(self, entry: PresetEntry, facts: Facts) -> PresetCard:
        def problem(model: ModelRef) -> str | None:
            failure = self.models.traits(model).unavailable
            return None if failure is None else failure.message

        def resolved(preset: AnyPreset) -> tuple[Preset, str]:
            return resolve(preset, self._library.get, facts, is_fusion=self._is_fusion)

        needs = needs_of(self.catalogue.values())
        present = {variable for variable in needs.values() if variable and self.settings.key(variable)}
        return card(entry, resolved, problem, lambda preset: missing_keys(preset, needs, present))


@asynccontextmanager
async def open_engine(settings: Settings, *, own_address: str | None = None) -> AsyncGenerator[Engine]:
    """Put the engine together for the life of a process. Opens no connection and starts nothing before it is needed.

    `own_address` is the URL that this process itself serves: a model behind it would be this very panel.
    """
    catalogue = load_catalogue(settings.config.providers, str(settings.config_file))

    def is_fusion(model: ModelRef) -> bool:
        address = catalogue[model.provider].base_url if model.provider in catalogue else None
        return guard.is_fusion(model) or guard.is_own_address(address, own_address)

    local = settings.config.local
    embedded = LocalRuntime(
        models_dir=settings.models_dir,
        own_files=local.models,
        threads=local.threads,
        child_environ=guard.child_environ(settings.bare_environ()),
    )
    library = PresetLibrary(shipped_presets(), settings.presets_dir, providers=catalogue, is_fusion=is_fusion)
    web = WebTools.from_config(settings.config.web, settings.key, settings.environ, settings.bare_environ())
    async with Models(catalogue, settings.key, embedded) as models, web:
        yield Engine(settings, catalogue, library, models, web, is_fusion)
