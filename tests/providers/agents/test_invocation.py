"""How an agent is run for one question: what stands in its command, its input, its files and its environment."""

import json
from pathlib import PurePath
from typing import Any

import pytest

from fusion_mcp.providers.agents.invocation import Invocation, granted, invocation
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.types import ChatRequest, Message, NativeWeb
from providers.agents.shipped import shipped

SYSTEM = Message(role="system", content="Answer briefly.")
QUESTION = Message(role="user", content="What is a lynx?")
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
WEB = NativeWeb(tools=("web_search", "web_fetch"), max_calls=4)
FOLDER = "/tmp/empty"
SYSTEM_FILE = str(PurePath(FOLDER, "system.md"))
SCHEMA_FILE = str(PurePath(FOLDER, "schema.json"))
ENVIRON = {"PATH": "/bin", "HOME": "/home/person", "OPENAI_API_KEY": "sk-no", "https_proxy": "http://proxy:3128"}


def asked(
    agent: Agent, *messages: Message, model: str = "opus", environ: dict[str, str] | None = None, **more: Any
) -> Invocation:
    key = more.pop("key", None)
    request = ChatRequest(messages=messages or (SYSTEM, QUESTION), **more)
    surroundings = ENVIRON if environ is None else environ
    return invocation(agent, model, request, environ=surroundings, key=key, folder=FOLDER)


def test_a_question_goes_in_by_stdin_and_never_into_the_command() -> None:
    run = asked(shipped("claude-code"))
    assert run.stdin == "What is a lynx?"
    assert not any("lynx" in arg for arg in run.command)


def test_the_system_message_lies_in_a_file_where_the_agent_takes_one() -> None:
    run = asked(shipped("claude-code"))
    assert run.files == {"system.md": "Answer briefly."}
    assert f"--system-prompt-file={SYSTEM_FILE}" in run.command


def test_without_such_a_file_the_system_message_stands_first() -> None:
    assert asked(Agent(command=("tool",))).stdin == "Answer briefly.\n\nWhat is a lynx?"


def test_an_agent_that_reads_the_system_file_by_a_variable_or_a_file_is_not_told_twice() -> None:
    by_variable = asked(Agent(command=("tool",), environ={"SYSTEM": "{system_file}"}))
    assert by_variable.stdin == "What is a lynx?"
    assert by_variable.environ["SYSTEM"] == SYSTEM_FILE
    by_file = asked(Agent(command=("tool",), files={"conf.json": '{"prompt": "{system_file}"}'}))
    assert by_file.stdin == "What is a lynx?"
    assert json.loads(by_file.files["conf.json"]) == {"prompt": SYSTEM_FILE}


def test_a_question_without_a_system_message_needs_no_file() -> None:
    run = asked(shipped("claude-code"), QUESTION)
    assert run.files == {}
    assert not any("system-prompt" in arg for arg in run.command)


def test_several_turns_stand_under_the_names_of_their_speakers() -> None:
    again = Message(role="user", content="That was no JSON.")
    run = asked(shipped("codex"), SYSTEM, QUESTION, Message(role="assistant", content="A cat."), again)
    assert run.stdin == "User:\nWhat is a lynx?\n\nAssistant:\nA cat.\n\nUser:\nThat was no JSON."


def test_a_model_name_is_part_of_an_argument_and_is_never_taken_for_a_placeholder() -> None:
    run = asked(shipped("claude-code"), model="--dangerous {folder}")
    assert "--model=--dangerous {folder}" in run.command


def test_a_schema_is_an_argument_or_a_file_as_the_agent_takes_it() -> None:
    inline = asked(shipped("claude-code"), json_schema=SCHEMA)
    assert json.loads(next(arg for arg in inline.command if "--json-schema" in arg).partition("=")[2]) == SCHEMA
    filed = asked(shipped("codex"), json_schema=SCHEMA)
    assert f"--output-schema={SCHEMA_FILE}" in filed.command
    assert json.loads(filed.files["schema.json"]) == SCHEMA


def test_without_a_schema_nothing_is_said_of_one() -> None:
    run = asked(shipped("codex"))
    assert "schema.json" not in run.files
    assert not any("schema" in arg for arg in run.command)


@pytest.mark.parametrize(("wanted", "told"), [("high", "high"), ("xhigh", "xhigh"), ("minimal", "low")])
def test_an_effort_is_asked_for_in_the_agents_own_words(wanted: str, told: str) -> None:
    assert f"--effort={told}" in asked(shipped("claude-code"), reasoning=wanted).command
    assert f'model_reasoning_effort="{told}"' in asked(shipped("codex"), reasoning=wanted).command


def test_no_effort_is_the_agents_own() -> None:
    assert not any("effort" in arg for arg in asked(shipped("claude-code")).command)


def test_it_has_no_tools_at_all_without_the_web() -> None:
    assert asked(shipped("claude-code")).command[-1] == "--tools="
    assert 'web_search="disabled"' in asked(shipped("codex")).command


def test_it_gets_those_web_tools_that_the_preset_gives() -> None:
    both = asked(shipped("claude-code"), native_web=WEB).command
    assert "--tools=WebSearch,WebFetch" in both
    assert "--allowedTools=WebSearch,WebFetch" in both
    one = asked(shipped("claude-code"), native_web=NativeWeb(tools=("web_fetch",), max_calls=4)).command
    assert "--tools=WebFetch" in one
    assert 'web_search="live"' in asked(shipped("codex"), native_web=WEB).command


def test_a_search_that_cannot_be_had_alone_is_not_given_for_a_fetch() -> None:
    fetch = NativeWeb(tools=("web_fetch",), max_calls=4)
    assert granted(shipped("codex"), fetch) == ()
    assert 'web_search="disabled"' in asked(shipped("codex"), native_web=fetch).command


@pytest.mark.parametrize("limit", [{"allowed_domains": ("example.org",)}, {"excluded_domains": ("example.org",)}])
@pytest.mark.parametrize("name", ["claude-code", "codex"])
def test_where_only_some_domains_may_be_visited_it_gets_no_web(name: str, limit: dict[str, tuple[str, ...]]) -> None:
    limited = NativeWeb(tools=("web_search", "web_fetch"), max_calls=4, **limit)
    assert granted(shipped(name), limited) == ()
    assert asked(shipped(name), native_web=limited).command == asked(shipped(name)).command


def test_an_agent_that_names_no_tools_of_its_own_is_told_ours() -> None:
    agent = Agent(command=("tool",), web_args=("--web={web_tools}",))
    assert asked(agent, native_web=WEB).command == ("tool", "--web=web_search,web_fetch")


def test_its_environment_is_the_platforms_and_the_networks_with_the_marker() -> None:
    environ = asked(Agent(command=("tool",))).environ
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), FOLDER)
    kept = {name: ENVIRON[name] for name in ("PATH", "HOME", "https_proxy")}
    assert environ == kept | places | {"FUSION_MCP_DEPTH": "1"}


def test_no_key_gets_through_unless_it_was_chosen() -> None:
    secrets = ENVIRON | {"ANTHROPIC_API_KEY": "sk-a", "ANTHROPIC_AUTH_TOKEN": "sk-b", "CODEX_API_KEY": "sk-c"}
    for name in ("claude-code", "codex"):
        run = asked(shipped(name), environ=secrets)
        assert not any(value.startswith("sk-") for value in run.environ.values())
    chosen = asked(shipped("claude-code"), environ=secrets, key="sk-chosen")
    assert [value for value in chosen.environ.values() if value.startswith("sk-")] == ["sk-chosen"]
    assert chosen.environ["ANTHROPIC_API_KEY"] == "sk-chosen"


def test_the_variables_of_its_login_are_handed_on() -> None:
    login = ENVIRON | {"CLAUDE_CODE_OAUTH_TOKEN": "token", "CLAUDE_CONFIG_DIR": "/elsewhere"}
    environ = asked(shipped("claude-code"), environ=login).environ
    assert environ["CLAUDE_CODE_OAUTH_TOKEN"] == "token"
    assert environ["CLAUDE_CONFIG_DIR"] == "/elsewhere"


def test_a_login_does_not_go_to_a_service_whose_own_key_is_kept_back() -> None:
    gateway = ENVIRON | {"ANTHROPIC_BASE_URL": "http://gateway", "CLAUDE_CODE_OAUTH_TOKEN": "token"}
    agent = shipped("claude-code")
    assert asked(agent, environ=gateway).environ["ANTHROPIC_BASE_URL"] == "http://gateway"
    keyed = gateway | {"ANTHROPIC_AUTH_TOKEN": "sk-b"}
    assert "ANTHROPIC_BASE_URL" not in asked(agent, environ=keyed).environ
    assert asked(agent, environ=keyed, key="sk-b").environ["ANTHROPIC_BASE_URL"] == "http://gateway"


def test_an_invocation_shows_no_environment() -> None:
    assert "sk-chosen" not in repr(asked(shipped("claude-code"), key="sk-chosen"))
