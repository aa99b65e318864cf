"""What `doctor` finds out: configuration, providers, embedded model, web, presets, and what to do. Prints nothing.

Keys are looked for and, where the person asked, used; none of them stands in what is found.
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import anyio

from fusion_mcp import __version__
from fusion_mcp.cli.doctor.agents import look_at_agents
from fusion_mcp.cli.doctor.findings import (
    AgentFound,
    ConfigurationFound,
    Diagnosis,
    EmbeddedFound,
    Program,
    ProviderFound,
    WebFound,
    WeightsFound,
)
from fusion_mcp.cli.doctor.journal import look_at_journal
from fusion_mcp.cli.doctor.web import look_at_web
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider
from fusion_mcp.providers.local import native
from fusion_mcp.providers.local.verify import is_present
from fusion_mcp.providers.local.weights import catalogue
from fusion_mcp.result import PresetCard
from fusion_mcp.settings import Settings, load_settings
from fusion_mcp.types import CallFailure

LOCAL_S = 1.5
"""How long a server on this machine may take to answer."""

REMOTE_S = 8.0

PACKAGES = (
    "mcp",
    "httpx2",
    "pydantic",
    "anyio",
    "genai-prices",
    "platformdirs",
    "ddgs",
    "selectolax",
    "pypdf",
    "psutil",
    native.PACKAGE,
)


async def examine(environ: Mapping[str, str], *, attempt: bool) -> Diagnosis:
    """Look at everything; with `attempt`, also ask providers and search backends. Raises nothing of ours."""
    try:
        settings = load_settings(environ)
        async with open_engine(settings) as engine:
            presets = await engine.presets.cards()
            providers = await _providers(engine, attempt=attempt)
            agents = await look_at_agents(engine, attempt=attempt)
            connection_fault = engine.models.connection_fault()
            journal = await look_at_journal(engine)
        web = await look_at_web(settings, attempt=attempt)
    except ConfigError as error:
        return _broken(error)
    embedded = _embedded(settings)
    usable = connection_fault is None and any(card.usable for card in presets)
    configuration = _configuration(settings, presets)
    ready = "ready" if usable else "no_usable_preset"
    return Diagnosis(
        status="broken_configuration" if configuration.faults else ready,
        configuration=configuration,
        providers=providers,
        agents=agents,
        embedded=embedded,
        web=web,
        journal=journal,
        presets=presets,
        advice=[
            *([connection_fault] if connection_fault else _advice(providers, embedded, usable=usable)),
            *_about_agents(agents),
            *_about_search(web),
            *([journal.trouble] if journal.trouble else []),
            *_about_default(settings, presets),
        ],
        program=_program(),
    )


def _broken(error: ConfigError) -> Diagnosis:
    return Diagnosis(
        status="broken_configuration",
        configuration=ConfigurationFound(file=None, exists=True, faults=list(error.faults)),
        providers=[],
        agents=[],
        embedded=None,
        web=None,
        journal=None,
        presets=[],
        advice=["Mend the faults above, then run fusion-mcp doctor again."],
        program=_program(),
    )


def _configuration(settings: Settings, presets: Sequence[PresetCard]) -> ConfigurationFound:
    """Say whether the file could be read, and whether the preset that it names is one."""
    file, name = settings.config_file, settings.config.default_preset
    known = [name for card in presets for name in (card.name, *card.aliases)]
    unknown = f"{file}: default_preset: there is no preset '{shown(name)}'{did_you_mean(name, known)}"
    return ConfigurationFound(
        file=str(file), exists=file.exists(), faults=[] if name.strip().lower() in known else [unknown]
    )


def _about_default(settings: Settings, presets: Sequence[PresetCard]) -> Iterator[str]:
    name = settings.config.default_preset.strip().lower()
    for card in presets:
        if name in (card.name, *card.aliases) and not card.usable and any(each.usable for each in presets):
            yield f"The default preset {card.name} cannot be used now; choose another in config.toml or with --preset."


def _about_agents(agents: Sequence[AgentFound]) -> Iterator[str]:
    for agent in agents:
        if agent.configured and agent.path is None:
            yield f"Agent {agent.name}: there is no '{agent.program}'; correct providers.{agent.name}.command."
        if agent.logged_in is False:
            yield f"Agent {agent.name}: {agent.detail}"


def _about_search(web: WebFound) -> Iterator[str]:
    if not web.enabled:
        return
    nothing_else = all(backend.lacks for backend in web.backends)
    for backend in web.backends:
        if backend.lacks and (backend.key_variable or nothing_else):
            yield f"Search with {backend.name}: {backend.lacks}."
        if backend.answers is False:
            yield f"Search with {backend.name} does not work: {backend.detail}."


def _program() -> Program:
    return Program(
        version=__version__,
        python=platform.python_version(),
        platform=platform.platform(terse=True),
        packages={name: _version(name) for name in PACKAGES},
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


async def _providers(engine: Engine, *, attempt: bool) -> list[ProviderFound]:
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


def _embedded(settings: Settings) -> EmbeddedFound:
    folder = settings.models_dir
    return EmbeddedFound(
        runtime_installed=native.is_installed(),
        models=[
            WeightsFound(name=each.name, title=each.title, bytes=each.bytes, fetched=is_present(each, folder))
            for each in catalogue().values()
        ],
        own_files={name: Path(file).is_file() for name, file in settings.config.local.models.items()},
    )


def _advice(providers: list[ProviderFound], embedded: EmbeddedFound, *, usable: bool) -> Iterator[str]:
    for provider in providers:
        if provider.configured and provider.key_set is False:
            yield f"Provider {provider.name}: set the environment variable {provider.key_variable} to its key."
        if provider.answers is False and (provider.configured or provider.key_set):
            yield f"Provider {provider.name} does not answer: check base_url, its key, and whether it runs."
    for name, there in embedded.own_files.items():
        if not there:
            yield f"local.models.{name}: its file is not there; correct the path in config.toml."
    if not usable:
        yield "For one key that reaches most models, set OPENROUTER_API_KEY (https://openrouter.ai/keys)."
        yield "Or set the key of a provider that you have, or start Ollama or LM Studio on this machine."
        yield from _embedded_advice(embedded)


def _embedded_advice(embedded: EmbeddedFound) -> Iterator[str]:
    if not embedded.runtime_installed:
        yield f"Or use the embedded model: run {native.HOW_TO_INSTALL}, then fusion-mcp pull."
    elif not any(model.fetched for model in embedded.models):
        yield "Or use the embedded model: run fusion-mcp pull."
