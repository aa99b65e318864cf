"""What `doctor` finds out about servers: their keys, and whether they answer."""

import anyio

from fusion_mcp.cli.doctor.findings import ProviderFound
from fusion_mcp.engine import Engine
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.settings import Settings
from fusion_mcp.types import CallFailure

LOCAL_S = 1.5
"""How long a server on this machine may take to answer."""

REMOTE_S = 8.0


async def look_at_providers(engine: Engine, *, attempt: bool) -> list[ProviderFound]:
    """Look at every server that can be called. Those on this machine are always asked, others on `attempt`."""
    servers = (p for p in engine.catalogue.values() if p.name != EMBEDDED and p.agent is None)
    found = {provider.name: _provider(engine.settings, provider) for provider in servers}

    async def ask(name: str, within_s: float) -> None:
        found[name] = await _asked(engine, found[name], within_s)

    async with anyio.create_task_group() as asking:
        for name, provider in tuple(found.items()):
            if provider.local:
                asking.start_soon(ask, name, LOCAL_S)
            elif attempt and provider.key_set is not False:
                asking.start_soon(ask, name, REMOTE_S)
    return list(found.values())


def _provider(settings: Settings, provider: Provider) -> ProviderFound:
    variable = provider.api_key_env
    return ProviderFound(
        name=provider.name,
        title=provider.title,
        base_url=provider.base_url,
        local=provider.on_this_machine,
        configured=provider.name in settings.config.providers,
        key_variable=variable,
        key_set=None if variable is None else settings.key(variable) is not None,
        answers=None,
        detail=None,
    )


async def _asked(engine: Engine, provider: ProviderFound, within_s: float) -> ProviderFound:
    models = await engine.models.list_models(provider.name, within_s=within_s)
    if isinstance(models, CallFailure):
        return provider.model_copy(update={"answers": False, "detail": models.message})
    count = f"{len(models)} {'model' if len(models) == 1 else 'models'}"
    return provider.model_copy(update={"answers": True, "detail": f"it answers, with {count}"})
