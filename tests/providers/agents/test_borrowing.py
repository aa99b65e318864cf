"""What of an agent's own settings goes along: the choice of its service, and nothing that starts something."""

import json
import tomllib
from pathlib import Path

import pytest

from fusion_mcp.providers.agents.borrowing import borrowed_args
from fusion_mcp.providers.agents.invocation import invocation, is_elsewhere
from fusion_mcp.providers.agents.own_settings import own_settings
from fusion_mcp.providers.catalog.agent import Agent, Borrows
from fusion_mcp.types import ChatRequest, Message
from providers.agents.shipped import shipped

SETTINGS = """
model_provider = "gate"
cli_auth_credentials_store = "keyring"
notify = ["touch", "/tmp/notified"]

[model_providers.gate]
name = "Our \\"gate\\""
base_url = "http://me:s3cret@127.0.0.1:8000/v1"
env_key = "GATE_KEY"
request_max_retries = 2
requires_openai_auth = false
experimental_bearer_token = "sk-secret"
query_params = { version = "1" }
http_headers = { "X-Key" = "sk-other" }

[model_providers.other]
name = "Other"

[mcp_servers.fusion]
command = "fusion-mcp"
"""


def codex() -> Agent:
    return shipped("codex")


def borrows() -> Borrows:
    chosen = codex().borrows
    assert chosen is not None
    return chosen


def said(args: tuple[str, ...]) -> dict[str, object]:
    assert set(args[::2]) <= {"-c"}
    return tomllib.loads("\n".join(args[1::2]))


def test_the_chosen_service_goes_along_and_nothing_that_starts_something() -> None:
    gate = {
        "name": 'Our "gate"',
        "base_url": "http://127.0.0.1:8000/v1",
        "env_key": "GATE_KEY",
        "requires_openai_auth": False,
        "query_params": {"version": "1"},
    }
    assert said(borrowed_args(borrows(), SETTINGS)) == {
        "model_provider": "gate",
        "cli_auth_credentials_store": "keyring",
        "model_providers": {"gate": gate},
    }


@pytest.mark.parametrize(
    "settings",
    ["", "broken = ", "model_provider = 3", "model_providers = 3", "[model_providers.gate]\nname = 'Gate'", "[" * 9999],
)
def test_settings_that_choose_nothing_or_are_broken_add_nothing(settings: str) -> None:
    assert borrowed_args(borrows(), settings) == ()


@pytest.mark.parametrize("name", ["Gate 🚀", "a\x7fb", "tab\there"])
def test_what_goes_along_is_toml_whatever_its_letters(name: str) -> None:
    settings = f"model_provider = 'gate'\n[model_providers.gate]\nname = {json.dumps(name, ensure_ascii=False)!s}\n"
    settings = settings.replace("\x7f", "\\u007f")
    assert said(borrowed_args(borrows(), settings))["model_providers"] == {"gate": {"name": name}}


def test_a_query_that_holds_a_key_stays_behind() -> None:
    settings = "model_provider = 'g'\n[model_providers.g]\nname = 'G'\nquery_params = { api-key = 'k', version = '1' }"
    assert said(borrowed_args(borrows(), settings))["model_providers"] == {"g": {"name": "G"}}


def test_the_service_of_the_profile_that_is_chosen_goes_along() -> None:
    settings = "profile = 'mine'\nmodel_provider = 'a'\n[profiles.mine]\nmodel_provider = 'b'"
    assert borrowed_args(borrows(), settings) == ("-c", 'model_provider="b"')


def test_a_service_that_comes_with_the_program_is_chosen_by_its_name_alone() -> None:
    assert borrowed_args(borrows(), 'model_provider = "ollama"') == ("-c", 'model_provider="ollama"')


def test_the_model_of_its_settings_goes_along_where_the_preset_leaves_it_open() -> None:
    request = ChatRequest(messages=(Message(role="user", content="What?"),))
    for model, wanted in (("default", ("-c", 'model="theirs"')), ("ours", ())):
        run = invocation(codex(), model, request, environ={}, key=None, folder="/e", settings="model = 'theirs'")
        assert run.command[len(run.command) - len(wanted) :] == wanted
        assert ("--model=ours" in run.command) == (model == "ours")


@pytest.mark.parametrize(
    ("environ", "key", "settings", "elsewhere"),
    [
        ({}, None, "", False),
        ({}, None, "cli_auth_credentials_store = 'keyring'", False),
        ({}, None, "model_provider = 'gate'", True),
    ],
)
def test_a_service_of_the_persons_choice_is_on_no_plan(
    environ: dict[str, str], key: str | None, settings: str, *, elsewhere: bool
) -> None:
    assert is_elsewhere(codex(), environ, key, settings) is elsewhere


def test_an_address_in_the_environment_is_a_choice_where_it_is_handed_on() -> None:
    claude = shipped("claude-code")
    named = claude.model_copy(update={"passed": (*claude.passed, "ANTHROPIC_BASE_URL")})
    environ = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}
    assert is_elsewhere(claude, environ, None, "")
    assert not is_elsewhere(claude, {**environ, "ANTHROPIC_API_KEY": "k"}, None, "")  # neither is handed on
    assert is_elsewhere(named, {**environ, "ANTHROPIC_API_KEY": "k"}, None, "")


def test_they_stand_last_in_the_command_and_are_no_placeholders() -> None:
    request = ChatRequest(messages=(Message(role="user", content="What?"),))
    run = invocation(
        codex(), "x", request, environ={}, key=None, folder="/tmp/e", settings='openai_base_url = "http://{folder}"'
    )
    assert run.command[-2:] == ("-c", 'openai_base_url="http://{folder}"')


def test_they_are_read_where_the_program_would_look(tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_text("at = 'home'", encoding="utf-8")
    (tmp_path / "config.toml").write_text("at = 'elsewhere'", encoding="utf-8")
    assert own_settings(codex(), {"HOME": str(tmp_path)}) == "at = 'home'"
    assert own_settings(codex(), {"HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}) == "at = 'elsewhere'"


def test_without_them_nothing_is_borrowed(tmp_path: Path) -> None:
    assert own_settings(codex(), {"HOME": str(tmp_path)}) == ""
    assert own_settings(codex(), {}) == ""
    assert own_settings(Agent(command=("tool",)), {"HOME": str(tmp_path)}) == ""
