"""What `doctor` finds out about agent programs: which are there, where, and whether they are logged in."""

from collections.abc import Mapping

import anyio

from fusion_mcp.cli.doctor.findings import AgentFound
from fusion_mcp.engine import Engine
from fusion_mcp.providers.agents.failures import how_to_log_in
from fusion_mcp.providers.agents.invocation import DEFAULT_MODEL
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.types import ModelRef

LOGIN_S = 10.0
"""How long a program may take to say whether it is logged in."""


async def look_at_agents(engine: Engine, *, attempt: bool) -> list[AgentFound]:
    """Look for every agent program; with `attempt`, also ask those that can say so whether they are logged in."""
    agents = {p.name: (p, p.agent) for p in engine.catalogue.values() if p.agent is not None}
    found = {name: _looked_for(engine, provider, agent) for name, (provider, agent) in agents.items()}
    if attempt:
        async with anyio.create_task_group() as asking:
            for name, agent in tuple(found.items()):
                if agent.path is not None and agents[name][1].status_args:
                    asking.start_soon(_ask, engine, found, *agents[name])
    return list(found.values())


async def _ask(engine: Engine, found: dict[str, AgentFound], provider: Provider, agent: Agent) -> None:
    is_logged_in = await engine.models.is_logged_in(provider.name, within_s=LOGIN_S)
    details = {True: "logged in", False: how_to_log_in(provider, agent), None: "does not say whether it is logged in"}
    told = {"logged_in": is_logged_in, "detail": details[is_logged_in]}
    found[provider.name] = found[provider.name].model_copy(update=told)


def _looked_for(engine: Engine, provider: Provider, agent: Agent) -> AgentFound:
    return AgentFound(
        name=provider.name,
        title=provider.title,
        program=agent.command[0],
        path=engine.models.agent_path(provider.name),
        configured=provider.name in engine.settings.config.providers,
        billing=_billing(engine, provider, agent),
        logged_in=None,
        detail=None if provider.api_key_env is None else _about_key(engine.settings.environ, provider.api_key_env),
        install=agent.install or None,
    )


def _billing(engine: Engine, provider: Provider, agent: Agent) -> str:
    if provider.is_on_plan:
        is_so = engine.models.traits(ModelRef(provider.name, DEFAULT_MODEL)).on_subscription
        return "subscription" if is_so else "unknown, at a service of your choice"
    return "metered" if provider.api_key_env else agent.billing or "unknown"


def _about_key(environ: Mapping[str, str], variable: str) -> str:
    return f"{variable} is {'set' if environ.get(variable, '').strip() else 'not set'}"
