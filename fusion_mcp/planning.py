"""Which run a question comes to: its preset as it stands here and now, its limits, its web. Begins nothing.

What a preset comes to is `presets`, and whether a question wants a panel is `pipeline.triage`; here both meet with what
the person has configured, and chance and today's date are drawn.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from fusion_mcp.codes import Kind
from fusion_mcp.config import Config
from fusion_mcp.domains import Domains
from fusion_mcp.guard.nonce import drawn
from fusion_mcp.on_hand import PresetsOnHand
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.triage.routing import Triaged, triaged
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.models import Models
from fusion_mcp.request import Ask, Compare
from fusion_mcp.types import ModelRef


class Planner:
    """Plans runs for one process."""

    def __init__(
        self, config: Config, catalogue: Mapping[str, Provider], presets: PresetsOnHand, models: Models
    ) -> None:
        """Look at nothing yet."""
        self._config = config
        self._catalogue = catalogue
        self._presets = presets
        self._models = models

    async def plan(self, kind: Kind, request: Ask, *, from_client: bool = False) -> Run:
        """Work out the run that a question comes to. `from_client`: it was asked over MCP.

        Raises Refused when it cannot be carried out as asked, ConfigError when presets cannot be read.
        """
        name = request.preset or self._config.default_preset
        preset, chosen = await self._presets.chosen(name, request.models if isinstance(request, Compare) else None)
        sorted_out = triaged(kind, request.question, request.context, preset, self._can_be_called)
        return self._run(kind, request, sorted_out, chosen, from_client=from_client)

    def plan_with(self, preset: Preset, request: Ask, *, kind: Kind = "ask") -> Run:
        """Work out a run for a preset that need be no file's. Of a panel of one, nothing is missing."""
        return self._run(kind, request, Triaged(preset=preset, is_single=len(preset.panel) == 1))

    def _run(
        self, kind: Kind, request: Ask, sorted_out: Triaged, chosen: str = "", *, from_client: bool = False
    ) -> Run:
        preset, now = sorted_out.preset, datetime.now(UTC)
        domains = self._domains(preset)
        notes = (chosen, self._about_web(request, preset, domains), sorted_out.note)
        limit, limit_from = self._limit(preset, request)
        return Run(
            id=_drawn_id(now),
            kind=kind,
            question=request.question,
            context=request.context,
            preset=preset,
            deadline_s=min(preset.deadline_s, request.deadline_s or preset.deadline_s),
            limit_usd=limit,
            limit_from=limit_from,
            assumed_usd=self._config.limits.assumed_cost_usd_per_call,
            seed=secrets.randbits(31),
            fence=secrets.token_hex(6),
            context_fence=secrets.token_hex(6),
            today=now.date().isoformat(),
            nonce=drawn(secrets.token_hex(16)),
            may_call_back=any(self._catalogue[model.provider].may_call_back for model in preset.models),
            web=request.web is not False and self._web_is_open(domains),
            domains=domains,
            notes=tuple(note for note in notes if note),
            is_single=sorted_out.is_single,
            from_client=from_client,
        )

    def _limit(self, preset: Preset, request: Ask) -> tuple[Decimal, str]:
        """The lowest limit on what the run may cost, and who set it."""
        own = self._config.limits
        limits = {
            "max_cost_usd of the call": request.max_cost_usd,
            f"max_cost_usd of preset '{preset.name}'": preset.max_cost_usd,
            "limits.max_cost_usd_per_run in config.toml": own.max_cost_usd_per_run,
            "limits.max_cost_usd_per_day in config.toml": own.max_cost_usd_per_day,
        }
        return min((limit, name) for name, limit in limits.items() if limit is not None)

    def _web_is_open(self, domains: Domains) -> bool:
        return self._config.web.enabled and not domains.are_contradictory

    def _domains(self, preset: Preset) -> Domains:
        """Where a run may go: the person's limits and the preset's both hold."""
        web = self._config.web
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

    def _can_be_called(self, model: ModelRef) -> bool:
        return self._models.traits(model).unavailable is None


def _drawn_id(now: datetime) -> str:
    """Draw a run's id. It begins with the time, so that the journal has runs of one moment on the same pages."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
