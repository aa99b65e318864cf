"""The presets of this machine: read, resolved by what can be called here and now, and described.

What a preset comes to is `presets`; this is where that room learns of keys, local servers and the embedded model.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlsplit

import anyio

from fusion_mcp.presets.cards import card
from fusion_mcp.presets.library import PresetEntry, PresetLibrary
from fusion_mcp.presets.resolve import Facts, missing_keys, resolve
from fusion_mcp.presets.schema import AnyPreset, Preset
from fusion_mcp.presets.seating import seat_models
from fusion_mcp.providers.catalog.catalog import needs_of
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.local.weights import default_weights
from fusion_mcp.providers.models import Models
from fusion_mcp.result import PresetCard
from fusion_mcp.settings import Settings
from fusion_mcp.types import CallFailure, ModelRef

Cost = Callable[[Preset], tuple[Decimal, Iterable[ModelRef]]]
"""What a short question to a preset may cost, and the models whose price nobody knows."""

LOOK_AROUND_S = 0.3
"""How long a local server may take to say that it is there."""


class PresetsOnHand:
    """Every preset that somebody may ask for here."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Mapping[str, Provider],
        library: PresetLibrary,
        models: Models,
        is_fusion: Callable[[ModelRef], bool],
    ) -> None:
        """Look at nothing yet."""
        self._settings = settings
        self._catalogue = catalogue
        self.library = library
        self._models = models
        self._is_fusion = is_fusion

    def names(self) -> list[str]:
        """Names, aliases included, under which a preset may be asked for. Looks at files only."""
        return [name for entry in self.library.usable() for name in (entry.name, *entry.aliases)]

    async def chosen(self, name: str, models: Sequence[str] | None) -> tuple[Preset, str]:
        """Give a preset with its models, or those of the caller's choice, and a sentence on why it came to them.

        Raises Refused where it cannot be used, ConfigError where it cannot be read.
        """
        found, why = self.library.get(name), ""
        if not isinstance(found, Preset):
            found, why = self._resolved(found, await self.look_around())
        return (seat_models(found, models, self.library.all()) if models else found), why

    async def cards(self) -> list[PresetCard]:
        """Describe every preset as it stands now, broken ones too."""
        facts = await self.look_around()
        return [self._card(entry, facts) for entry in self.library.all()]

    async def card(self, name: str, cost: Cost) -> PresetCard:
        """Describe one preset as it stands now. Raises Refused(unknown_preset)."""
        entry = self.library.entry(name)
        return self._card(entry, await self.look_around(), cost)

    async def described(self, entry: PresetEntry, cost: Cost) -> PresetCard:
        """Describe a preset that need not be in any file."""
        return self._card(entry, await self.look_around(), cost)

    def whereabouts(self) -> dict[str, str]:
        """Say in words where each provider's calls go."""
        return {provider.name: _whereabouts(provider) for provider in self._catalogue.values()}

    async def look_around(self) -> Facts:
        """Find out what can be called on this machine, now.

        Keys that are set, agent programs that are installed, local servers that run, the embedded model.
        """
        servers: dict[str, tuple[str, ...]] = {}

        async def knock(provider: Provider) -> None:
            names = await self._models.list_models(provider.name, within_s=LOOK_AROUND_S)
            if not isinstance(names, CallFailure):
                servers[provider.name] = names

        async with anyio.create_task_group() as knocking:
            for provider in self._catalogue.values():
                if provider.on_this_machine:
                    knocking.start_soon(knock, provider)
        keyed = (p for p in self._catalogue.values() if self._is_set_up(p))
        embedded = ModelRef(EMBEDDED, default_weights().name)
        return Facts(
            keys=frozenset(provider.name for provider in keyed),
            servers=servers,
            embedded=self._models.traits(embedded).unavailable is None,
            misnamed=self._models.misnamed,
            unfilled=tuple(filter(self._is_unfilled, filter(None, needs_of(self._catalogue.values()).values()))),
        )

    def _is_unfilled(self, variable: str) -> bool:
        return self._settings.key(variable) is None and bool(self._settings.environ.get(variable, "").strip())

    def _is_set_up(self, provider: Provider) -> bool:
        has_key = provider.api_key_env is None or self._settings.key(provider.api_key_env) is not None
        return has_key and (provider.agent is None or self._models.agent_path(provider.name) is not None)

    def _card(self, entry: PresetEntry, facts: Facts, cost: Cost | None = None) -> PresetCard:
        needs = needs_of(self._catalogue.values())
        present = {variable for variable in needs.values() if variable and self._settings.key(variable)}
        return card(
            entry,
            lambda preset: self._resolved(preset, facts),
            self._models.traits,
            lambda preset: missing_keys(preset, needs, present),
            cost,
        )

    def _resolved(self, preset: AnyPreset, facts: Facts) -> tuple[Preset, str]:
        return resolve(preset, self.library.get, facts, is_fusion=self._is_fusion)


def _whereabouts(provider: Provider) -> str:
    if provider.agent is not None:
        return f"{provider.title}, a program on this machine that asks its own service"
    if provider.on_this_machine or provider.base_url is None:
        return "on this machine"
    return urlsplit(provider.base_url).hostname or provider.title
