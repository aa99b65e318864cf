"""What `doctor` advises the person to do, by what was found. Pure."""

from collections.abc import Iterator, Sequence

from fusion_mcp.cli.doctor.findings import (
    AgentFound,
    ClientFound,
    EmbeddedFound,
    NetworkFound,
    ProviderFound,
    WebFound,
)
from fusion_mcp.providers.local import native
from fusion_mcp.result import PresetCard


def about_providers(providers: Sequence[ProviderFound], embedded: EmbeddedFound, *, usable: bool) -> Iterator[str]:
    """Say what keeps a provider from being called; where no preset can be used, how to get one."""
    for provider in providers:
        if provider.misnamed and (provider.configured or not usable):
            variable = provider.key_variable
            yield f"{provider.misnamed} is set, but the key of {provider.name} is looked for in {variable}: rename it."
        elif provider.configured and provider.key_set is False:
            yield f"Provider {provider.name}: set the environment variable {provider.key_variable} to its key."
        if provider.to_mend is not None and (provider.configured or provider.key_set):
            yield f"Provider {provider.name}: {provider.to_mend}"
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


def about_clients(clients: Sequence[ClientFound]) -> Iterator[str]:
    """Say which client's configuration starts what is not there, or hands over no key."""
    for found in clients:
        yield from (f"{found.title}, by {found.file}: {fault}." for fault in found.to_mend)


def about_network(network: NetworkFound) -> Iterator[str]:
    """Say which proxy does not answer, and that the clock is wrong."""
    dead = [proxy for proxy in network.proxies if proxy.answers is False]
    for place in dict.fromkeys(proxy.place for proxy in dead):
        named = [proxy.variable for proxy in dead if proxy.place == place]
        variables, verb = " and ".join(named), "names" if len(named) == 1 else "name"
        yield f"{variables} {verb} a proxy at {place} that does not answer: start it, or correct or unset {variables}."
    if network.clock:
        yield network.clock


def about_default(name: str, presets: Sequence[PresetCard]) -> Iterator[str]:
    """Say where the default preset cannot be used, but another can."""
    name = name.strip().lower()
    for card in presets:
        if name in (card.name, *card.aliases) and not card.usable and any(each.usable for each in presets):
            yield f"The default preset {card.name} cannot be used now; choose another in config.toml or with --preset."


def about_agents(agents: Sequence[AgentFound]) -> Iterator[str]:
    """Say which agent program is missing, or not logged in."""
    for agent in agents:
        if agent.configured and agent.path is None:
            yield f"Agent {agent.name}: there is no '{agent.program}'; correct providers.{agent.name}.command."
        if agent.logged_in is False:
            yield f"Agent {agent.name}: {agent.detail}"


def about_search(web: WebFound) -> Iterator[str]:
    """Say which search backend lacks something, or does not work."""
    if not web.enabled:
        return
    nothing_else = all(backend.lacks for backend in web.backends)
    for backend in web.backends:
        if backend.lacks and (backend.key_variable or nothing_else):
            yield f"Search with {backend.name}: {backend.lacks}."
        if backend.answers is False:
            yield f"Search with {backend.name} does not work: {backend.detail}."
