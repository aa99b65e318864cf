"""The catalogue: the providers and agents that ship, with the person's own laid over them. Data in, values out."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fusion_mcp.config import ProviderConfig
from fusion_mcp.errors import ConfigError
from fusion_mcp.explain import nearest
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider


@cache
def builtin() -> Mapping[str, Provider]:
    """The catalogue that ships, by name."""
    tables = _tables("servers.toml") | _tables("agents.toml")
    return {name: Provider(name=name, **table) for name, table in tables.items()}


def _tables(file: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("fusion_mcp.providers.catalog").joinpath(file).read_text(encoding="utf-8"))


def load_catalogue(configured: Mapping[str, ProviderConfig], where: str = "config.toml") -> Mapping[str, Provider]:
    """Lay the person's `[providers.*]` over the built-in catalogue.

    Raises ConfigError for a new provider without an address or a command, and for one with a bit of both.
    """
    catalogue = dict(builtin())
    for name, config in configured.items():
        catalogue[name] = _overlaid(catalogue.get(name), name, config, f"{where}: providers.{name}")
    return catalogue


def needs_of(providers: Iterable[Provider]) -> dict[str, str | None]:
    """By provider name, the environment variable whose key it needs; None where it needs none."""
    return {provider.name: provider.api_key_env for provider in providers}


def _overlaid(base: Provider | None, name: str, config: ProviderConfig, where: str) -> Provider:
    _refuse_half_and_half(base, config, where)
    changes: dict[str, object] = {}
    if config.prices:
        changes["listed_prices"] = config.prices
    if config.max_concurrency is not None:
        changes["max_concurrency"] = config.max_concurrency
    if config.base_url is not None:
        # Another address is another service: the built-in key and list prices are not carried to it.
        changes |= {"base_url": config.base_url, "api_key_env": config.api_key_env, "prices": None, "free": False}
        changes["has_own_address"] = base is None or base.base_url != config.base_url
    elif config.api_key_env is not None:
        changes["api_key_env"] = config.api_key_env
    if config.command is not None or (base is not None and base.agent is not None):
        changes["agent"] = _agent(base.agent if base else None, config)
    if base is not None:
        return base.model_copy(update=changes)
    if config.base_url is None and config.command is None:
        hints = nearest(name, builtin())
        hint = f" Did you mean '{hints[0]}'?" if hints else ""
        raise ConfigError(
            f"{where}.base_url: a provider that is not in the catalogue needs an address, as in "
            f'base_url = "http://127.0.0.1:8900/v1", or the command of an agent program.{hint}'
        )
    return Provider(name=name, title=name, **changes)  # pyright: ignore[reportArgumentType] - validated by pydantic


def _refuse_half_and_half(base: Provider | None, config: ProviderConfig, where: str) -> None:
    """A server has an address and an agent a command; the embedded model has neither."""
    if base is not None and base.name == EMBEDDED and (config.base_url or config.api_key_env or config.command):
        raise ConfigError(
            f"{where}: this is the embedded model, which has no address; name your server or command otherwise"
        )
    is_agent = config.command is not None or (base is not None and base.agent is not None)
    if is_agent and (config.base_url or (base is not None and base.agent is None)):
        raise ConfigError(f"{where}: an agent program has no address, and a server no command; name one of them anew")
    if not is_agent and any((config.events, config.web_args, config.env, config.billing)):
        raise ConfigError(f"{where}: events, web_args, env and billing are an agent program's, which has a command")


def _agent(base: Agent | None, config: ProviderConfig) -> Agent:
    """Lay what the person says over a built-in agent, or make one of their command.

    Of a built-in one `command` replaces the program; its arguments stay.
    """
    said = {"command": config.command, "events": config.events, "web_args": config.web_args, "billing": config.billing}
    changes: dict[str, object] = {name: value for name, value in said.items() if value is not None}
    changes["passed"] = (*(base.passed if base else ()), *config.env)
    changes["secret"] = (*(base.secret if base else ()), *config.env)
    if base is not None:
        return base.model_copy(update=changes)
    changes["key_as"] = config.api_key_env  # under its own name
    return Agent(**changes)  # pyright: ignore[reportArgumentType] - validated by pydantic
