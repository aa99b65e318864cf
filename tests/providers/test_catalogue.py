"""Who can be called: the shipped catalogue, and the person's own providers laid over it."""

from decimal import Decimal
from typing import Any

import pytest

from fusion_mcp.config import Price, ProviderConfig
from fusion_mcp.errors import ConfigError
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue, needs_of
from fusion_mcp.providers.catalog.provider import EMBEDDED, Provider

CONTRACT = [
    *("openrouter", "openai", "anthropic", "google", "deepseek", "moonshot", "xai", "mistral", "groq", "together"),
    *("fireworks", "ollama", "lmstudio", "vllm", "llamacpp", "local"),
]
AGENTS = ["claude-code", "codex", "gemini-cli", "opencode"]
SERVERS = [provider for provider in builtin().values() if provider.agent is None]


def laid_over(name: str, **config: Any) -> Provider:
    return load_catalogue({name: ProviderConfig.model_validate(config)})[name]


def test_the_catalogue_has_the_providers_of_the_contract() -> None:
    assert [provider.name for provider in SERVERS] == CONTRACT
    assert list(builtin()) == CONTRACT + AGENTS


@pytest.mark.parametrize("provider", SERVERS, ids=lambda provider: provider.name)
def test_a_provider_of_the_catalogue_can_be_called(provider: Provider) -> None:
    if provider.name == EMBEDDED:
        assert (provider.base_url, provider.free, provider.compact) == (None, True, True)
        return
    assert provider.base_url is not None
    assert not provider.base_url.endswith("/")
    if provider.on_this_machine:
        assert provider.base_url.startswith("http://127.0.0.1:")
        assert provider.api_key_env is None
    else:
        assert provider.base_url.startswith("https://")
        assert provider.api_key_env is not None


def test_no_two_providers_share_an_address_or_a_key() -> None:
    for field in ("base_url", "api_key_env"):
        values = [value for provider in builtin().values() if (value := getattr(provider, field))]
        assert len(values) == len(set(values))


def test_a_provider_of_ones_own_is_added() -> None:
    own = laid_over("work", base_url="http://127.0.0.1:8900/v1", api_key_env="WORK_API_KEY", max_concurrency=1)
    assert (own.name, own.title, own.base_url) == ("work", "work", "http://127.0.0.1:8900/v1")
    assert (own.api_key_env, own.max_concurrency, own.free, own.compact) == ("WORK_API_KEY", 1, False, False)


def test_a_provider_of_ones_own_without_a_key_is_sent_none() -> None:
    assert laid_over("work", base_url="http://127.0.0.1:8900/v1").api_key_env is None


def test_a_new_provider_without_an_address_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: providers\.openruoter\.base_url: .*'openrouter'"):
        laid_over("openruoter", api_key_env="WORK_API_KEY")


def test_another_address_takes_neither_key_nor_prices_along() -> None:
    moved = laid_over("openai", base_url="http://127.0.0.1:8900/v1")
    assert (moved.api_key_env, moved.prices) == (None, None)
    assert moved.max_tokens == "max_completion_tokens"


def test_another_key_leaves_the_address() -> None:
    kept = laid_over("openai", api_key_env="WORK_API_KEY")
    assert kept.base_url == builtin()["openai"].base_url
    assert (kept.api_key_env, kept.prices) == ("WORK_API_KEY", "openai")


def test_prices_and_concurrency_of_ones_own_leave_the_rest() -> None:
    changed = laid_over("ollama", prices={"m": {"input": 1, "output": 2}}, max_concurrency=2)
    assert changed.listed_prices == {"m": Price(input=Decimal(1), output=Decimal(2))}
    assert (
        changed.model_copy(update={"listed_prices": dict[str, Price](), "max_concurrency": None}) == builtin()["ollama"]
    )


def test_the_shipped_catalogue_is_not_changed_by_what_is_laid_over_it() -> None:
    before = dict(builtin())
    laid_over("openai", base_url="http://127.0.0.1:8900/v1", max_concurrency=1)
    assert dict(builtin()) == before


def test_what_each_provider_needs_is_the_name_of_a_variable() -> None:
    needs = needs_of(builtin().values())
    assert needs["openrouter"] == "OPENROUTER_API_KEY"
    assert needs["ollama"] is None
    assert list(needs) == CONTRACT + AGENTS
    assert needs["codex"] is None


def test_another_address_keeps_the_dialect_and_the_tools_that_belong_to_it() -> None:
    moved = laid_over("openrouter", base_url="http://127.0.0.1:8900/v1")
    assert moved.native_web == builtin()["openrouter"].native_web
    assert moved.echo == ("reasoning_details",)


def test_a_provider_of_ones_own_is_taken_to_want_reasoning_back() -> None:
    own = laid_over("work", base_url="http://127.0.0.1:8900/v1")
    assert own.echo == ("reasoning_content", "reasoning_details")
    assert own.native_web is None


def test_the_embedded_provider_takes_no_address() -> None:
    with pytest.raises(ConfigError, match="embedded model"):
        load_catalogue({"local": ProviderConfig(base_url="http://127.0.0.1:9/v1")})
