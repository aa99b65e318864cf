"""What `doctor` finds out about servers: their keys, and whether they answer."""

import anyio

from fusion_mcp.cli.doctor.findings import ProviderFound
from fusion_mcp.engine import Engine
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.connections.unreachable import proxy_of
from fusion_mcp.types import CallFailure, ModelRef

LOCAL_S = 1.5
"""How long a server on this machine may take to answer."""

REMOTE_S = 8.0


async def look_at_providers(engine: Engine, *, attempt: bool) -> list[ProviderFound]:
    """Look at every server that can be called. Those on this machine are always asked, others on `attempt`."""
    servers = (p for p in engine.catalogue.values() if p.name != EMBEDDED and p.agent is None)
    found = {provider.name: _provider(engine, provider) for provider in servers}

    async def ask(name: str, within_s: float) -> None:
        found[name] = await _asked(engine, found[name], within_s)

    async with anyio.create_task_group() as asking:
        for name, provider in tuple(found.items()):
            if provider.local:
                asking.start_soon(ask, name, LOCAL_S)
            elif attempt and provider.key_set is not False:
                asking.start_soon(ask, name, REMOTE_S)
    return list(found.values())


def _provider(engine: Engine, provider: Provider) -> ProviderFound:
    settings, variable = engine.settings, provider.api_key_env
    is_set = None if variable is None else settings.key(variable) is not None
    unusable = engine.models.traits(ModelRef(provider.name, "any")).unavailable if is_set else None
    return ProviderFound(
        name=provider.name,
        title=provider.title,
        base_url=provider.base_url,
        local=provider.on_this_machine,
        configured=provider.name in settings.config.providers,
        key_variable=variable,
        key_set=is_set,
        misnamed=engine.models.misnamed.get(variable or ""),
        answers=None,
        detail=None,
        to_mend=unusable.message if unusable else None,
    )


async def _asked(engine: Engine, provider: ProviderFound, within_s: float) -> ProviderFound:
    if provider.to_mend is not None:
        return provider
    models = await engine.models.list_models(provider.name, within_s=within_s)
    if isinstance(models, CallFailure):
        told = {"answers": False, "detail": models.message, "to_mend": _to_mend(provider, models)}
        return provider.model_copy(update=told)
    count = f"{len(models)} {'model' if len(models) == 1 else 'models'}"
    return provider.model_copy(update={"answers": True, "detail": f"it answers, with {count}"})


def _to_mend(provider: ProviderFound, failure: CallFailure) -> str:
    """Say what is wrong and what to do, in that order."""
    said = failure.message.rstrip(".")
    if failure.reason == "unauthorized":
        if provider.key_variable is None:
            return f"{said}. It wants a key: name the variable that holds it as api_key_env in config.toml."
        return f"{said}. Copy the key in {provider.key_variable} again from where it was made, or make a new one."
    if failure.status_code is not None:
        return f"{said}. Check base_url."
    if failure.reason == "timed_out":
        proxy = proxy_of(provider.base_url or "")
        over = f"It is asked over {proxy}: see whether that lets calls through" if proxy else ""
        return f"{said}. {over or 'Try again later; where the network wants a proxy, set HTTPS_PROXY'}."
    return failure.message
