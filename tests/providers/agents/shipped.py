"""The agent programs that ship, as tests of one of them want it."""

from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.providers.catalog.catalog import builtin


def shipped(name: str) -> Agent:
    agent = builtin()[name].agent
    assert agent is not None
    return agent
