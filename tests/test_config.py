"""What may stand in config.toml."""

from decimal import Decimal
from pathlib import Path

import pytest

from fusion_mcp.config import Config, Limits, parse_config
from fusion_mcp.errors import ConfigError

WHOLE = """
default_preset = "quality"

[providers.work]
base_url = "http://127.0.0.1:8900/v1/"
api_key_env = "WORK_API_KEY"
prices = { "some-model" = { input = 0.30, output = 1 } }
max_concurrency = 1

[limits]
max_cost_usd_per_run = 0.10
max_cost_usd_per_day = 5
max_concurrent_runs = 2
wait_s = 1.5
wait_with_progress_s = 100
confirm_above_usd = 0
assumed_cost_usd_per_call = 0.004

[history]
store = "metadata"
keep_days = 7
keep_mb = 20

[web]
enabled = false
search = ["tavily", "ddgs", "searxng"]
searxng_url = "http://127.0.0.1:8888/"
brave_url = "https://gate.example/brave"
brave_api_key_env = "GATE_KEY"
tavily_api_key_env = "MY_TAVILY_KEY"
exa_url = "http://127.0.0.1:8902"
allowed_domains = ["Example.ORG.", "gov"]
excluded_domains = ["ads.example.org", "bücher.example", "127.0.0.1"]
allow_private = ["127.0.0.1:8901", "[::1]:80"]

[local]
models = { mine = "models/mine.gguf" }
threads = 3
"""


def fault_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _ = parse_config(text, "config.toml")
    return str(caught.value)


def test_an_empty_file_gives_the_documented_defaults() -> None:
    config = parse_config("", "config.toml")
    assert config == Config()
    assert config.default_preset == "auto"
    limits = config.limits
    assert (limits.max_cost_usd_per_run, limits.max_cost_usd_per_day) == (Decimal("2.00"), Decimal("20.00"))
    assert limits.runs_per_user == 16
    assert Limits(max_concurrent_runs=64).runs_per_user == 128
    assert Limits(max_concurrent_runs_per_user=3).runs_per_user == 3
    assert (limits.max_concurrent_runs, limits.wait_s, limits.wait_with_progress_s) == (8, 50, 220)
    assert (limits.confirm_above_usd, limits.assumed_cost_usd_per_call) == (Decimal("1.00"), Decimal("0.002"))
    assert (config.history.store, config.history.keep_days, config.history.keep_mb) == ("full", 30, 500)
    assert config.web.enabled
    assert config.web.search == ("searxng", "ddgs")


def test_everything_the_documentation_names_can_be_set() -> None:
    config = parse_config(WHOLE, "config.toml")
    work = config.providers["work"]
    assert work.base_url == "http://127.0.0.1:8900/v1"
    assert work.api_key_env == "WORK_API_KEY"
    assert work.max_concurrency == 1
    web = config.web
    assert web.search == ("tavily", "ddgs", "searxng")
    assert (web.searxng_url, web.brave_url) == ("http://127.0.0.1:8888", "https://gate.example/brave")
    assert (web.brave_api_key_env, web.tavily_api_key_env) == ("GATE_KEY", "MY_TAVILY_KEY")
    assert (web.exa_url, web.exa_api_key_env) == ("http://127.0.0.1:8902", None)
    assert web.allowed_domains == ("example.org", "gov")
    assert web.excluded_domains == ("ads.example.org", "bücher.example", "127.0.0.1")
    assert web.allow_private == ("127.0.0.1:8901", "[::1]:80")
    assert config.limits.assumed_cost_usd_per_call == Decimal("0.004")
    history = config.history
    assert (history.store, history.keep_days, history.keep_mb) == ("metadata", 7, 20)
    assert config.local.models == {"mine": Path("models/mine.gguf")}


def test_money_is_exact() -> None:
    config = parse_config(WHOLE, "config.toml")
    assert config.limits.max_cost_usd_per_run == Decimal("0.10")
    assert isinstance(config.limits.max_cost_usd_per_day, Decimal)
    assert config.providers["work"].prices["some-model"].input == Decimal("0.30")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("defalt_preset = 'x'", "unknown key 'defalt_preset'; did you mean 'default_preset'?"),
        ("[limits]\nwait = 3", "limits: unknown key 'wait'; did you mean 'wait_s'?"),
        ("limits = 3", "limits: expected a table of keys, got a number"),
        ("[limits]\nwait_s = 'long'", "limits.wait_s: expected a number, got text"),
        ("[history]\nstore = 'some'", "history.store: expected 'full', 'metadata' or 'off'"),
        ("[history]\nkeep_days = 0", "history.keep_days: must be at least 1"),
        ("[history]\nkeep = 3", "history: unknown key 'keep'; did you mean 'keep_mb' or 'keep_days'?"),
        ("[limits]\nassumed_cost_usd_per_call = -1", "limits.assumed_cost_usd_per_call: must be at least 0"),
        ("[limits]\nwait_s = true", "limits.wait_s: expected a number, got true or false"),
        ("[limits]\nwait_s = 0", "limits.wait_s: must be more than 0"),
        ("[limits]\nwait_s = inf", "limits.wait_s: must be a finite number"),
        ("[limits]\nmax_cost_usd_per_run = nan", "limits.max_cost_usd_per_run: must be a finite number"),
        ("[limits]\nmax_cost_usd_per_day = -1", "limits.max_cost_usd_per_day: must be at least 0"),
        ("[limits]\nmax_concurrent_runs = 1.5", "limits.max_concurrent_runs: expected a whole number, got a number"),
        ("[limits]\nmax_concurrent_runs_per_user = 0", "limits.max_concurrent_runs_per_user: must be at least 1"),
        ("[limits]\nmax_concurrent_runs = '5'", "limits.max_concurrent_runs: expected a whole number, got text"),
        ("[web]\nenabled = 'yes'", "web.enabled: expected true or false, got text"),
        (
            "[web]\nsearch = ['ddgs', 'serxng']",
            "web.search #2: expected 'searxng', 'brave', 'tavily', 'exa' or 'ddgs'; did you mean 'searxng'?",
        ),
        (
            "[web]\nsearch = []",
            "web.search: name at least one backend; to keep the panel off the web, set web.enabled = false",
        ),
        ("[web]\nsearch = ['exa', 'exa']", "web.search: a backend stands here twice; name each once"),
        (
            "[web]\nsearxng_url = 'localhost'",
            "web.searxng_url: write an http or https URL, as in http://127.0.0.1:8900/v1",
        ),
        ("[web]\nallow_private = ['intranet']", "web.allow_private #1: write host:port, as in 127.0.0.1:8901"),
        ("[local]\nthreads = 0", "local.threads: must be at least 1"),
        ("[providers.x]\nmax_concurrency = 0", "providers.x.max_concurrency: must be at least 1"),
        ("[providers.x.prices.m]\ninput = 1", "providers.x.prices.m.output: is missing"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_file_and_field(text: str, sentence: str) -> None:
    assert fault_of(text) == f"config.toml: {sentence}"


def test_broken_toml_names_line_and_column() -> None:
    assert fault_of("[limits]\nwait_s 3\n").startswith("config.toml: line 2, column 8: ")


@pytest.mark.parametrize("name", ["Work", "my_provider", "1st", "a.b"])
def test_a_providers_name_has_a_form(name: str) -> None:
    assert "a provider's name is small letters, digits and '-'" in fault_of(f"[providers.'{name}']\n")


@pytest.mark.parametrize("url", ["127.0.0.1:8900", "ftp://a/b", "http://", "http://[1", "http://a:b/", "http://a b/"])
def test_a_base_url_is_an_http_url(url: str) -> None:
    assert "URL" in fault_of(f'[providers.x]\nbase_url = "{url}"')


def test_a_base_url_carries_no_password_and_none_is_shown() -> None:
    told = fault_of('[providers.x]\nbase_url = "https://me:hunter2@host/v1"')
    assert "leave user name and password out" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-0123456789abcdef",
        "sk_live_abc",
        "gsk_abcdefghijkl",
        "xai-abc",
        "AIzaSyA1234567890",
        "hf_abcdef",
        "f3b1c0ffee0123456789abcdef012345",
        "not a name",
    ],
)
def test_a_key_in_place_of_a_variables_name_is_refused_and_never_shown(key: str) -> None:
    told = fault_of(f'[providers.x]\napi_key_env = "{key}"')
    assert "write the NAME of an environment variable" in told
    assert key not in told


def test_a_key_under_a_name_of_its_own_is_refused_with_the_right_name_and_never_shown() -> None:
    told = fault_of('[providers.x]\napi_key = "sk-abc123"')
    assert "api_key_env" in told
    assert "sk-abc123" not in told


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("https://example.org", "this is an address; write its domain alone, as in example.org"),
        ("example.org/docs", "this is an address; write its domain alone, as in example.org"),
        ("*.example.org", "leave the wildcard out, as in example.org: a domain covers its subdomains"),
        (".example.org", "leave the wildcard out, as in example.org: a domain covers its subdomains"),
        ("example.org:8080", "leave the port out, as in example.org"),
        ("example org", "this is no domain; write one as in example.org"),
        ("example..org", "this is no domain; write one as in example.org"),
        ("me@example.org", "this is no domain; write one as in example.org"),
        ("", "this is no domain; write one as in example.org"),
        ("a." * 128, "this is no domain; write one as in example.org"),
    ],
)
def test_a_domain_is_written_bare(written: str, sentence: str) -> None:
    told = fault_of(f"[web]\nallowed_domains = ['gov', '{written}']")
    assert told == f"config.toml: web.allowed_domains #2: {sentence}"


def test_a_search_key_in_the_file_itself_is_refused_with_the_right_name_and_never_shown() -> None:
    for setting in ('brave_api_key = "BSA-hunter2"', 'brave_api_key_env = "BSAhunter2hunter2hunter2"'):
        told = fault_of(f"[web]\n{setting}")
        assert "brave_api_key_env" in told
        assert "write the NAME of an environment variable" in told
        assert "hunter2" not in told


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "WORK_2_API_KEY", "my_long_provider_api_key_variable"])
def test_ordinary_variable_names_pass(name: str) -> None:
    assert parse_config(f'[providers.x]\napi_key_env = "{name}"', "f").providers["x"].api_key_env == name
