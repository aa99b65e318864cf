"""What `doctor` finds out: configuration, providers, embedded model, web, presets, and what to do. Prints nothing.

Keys are looked for and, where the person asked, used; none of them stands in what is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import anyio

from fusion_mcp.cli.doctor.advice import (
    about_agents,
    about_clients,
    about_default,
    about_network,
    about_providers,
    about_search,
)
from fusion_mcp.cli.doctor.agents import look_at_agents
from fusion_mcp.cli.doctor.clients import look_at_clients
from fusion_mcp.cli.doctor.embedded import look_at_embedded
from fusion_mcp.cli.doctor.findings import (
    AgentFound,
    ClientFound,
    ConfigurationFound,
    Diagnosis,
    JournalFound,
    NetworkFound,
    ProviderFound,
    WebFound,
)
from fusion_mcp.cli.doctor.journal import look_at_journal
from fusion_mcp.cli.doctor.network import look_at_network
from fusion_mcp.cli.doctor.program import this_program
from fusion_mcp.cli.doctor.providers import look_at_providers
from fusion_mcp.cli.doctor.web import look_at_web
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.result import PresetCard
from fusion_mcp.settings import Settings, load_settings


async def examine(environ: Mapping[str, str], *, attempt: bool) -> Diagnosis:
    """Look at everything, all at once; with `attempt`, also ask providers and search backends. Raises nothing of ours.

    What a broken configuration has no part in is looked at all the same.
    """
    networks: list[NetworkFound] = []
    configured: list[_Seen | ConfigError] = []

    async def look_around() -> None:
        networks.append(await look_at_network(environ))

    async def look_within() -> None:
        try:
            configured.append(await _seen(load_settings(environ), attempt=attempt))
        except ConfigError as error:
            configured.append(error)

    async with anyio.create_task_group() as looking:
        looking.start_soon(look_around)
        looking.start_soon(look_within)
    machine, seen = _Machine(clients=look_at_clients(environ), network=networks[0]), configured[0]
    return _broken(seen, machine) if isinstance(seen, ConfigError) else _diagnosis(seen, machine)


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """What is so whatever was configured."""

    clients: list[ClientFound]
    network: NetworkFound

    def advice(self) -> Iterator[str]:
        yield from about_clients(self.clients)
        yield from about_network(self.network)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a configuration that can be read comes to here and now."""

    settings: Settings
    presets: list[PresetCard]
    providers: list[ProviderFound]
    agents: list[AgentFound]
    web: WebFound
    journal: JournalFound
    connection_fault: str | None


async def _seen(settings: Settings, *, attempt: bool) -> _Seen:
    providers: list[ProviderFound] = []
    agents: list[AgentFound] = []
    webs: list[WebFound] = []
    journals: list[JournalFound] = []

    async def read_journal() -> None:
        journals.append(await look_at_journal(engine))

    async def ask_providers() -> None:
        providers.extend(await look_at_providers(engine, attempt=attempt))

    async def ask_agents() -> None:
        agents.extend(await look_at_agents(engine, attempt=attempt))

    async def ask_web() -> None:
        webs.append(await look_at_web(settings, attempt=attempt))

    async with open_engine(settings) as engine:
        presets = await engine.presets.cards()
        async with anyio.create_task_group() as asking:
            for ask in (read_journal, ask_providers, ask_agents, ask_web):
                asking.start_soon(ask)
        return _Seen(
            settings=settings,
            presets=presets,
            providers=providers,
            agents=agents,
            web=webs[0],
            journal=journals[0],
            connection_fault=engine.models.connection_fault(),
        )


def _diagnosis(seen: _Seen, machine: _Machine) -> Diagnosis:
    embedded = look_at_embedded(seen.settings)
    usable = seen.connection_fault is None and any(card.usable for card in seen.presets)
    configuration = _configuration(seen.settings, seen.presets)
    ready = "ready" if usable else "no_usable_preset"
    fault = seen.connection_fault
    return Diagnosis(
        status="broken_configuration" if configuration.faults else ready,
        configuration=configuration,
        clients=machine.clients,
        network=machine.network,
        providers=seen.providers,
        agents=seen.agents,
        embedded=embedded,
        web=seen.web,
        journal=seen.journal,
        presets=seen.presets,
        advice=[
            *([fault] if fault else about_providers(seen.providers, embedded, usable=usable)),
            *machine.advice(),
            *about_agents(seen.agents),
            *about_search(seen.web),
            *([seen.journal.trouble] if seen.journal.trouble else []),
            *about_default(seen.settings.config.default_preset, seen.presets),
        ],
        program=this_program(),
    )


def _broken(error: ConfigError, machine: _Machine) -> Diagnosis:
    return Diagnosis(
        status="broken_configuration",
        configuration=ConfigurationFound(file=None, exists=True, faults=list(error.faults)),
        clients=machine.clients,
        network=machine.network,
        providers=[],
        agents=[],
        embedded=None,
        web=None,
        journal=None,
        presets=[],
        advice=["Mend the faults above, then run fusion-mcp doctor again.", *machine.advice()],
        program=this_program(),
    )


def _configuration(settings: Settings, presets: Sequence[PresetCard]) -> ConfigurationFound:
    """Say whether the file could be read, and whether the preset that it names is one."""
    file, name = settings.config_file, settings.config.default_preset
    known = [name for card in presets for name in (card.name, *card.aliases)]
    unknown = f"{file}: default_preset: there is no preset '{shown(name)}'{did_you_mean(name, known)}"
    return ConfigurationFound(
        file=str(file), exists=file.exists(), faults=[] if name.strip().lower() in known else [unknown]
    )
