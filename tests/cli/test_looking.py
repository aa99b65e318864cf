"""`presets` and `doctor`: what they say of a home, and that looking costs nothing."""

import pytest

from cli.command_line import CommandLine, is_one_complaint
from fusion_mcp.config import Limits
from scripted import CANARY, Home, ScriptedProvider
from scripted.web import ScriptedWeb, result, searxng


def web_of(out: str) -> list[str]:
    """The lines about the web."""
    return [line.strip() for line in out.partition("\nWeb\n")[2].partition("\n\n")[0].splitlines()]


def test_presets_lists_all_of_them_also_the_broken_ones(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    home.preset("torn", "title = ")
    done = cli("presets")
    assert done.status == 0
    rows = {row.split("|")[1].strip(): row for row in done.out.splitlines()}
    assert "| yes " in rows["trio"]
    assert "| broken " in rows["torn"]
    assert "embedded" in done.out
    assert trio.calls == []


def test_one_preset_is_shown_with_its_seats_and_what_it_needs(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("presets", "trio", WORK_API_KEY="")
    assert done.status == 0
    assert "1. `work:alpha`\n2. `work:beta`\n3. `work:gamma`" in done.out
    assert "**Not ready:** set WORK_API_KEY." in done.out
    assert "**Ready.**" in cli("presets", "trio").out
    assert trio.calls == []


def test_presets_as_json_are_the_cards(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    card = cli("presets", "trio", "--json").json
    assert card["panel"] == ["work:alpha", "work:beta", "work:gamma"]
    assert card["usable"] is True
    home.preset("torn", "title = ")
    assert '"name": "torn"' in cli("presets", "--json").out
    assert trio.calls == []


def test_an_unknown_preset_gets_the_nearest_name(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("presets", "tiro")
    assert done.status == 2
    assert is_one_complaint(done)
    assert "did you mean 'trio'" in done.err
    assert trio.calls == []


def test_doctor_finds_a_usable_preset_without_asking_anybody(
    cli: CommandLine, home: Home, trio: ScriptedProvider
) -> None:
    done = cli("doctor")
    assert done.status == 0, done.out
    assert f"{home.config_file}: read" in done.out
    assert "work: WORK_API_KEY is set" in done.out
    assert "trio: ready" in done.out
    assert "OPENROUTER_API_KEY" in done.out
    assert web_of(done.out) == [
        "on; pages are fetched directly, past any proxy",
        "search with searxng: not set up; set web.searxng_url in config.toml",
        "search with ddgs: needs no key",
    ]
    assert trio.requests == []


def test_doctor_asks_the_providers_only_when_told_to(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("doctor", "--try")
    assert done.status == 0
    assert "work: WORK_API_KEY is set; it answers, with 5 models" in done.out
    assert trio.requests == ["GET /v1/models"]
    assert CANARY not in done.out + done.err


def test_doctor_says_what_a_provider_that_refuses_the_key_answered(cli: CommandLine, home: Home) -> None:
    with ScriptedProvider(api_key="another") as strict:
        home.trio(strict)
        found = cli("doctor", "--try", "--json").json
    work = next(provider for provider in found["providers"] if provider["name"] == "work")
    assert work["key_set"] is True
    assert work["answers"] is False
    assert "401" in work["detail"]
    assert CANARY not in str(found)
    assert any("Provider work" in advice for advice in found["advice"])


def test_doctor_says_that_nothing_listens(cli: CommandLine, home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    done = cli("doctor", "--try")
    assert done.status == 0
    assert "cannot be reached" in done.out
    assert f"Provider work: {nowhere} cannot be reached: is it running, and is base_url right?" in done.out


def test_doctor_without_a_usable_preset_says_what_to_do_and_exits_1(cli: CommandLine, home: Home) -> None:
    home.trio("http://127.0.0.1:9/v1")
    done = cli("doctor", WORK_API_KEY="  ")
    assert done.status == 1
    assert "work: WORK_API_KEY is not set" in done.out
    assert "trio: not ready; needs WORK_API_KEY" in done.out
    assert "set the environment variable WORK_API_KEY" in done.out
    assert "OPENROUTER_API_KEY" in done.out
    assert cli("doctor", "--json", WORK_API_KEY="").json["status"] == "no_usable_preset"


def test_doctor_names_a_key_whose_name_is_nearly_right(cli: CommandLine) -> None:
    done = cli("doctor", OPENROUTER_KEY=CANARY)
    assert done.status == 1
    assert (
        "OPENROUTER_KEY is set, but the key of openrouter is looked for in OPENROUTER_API_KEY: rename it." in done.out
    )
    assert CANARY not in done.out


def test_doctor_names_a_key_that_is_none(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("doctor", "--try", WORK_API_KEY="$MY_KEY")
    assert done.status == 1
    assert "Provider work: What WORK_API_KEY holds is a place for a key, and no key: put the key itself" in done.out
    assert trio.requests == []


def test_doctor_lists_every_fault_of_a_broken_configuration_and_exits_2(cli: CommandLine, home: Home) -> None:
    home.config("defualt_preset = 'x'\nnonsense = 1\n[limits]\nwait_s = 'long'\n")
    done = cli("doctor")
    assert done.status == 2
    for fault in ("defualt_preset", "nonsense", "limits.wait_s"):
        assert fault in done.out
    assert done.err == ""
    found = cli("doctor", "--json").json
    assert found["status"] == "broken_configuration"
    assert len(found["configuration"]["faults"]) == 3


def test_a_default_preset_that_is_not_there_is_a_broken_configuration(
    cli: CommandLine, home: Home, nowhere: str
) -> None:
    home.trio(nowhere)
    home.config('default_preset = "tiro"')
    done = cli("doctor")
    assert done.status == 2
    assert "default_preset: there is no preset 'tiro'" in done.out
    assert "Embedded model" in done.out


def test_doctor_says_that_the_default_preset_cannot_be_used_where_others_can(
    cli: CommandLine, home: Home, nowhere: str
) -> None:
    home.trio(nowhere, panel=["openai:some-model"], judge="openai:some-model", name="needy")
    home.trio(nowhere)
    home.config(home.config_file.read_text(encoding="utf-8").replace('"trio"', '"needy"'))
    done = cli("doctor")
    assert done.status == 0
    assert "The default preset needy cannot be used now" in done.out


def test_doctor_lists_a_broken_preset_and_goes_on(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    home.preset("torn", "title = ")
    done = cli("doctor")
    assert done.status == 0
    assert "torn: broken: " in done.out
    assert "torn.toml" in done.out
    assert trio.requests == []


def test_doctor_finds_a_server_on_this_machine(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    home.config(f'[providers.ollama]\nbase_url = "{trio.base_url}"\n')
    done = cli("doctor")
    assert f"ollama: it answers, with 5 models, at {trio.base_url}" in done.out


def test_doctor_says_where_a_file_of_ones_own_is_missing(cli: CommandLine, home: Home) -> None:
    home.config('[local.models]\nmine = "models/mine.gguf"\n')
    done = cli("doctor")
    assert "mine, your own: its file is not there" in done.out
    assert "local.models.mine" in done.out


def test_a_broken_preset_that_is_asked_for_is_a_complaint(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    home.preset("torn", "title = ")
    done = cli("presets", "torn")
    assert done.status == 2
    assert is_one_complaint(done)
    assert "torn.toml" in done.err
    shown = cli("presets", "torn", "--json")
    assert shown.status == 2
    assert "torn.toml" in shown.json["error"]
    assert trio.calls == []


def test_doctor_has_nothing_against_any_limit(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    limits = "".join(f"{name} = 1\n" for name in Limits.model_fields)
    home.config(f"{home.config_file.read_text(encoding='utf-8')}[limits]\n{limits}")
    done = cli("doctor")
    assert done.status == 0
    assert "limits." not in done.out
    assert "enforced" not in done.out
    assert trio.calls == []


def test_doctor_names_what_search_lacks_and_where_the_panel_may_go(cli: CommandLine, home: Home, nowhere: str) -> None:
    home.trio(
        nowhere, config='[web]\nsearch = ["brave", "exa"]\nallowed_domains = ["gov"]\nexcluded_domains = ["a.gov"]'
    )
    done = cli("doctor", EXA_API_KEY=CANARY)
    assert web_of(done.out) == [
        "on; pages are fetched directly, past any proxy",
        "search with brave: not set up; set the environment variable BRAVE_API_KEY to its key",
        "search with exa: EXA_API_KEY is set",
        "only: gov",
        "never: a.gov",
    ]
    assert "Search with brave: set the environment variable BRAVE_API_KEY to its key." in done.out
    assert CANARY not in done.out


def test_doctor_says_that_the_web_is_off_and_asks_nobody(cli: CommandLine, home: Home, nowhere: str) -> None:
    with ScriptedWeb() as internet:
        home.trio(nowhere, config=f'[web]\nenabled = false\nsearch = ["searxng"]\nsearxng_url = "{internet.url()}"')
        assert web_of(cli("doctor", "--try").out) == ["off: web.enabled is false"]
        assert internet.requests == []


def test_doctor_searches_once_with_each_backend_when_told_to(cli: CommandLine, home: Home, nowhere: str) -> None:
    with ScriptedWeb() as internet:
        internet.serve("/search", searxng([result(f"https://example.org/{number}") for number in range(3)]))
        home.trio(nowhere, config=f'[web]\nsearch = ["searxng", "ddgs"]\nsearxng_url = "{internet.url()}"')
        done = cli("doctor", "--try")
        assert len(internet.requests) == 1
    assert "search with searxng: needs no key; it answers, with 3 results" in done.out
    assert "search with ddgs: needs no key; it cannot reach the search engines that it asks" in done.out
    assert "Search with ddgs does not work: it cannot reach the search engines that it asks." in done.out


@pytest.mark.parametrize(
    ("variable", "value"), [("ALL_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/no/such/file.pem")]
)
def test_doctor_says_which_setting_keeps_everything_from_being_called(
    cli: CommandLine, trio: ScriptedProvider, variable: str, value: str
) -> None:
    done = cli("doctor", "--try", **{variable: value})
    assert done.status == 1
    assert done.err == ""
    assert variable in done.out.partition("What to do")[2]
    assert "OPENROUTER_API_KEY" not in done.out.partition("What to do")[2]
    asked = cli("ask", "Why?", **{variable: value})
    assert asked.status == 1
    assert variable in asked.err
    assert "Traceback" not in asked.err
    assert "unexpected" not in asked.err
    assert trio.calls == []


@pytest.mark.parametrize("argv", [["presets"], ["doctor"], ["ask", "Why?"], ["serve"], ["pull"]])
def test_a_home_that_is_no_folder_is_a_clear_error(cli: CommandLine, home: Home, argv: list[str]) -> None:
    file = home.path / "file"
    file.write_text("", encoding="utf-8")
    done = cli(*argv, FUSION_MCP_HOME=str(file))
    assert done.status == 2
    assert "is not a folder" in done.out + done.err
    assert "Traceback" not in done.err
