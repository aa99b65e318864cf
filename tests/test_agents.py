"""Agent programs on the panel, as a person configures them: real processes beside a scripted provider."""

import json
from collections.abc import Mapping
from decimal import Decimal

import anyio
import psutil
import pytest

from fusion_mcp.engine import open_engine
from fusion_mcp.errors import ConfigError
from fusion_mcp.presets.markdown import preset_markdown
from fusion_mcp.protocols import Progress
from fusion_mcp.providers.catalog.catalog import load_catalogue
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.settings import load_settings
from scripted import Home, ScriptedProvider, answers, judges
from scripted.asking import QUESTION, ask
from scripted.home import CANARY
from scripted.panellists import Panellists

PRICES = {"beta": (1.0, 10.0), "judge": (1.0, 10.0), "writer": (1.0, 10.0)}


@pytest.fixture
def panellists(home: Home) -> Panellists:
    return Panellists(home)


def seat(home: Home, provider: ScriptedProvider, panellists: Panellists, model: str, **keys: object) -> None:
    """Seat one agent beside one scripted model."""
    provider.script("beta", answers("Paris, says beta."))
    provider.script("judge", judges())
    provider.script("writer", answers("It is Paris."))
    table = panellists.config("mine", keys)
    home.trio(provider, panel=[f"mine:{model}", "beta"], quorum=1, grace_s=20, config=table, prices=PRICES)


def configured(home: Home) -> Mapping[str, Provider]:
    """Read the home's configuration, as a start does."""
    settings = load_settings(home.environ())
    return load_catalogue(settings.config.providers, str(settings.config_file))


async def test_a_command_of_the_persons_own_answers_in_its_seat(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris")
    result = await ask(home)
    assert result.status == "ok"
    assert (result.responses[0].model, result.responses[0].content) == ("mine:paris", "Paris, says the agent.")


async def test_an_agent_is_given_the_question_the_mark_and_an_environment_without_keys(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris")
    await ask(home)
    [seen] = panellists.seen
    environ = seen["environ"]
    assert environ["FUSION_MCP_DEPTH"] == "1"
    assert CANARY not in str(environ)
    assert "FUSION_MCP_HOME" not in environ
    assert seen["files"] == []
    asked = seen["asked"]
    assert QUESTION in asked
    assert asked.count("fusion-run-") == 2  # in the system's words and in the question's


async def test_a_variable_that_the_person_names_is_handed_on_and_its_value_is_shown_to_nobody(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "leaks", env=["AGENT_TOKEN"])
    token = "tok-4f1d90ab27c3e65588aa"
    home_environ = home.environ(AGENT_TOKEN=token)
    result = await ask(home, environ=home_environ)
    assert token not in result.model_dump_json()
    assert "[key]" in result.failed_models[0].error


async def test_what_goes_on_a_subscription_has_no_cost_and_says_so(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris", billing="subscription")
    result = await ask(home)
    agent, beta = result.responses
    assert (agent.billing, agent.cost_usd) == ("subscription", None)
    assert beta.billing == "metered"
    assert result.cost_usd == sum(line.cost_usd or 0 for line in result.cost_breakdown) > 0
    assert result.cost_vs_single is None
    assert "mine:paris went on a subscription" in " ".join(result.warnings)


async def test_a_run_of_nothing_but_subscriptions_has_no_known_cost(home: Home, panellists: Panellists) -> None:
    home.trio(
        "http://127.0.0.1:9/v1",
        panel=["mine:paris", "mine:echo"],
        judge="mine:judge",
        synthesizer="mine:paris",
        config=panellists.config("mine", {"billing": "subscription"}),
    )
    result = await ask(home)
    assert result.answered_by == "synthesizer"
    assert result.analysis is not None
    assert result.analysis.consensus == ["It is Paris."]
    assert result.cost_usd is None


async def test_a_command_of_which_nobody_says_how_it_is_paid_for_has_an_unknown_cost(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris")
    result = await ask(home)
    assert result.responses[0].cost_usd is None
    assert result.cost_usd is None


async def test_what_a_program_only_reckons_is_no_cost_of_a_command_of_ones_own(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "researches", events="claude-code")
    result = await ask(home)
    assert result.responses[0].content == "Paris, as I read."
    assert result.responses[0].cost_usd is None


async def test_a_free_command_costs_nothing(home: Home, provider: ScriptedProvider, panellists: Panellists) -> None:
    seat(home, provider, panellists, "paris", billing="free")
    result = await ask(home)
    assert result.responses[0].cost_usd == Decimal(0)


async def test_the_mark_that_an_agent_repeats_is_taken_out_of_its_answer(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "echo")
    result = await ask(home, detail="full")
    assert QUESTION in result.responses[0].content
    assert "fusion-run-" not in result.model_dump_json()


@pytest.mark.parametrize(
    ("model", "reason", "words"),
    [
        ("logged-out", "unauthorized", "not logged in"),
        ("limited", "rate_limited", "limit"),
        ("breaks", "upstream_error", "status 3"),
        ("throws", "upstream_error", "It said: Error: no such folder"),
        ("silent", "empty_completion", "empty"),
        ("floods", "upstream_error", "more than anybody could read"),
    ],
)
async def test_whatever_an_agent_does_instead_of_answering_is_its_own_named_failure(
    home: Home, provider: ScriptedProvider, panellists: Panellists, model: str, reason: str, words: str
) -> None:
    seat(home, provider, panellists, model)
    result = await ask(home)
    [failure] = result.failed_models
    assert (failure.model, failure.reason) == (f"mine:{model}", reason)
    assert words in failure.error
    assert [response.model for response in result.responses] == ["work:beta"]


async def test_an_agent_that_is_not_installed_is_a_failure_that_says_what_to_do(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris")
    home.trio(
        provider, panel=["lost:model", "beta"], quorum=1, config='[providers.lost]\ncommand = ["no-such-agent"]\n'
    )
    result = await ask(home)
    [failure] = result.failed_models
    assert failure.reason == "invalid_model"
    assert "there is no 'no-such-agent' on the PATH" in failure.error
    assert "providers.lost.command" in failure.error


async def test_a_program_that_is_not_where_the_person_says_is_told_so(home: Home, provider: ScriptedProvider) -> None:
    provider.script("beta", answers("Paris."))
    lost = home.user / "bin" / "agent"
    config = f"[providers.lost]\ncommand = {json.dumps([str(lost)])}\n"
    home.trio(provider, panel=["lost:model", "beta"], quorum=1, config=config)
    result = await ask(home)
    assert f"there is no program at '{lost}'" in result.failed_models[0].error


async def test_calls_at_a_service_of_the_persons_choice_are_reserved_and_on_no_plan(home: Home) -> None:
    (home.user / ".codex").mkdir()
    (home.user / ".codex" / "config.toml").write_text("model_provider = 'gate'", encoding="utf-8")
    home.trio("http://127.0.0.1:9/v1", panel=["codex:a", "codex:b"], judge="codex:a", synthesizer="codex:a")
    async with open_engine(load_settings(home.environ())) as engine:
        card = await engine.describe_preset("trio")
    assert card.on_subscription == []
    assert card.unpriced == ["codex:a", "codex:b"]
    assert card.may_cost_usd


async def test_the_value_of_a_variable_that_is_no_secret_may_stand_in_an_answer(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris", env=["AGENT_CITY"])
    result = await ask(home, environ=home.environ(AGENT_CITY="Paris, says the agent."))
    assert result.responses[0].content == "Paris, says the agent."


async def test_an_agent_that_hangs_is_ended_at_the_panels_deadline(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "hangs")
    result = await ask(home, deadline_s=3)
    [failure] = result.failed_models
    assert failure.reason in ("late", "timed_out")
    [seen] = panellists.seen
    assert not psutil.pid_exists(seen["pid"])


async def test_a_cancelled_question_ends_its_agent(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "hangs")

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, home)
            await panellists.until_one_hangs()
            tasks.cancel_scope.cancel()
    [seen] = panellists.seen
    assert not psutil.pid_exists(seen["pid"])


async def test_what_an_agent_does_on_the_web_is_told_while_it_works(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "researches", events="claude-code")
    told: list[Progress] = []
    result = await ask(home, watch=told.append)
    assert result.responses[0].tool_calls == 1
    [doing] = [event.detail for event in told if event.state == "researching"]
    assert doing == "searching the web"


async def test_an_option_is_no_models_name(home: Home, provider: ScriptedProvider, panellists: Panellists) -> None:
    seat(home, provider, panellists, "--dangerous")
    result = await ask(home)
    [failure] = result.failed_models
    assert failure.reason == "invalid_model"
    assert panellists.seen == []


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('command = ["x"]\nbase_url = "http://127.0.0.1:1/v1"', "no address"),
        ('base_url = "http://127.0.0.1:1/v1"\nbilling = "free"', "which has a command"),
        ("command = []", "command"),
        ('command = ["x", "sk-ant-0123456789abcdef"]', "looks like a key"),
    ],
)
def test_half_an_agent_and_half_a_server_is_a_fault_that_names_the_provider(home: Home, table: str, words: str) -> None:
    home.trio("http://127.0.0.1:9/v1", config=f"[providers.mine]\n{table}\n")
    with pytest.raises(ConfigError) as caught:
        configured(home)
    assert "providers.mine" in str(caught.value)
    assert words in str(caught.value)


async def test_no_preset_may_name_a_command(home: Home, provider: ScriptedProvider, panellists: Panellists) -> None:
    seat(home, provider, panellists, "paris")
    file = home.presets / "trio.toml"
    file.write_text('command = ["rm"]\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Exception, match="command"):
        await ask(home)


async def test_a_presets_card_says_which_models_go_on_a_subscription(
    home: Home, provider: ScriptedProvider, panellists: Panellists
) -> None:
    seat(home, provider, panellists, "paris", billing="subscription")
    async with open_engine(load_settings(home.environ())) as engine:
        card = await engine.describe_preset("trio")
    assert card.on_subscription == ["mine:paris"]
    assert "calls to `mine:paris` go on a subscription" in preset_markdown(card)
