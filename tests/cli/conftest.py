"""The command line of a test's own home."""

import pytest

from cli.command_line import CommandLine
from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers


@pytest.fixture
def cli(home: Home) -> CommandLine:
    return CommandLine(home)


@pytest.fixture
def trio(home: Home, provider: ScriptedProvider) -> ScriptedProvider:
    """A home whose default preset is a trio that answers, is judged and is synthesized."""
    trio_answers(provider, "{name} says yes.", "The panel says yes.")
    home.trio(provider)
    return provider
