"""`doctor`: prints what works, what does not, and how to mend it. Finding it out is `diagnosis`."""

import argparse
import logging
from collections.abc import Iterable, Iterator, Mapping

import anyio

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.cli.doctor.diagnosis import examine
from fusion_mcp.cli.doctor.findings import (
    AgentFound,
    BackendFound,
    ClientFound,
    ConfigurationFound,
    Diagnosis,
    EmbeddedFound,
    JournalFound,
    NetworkFound,
    ProviderFound,
    WebFound,
)
from fusion_mcp.cli.exits import NO_RESULT, OK, USAGE
from fusion_mcp.cli.streams import show
from fusion_mcp.money import usd
from fusion_mcp.presets.markdown import beyond_keys
from fusion_mcp.providers.local import native
from fusion_mcp.providers.local.download import size_words
from fusion_mcp.result import PresetCard

_STATUS = {"ready": OK, "no_usable_preset": NO_RESULT, "broken_configuration": USAGE}
_SENTENCE = 300
_CHOICE = 140


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the findings; the exit status tells whether there is a preset to use."""
    logging.getLogger("fusion_mcp").setLevel(logging.ERROR)  # what is warned of here is found, too

    async def examined() -> Diagnosis:
        return await examine(environ, attempt=arguments.attempt)

    found = anyio.run(examined)
    show(found.model_dump_json(indent=2) if arguments.json else clean("\n".join(_lines(found))))
    return _STATUS[found.status]


def _lines(found: Diagnosis) -> Iterator[str]:
    program = found.program
    packages = ", ".join(f"{name} {version or 'not installed'}" for name, version in program.packages.items())
    yield f"fusion-mcp {program.version}, Python {program.python}, {program.platform}"
    yield f"with {packages}"
    yield from _section("Configuration", _configuration(found.configuration))
    yield from _section("Clients", _clients(found.clients))
    yield from _section("Network", _network(found.network))
    if found.embedded is not None and found.web is not None and found.journal is not None:
        yield from _section("Providers", _remote(found.providers))
        yield from _section("Servers on this machine", _local(found.providers))
        yield from _section("Agents on this machine", _agents(found.agents))
        yield from _section("Embedded model", _embedded(found.embedded))
        yield from _section("Web", _web(found.web))
        yield from _section("Runs", _journal(found.journal))
        yield from _section("Presets", _presets(found.presets))
    yield from _section("What to do", found.advice)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield from ("", title, *(f"  {line}" for line in body))


def _configuration(found: ConfigurationFound) -> Iterator[str]:
    if found.faults:
        yield from (f"broken: {one_line(fault, 2 * _SENTENCE)}" for fault in found.faults)
    else:
        yield f"{found.file}: {'read' if found.exists else 'not there, so defaults hold'}"


def _clients(found: Iterable[ClientFound]) -> Iterator[str]:
    """Those that are set up to start this program."""
    for client in found:
        keys = f", with {', '.join(client.keys)}" if client.keys else ""
        yield f"{client.title}: {client.file}{f' starts {client.program}{keys}' if client.program else ''}"


def _network(found: NetworkFound) -> Iterator[str]:
    """The proxies, where there are any."""
    states = {True: "answers", False: "does not answer", None: "cannot be asked"}
    for proxy in found.proxies:
        yield f"{proxy.variable}: {proxy.place or 'a proxy'}, {states[proxy.answers]}"


def _remote(providers: Iterable[ProviderFound]) -> Iterator[str]:
    """Those that are configured or have a key, one a line; of the rest, the variables that would bring them in."""
    rest: list[str] = []
    for provider in providers:
        if provider.configured or provider.key_set:
            yield f"{provider.name}: {_key(provider)}{f'; {provider.detail}' if provider.detail else ''}"
        elif not provider.local:
            rest.append(f"{provider.name} ({provider.key_variable})")
    if rest:
        yield f"without a key: {', '.join(rest)}"


def _key(provider: ProviderFound) -> str:
    if provider.key_variable is None:
        return "needs no key"
    return f"{provider.key_variable} is {'set' if provider.key_set else 'not set'}"


def _local(providers: Iterable[ProviderFound]) -> Iterator[str]:
    there = [provider for provider in providers if provider.local and provider.answers]
    yield from (f"{provider.name}: {provider.detail}, at {provider.base_url}" for provider in there)
    if not there:
        yield "none found"


def _agents(agents: Iterable[AgentFound]) -> Iterator[str]:
    """Those that are there or configured, one a line; of the rest, the names."""
    rest: list[str] = []
    for agent in agents:
        if agent.path is not None:
            yield f"{agent.name}: {agent.path}; {agent.billing}{f'; {agent.detail}' if agent.detail else ''}"
        elif agent.configured:
            yield f"{agent.name}: there is no '{agent.program}'"
        else:
            rest.append(agent.name)
    if rest:
        yield f"not installed: {', '.join(rest)}"


def _embedded(found: EmbeddedFound) -> Iterator[str]:
    yield f"runtime: {'installed' if found.runtime_installed else 'not installed; ' + native.HOW_TO_INSTALL}"
    for model in found.models:
        state = "fetched" if model.fetched else f"not fetched; fusion-mcp pull {model.name} ({size_words(model.bytes)})"
        yield f"{model.name}: {state}"
    for name, there in found.own_files.items():
        yield f"{name}, your own: {'there' if there else 'its file is not there'}"


def _web(found: WebFound) -> Iterator[str]:
    if not found.enabled:
        yield "off: web.enabled is false"
        return
    yield "on; pages are fetched directly, past any proxy"
    yield from (f"search with {backend.name}: {_search(backend)}" for backend in found.backends)
    if found.allowed_domains:
        yield f"only: {', '.join(found.allowed_domains)}"
    if found.excluded_domains:
        yield f"never: {', '.join(found.excluded_domains)}"


def _search(backend: BackendFound) -> str:
    if backend.lacks:
        return f"not set up; {backend.lacks}"
    ready = f"{backend.key_variable} is set" if backend.key_variable else "needs no key"
    return f"{ready}{f'; {backend.detail}' if backend.detail else ''}"


def _journal(found: JournalFound) -> Iterator[str]:
    kept = {
        "full": "questions, answers and costs",
        "metadata": "costs and times, no words",
        "off": "the day's money alone",
    }
    yield f"{found.file}: keeps {kept[found.store]}" if not found.trouble else f"{found.file}: cannot be used"
    if found.today is not None:
        money = found.today
        doubt = f", {usd(money.in_doubt_usd)} possibly billed besides" if money.in_doubt_usd else ""
        held = f", {usd(money.held_usd)} held for runs under way" if money.held_usd else ""
        yield f"today (UTC): {usd(money.spent_usd)} of {usd(money.limit_usd)} spent{doubt}{held}"
    for each in found.left_alone:
        yield f"{each.model} is left alone for {each.for_s:.0f} s more: {one_line(each.why, _SENTENCE)}"


def _presets(cards: Iterable[PresetCard]) -> Iterator[str]:
    for card in cards:
        if card.error is not None:
            yield f"{card.name}: broken: {one_line(card.error, _SENTENCE)}"
            continue
        needs = f"; needs {', '.join(card.missing_keys)}" if card.missing_keys else ""
        chosen = f"; {one_line(beyond_keys(card), _CHOICE)}" if beyond_keys(card) else ""
        yield f"{card.name}: {'not ' if not card.usable else 'partly ' if needs else ''}ready{needs}{chosen}"
