"""The command line of a test's own home."""

import pytest

from cli.command_line import CommandLine
from scripted import Home, ScriptedProvider, answers, judges


@pytest.fixture
def cli(home: Home) -> CommandLine:
    return CommandLine(home)


@pytest.fixture
def trio(home: Home, provider: ScriptedProvider) -> ScriptedProvider:
    """A home whose default preset is a trio that answers, is judged and is synthesized."""
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, answers(f"{name} says yes."))
    provider.script("judge", judges())
    provider.script("writer", answers("The panel says yes."))
    home.trio(provider)
    return provider
