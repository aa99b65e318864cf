"""What `doctor` finds out: configuration, providers, embedded model, web, presets, and what to do. Prints nothing.

Keys are looked for and, where the person asked, used; none of them stands in what is found.
"""

from collections.abc import Mapping, Sequence

from fusion_mcp.cli.doctor.advice import about_agents, about_default, about_providers, about_search
from fusion_mcp.cli.doctor.agents import look_at_agents
from fusion_mcp.cli.doctor.embedded import look_at_embedded
from fusion_mcp.cli.doctor.findings import ConfigurationFound, Diagnosis
from fusion_mcp.cli.doctor.journal import look_at_journal
from fusion_mcp.cli.doctor.program import this_program
from fusion_mcp.cli.doctor.providers import look_at_providers
from fusion_mcp.cli.doctor.web import look_at_web
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.result import PresetCard
from fusion_mcp.settings import Settings, load_settings


async def examine(environ: Mapping[str, str], *, attempt: bool) -> Diagnosis:
    """Look at everything; with `attempt`, also ask providers and search backends. Raises nothing of ours."""
    try:
        settings = load_settings(environ)
        async with open_engine(settings) as engine:
            presets = await engine.presets.cards()
            providers = await look_at_providers(engine, attempt=attempt)
            agents = await look_at_agents(engine, attempt=attempt)
            connection_fault = engine.models.connection_fault()
            journal = await look_at_journal(engine)
        web = await look_at_web(settings, attempt=attempt)
    except ConfigError as error:
        return _broken(error)
    embedded = look_at_embedded(settings)
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
            *([connection_fault] if connection_fault else about_providers(providers, embedded, usable=usable)),
            *about_agents(agents),
            *about_search(web),
            *([journal.trouble] if journal.trouble else []),
            *about_default(settings.config.default_preset, presets),
        ],
        program=this_program(),
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
