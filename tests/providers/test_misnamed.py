"""Which variables look like the one that a key is looked for in, and which do not."""

import pytest

from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.catalog.misnamed import misnamed_keys


@pytest.mark.parametrize(
    ("near", "variable"),
    [
        ("OPENROUTER_KEY", "OPENROUTER_API_KEY"),
        ("OPENROUTER_APIKEY", "OPENROUTER_API_KEY"),
        ("OPEN_ROUTER_API_KEY", "OPENROUTER_API_KEY"),
        ("openrouter_api_key", "OPENROUTER_API_KEY"),
        ("OPENROUTER_TOKEN", "OPENROUTER_API_KEY"),
        ("OPENROUTR_API_KEY", "OPENROUTER_API_KEY"),
        ("OPENROUTER_API_KEYS", "OPENROUTER_API_KEY"),
        ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        ("ANTROPIC_API_KEY", "ANTHROPIC_API_KEY"),
        ("XAI_KEY", "XAI_API_KEY"),
    ],
)
def test_a_name_that_is_nearly_right_is_told(near: str, variable: str) -> None:
    assert misnamed_keys({near: "a key", "PATH": "/bin"}, builtin().values()) == {variable: near}


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "KEY",
        "SSH_KEY",
        "GITHUB_TOKEN",
        "AI_API_KEY",
        "AZURE_OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENROUTER",
    ],
)
def test_a_name_that_means_something_else_is_left_alone(name: str) -> None:
    assert misnamed_keys({name: "a key"}, builtin().values()) == {}


def test_nothing_is_said_of_a_key_that_is_set_or_of_a_name_that_is_blank() -> None:
    both = {"OPENROUTER_KEY": "a key", "OPENROUTER_API_KEY": "a key"}
    assert misnamed_keys(both, builtin().values()) == {}
    assert misnamed_keys({"OPENROUTER_KEY": " "}, builtin().values()) == {}
