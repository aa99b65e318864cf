"""What each provider is sent: the same request in its own spelling, and nothing that it is known to refuse."""

from collections.abc import Collection
from typing import Any

import pytest

from fusion_mcp.config import ProviderConfig
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue
from fusion_mcp.providers.catalog.provider import Parameter, Provider
from fusion_mcp.providers.chat.encoding import encode
from fusion_mcp.types import ChatRequest, Message, ModelRef

SCHEMA = {"type": "object", "properties": {"consensus": {"type": "array", "items": {"type": "string"}}}}
MESSAGES = (Message(role="system", content="Judge."), Message(role="user", content="Wer hat recht? 🜨"))
FULL = ChatRequest(
    messages=MESSAGES, temperature=0.0, max_output_tokens=900, reasoning="high", seed=7, json_schema=SCHEMA
)
FORMAT = {"type": "json_schema", "json_schema": {"name": "analysis", "strict": True, "schema": SCHEMA}}
USAGE = {"include_usage": True}

PLAIN = {"temperature": 0.0, "max_tokens": 900, "response_format": FORMAT, "stream_options": USAGE}
EFFORT = {**PLAIN, "reasoning_effort": "high"}
SERVERS = [provider for provider in builtin().values() if provider.agent is None]
SENT: dict[str, dict[str, Any]] = {
    "openrouter": {**PLAIN, "reasoning": {"effort": "high"}},
    "openai": {
        "temperature": 0.0,
        "max_completion_tokens": 900,
        "response_format": FORMAT,
        "stream_options": USAGE,
        "reasoning_effort": "high",
    },
    "anthropic": {"temperature": 0.0, "max_tokens": 900, "stream_options": USAGE},
    "google": EFFORT,
    "deepseek": {"temperature": 0.0, "max_tokens": 900, "stream_options": USAGE},
    "moonshot": PLAIN,
    "xai": EFFORT,
    "mistral": {"temperature": 0.0, "max_tokens": 900, "response_format": FORMAT},
    "groq": {
        "temperature": 0.0,
        "max_completion_tokens": 900,
        "response_format": FORMAT,
        "stream_options": USAGE,
        "reasoning_effort": "high",
    },
    "together": EFFORT,
    "fireworks": EFFORT,
    "ollama": EFFORT,
    "lmstudio": EFFORT,
    "vllm": EFFORT,
    "llamacpp": {**EFFORT, "seed": 7},
    "local": {**EFFORT, "seed": 7},
}


def options(provider: Provider, request: ChatRequest = FULL, without: Collection[Parameter] = ()) -> dict[str, Any]:
    body = encode(provider, ModelRef(provider.name, "some:model"), request, without)
    return {key: value for key, value in body.items() if key not in ("model", "messages", "stream")}


def of_ones_own(**changes: Any) -> Provider:
    config = ProviderConfig(base_url="http://127.0.0.1:8900/v1")
    return load_catalogue({"work": config})["work"].model_copy(update=changes)


@pytest.mark.parametrize("provider", SERVERS, ids=lambda provider: provider.name)
def test_every_provider_of_the_catalogue_is_asked_in_its_own_spelling(provider: Provider) -> None:
    assert options(provider) == SENT[provider.name]


@pytest.mark.parametrize("provider", SERVERS, ids=lambda provider: provider.name)
def test_what_was_not_asked_for_is_not_sent(provider: Provider) -> None:
    bare = options(provider, ChatRequest(messages=MESSAGES))
    assert bare == ({} if "stream_options" in provider.without else {"stream_options": USAGE})


def test_the_model_goes_out_without_its_provider_and_the_messages_as_they_are() -> None:
    body = encode(builtin()["ollama"], ModelRef.parse("ollama:qwen3:8b"), ChatRequest(messages=MESSAGES))
    assert body["model"] == "qwen3:8b"
    assert body["messages"] == [
        {"role": "system", "content": "Judge."},
        {"role": "user", "content": "Wer hat recht? 🜨"},
    ]
    assert body["stream"] is True


def test_a_provider_of_ones_own_is_taken_to_know_streaming_and_schemas() -> None:
    sent = options(of_ones_own())
    assert sent == EFFORT


@pytest.mark.parametrize(
    ("refused", "gone"),
    [
        ("temperature", "temperature"),
        ("response_format", "response_format"),
        ("stream_options", "stream_options"),
        ("reasoning", "reasoning_effort"),
        ("seed", "seed"),
    ],
)
def test_what_a_model_has_refused_is_left_out_and_nothing_else(refused: Parameter, gone: str) -> None:
    provider = of_ones_own(seeded=True)
    assert options(provider, without={refused}) == {
        key: value for key, value in options(provider).items() if key != gone
    }


@pytest.mark.parametrize(
    ("name", "other"), [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")]
)
def test_a_limit_on_the_output_that_is_refused_goes_by_its_other_name(name: str, other: str) -> None:
    provider = of_ones_own(max_tokens=name)
    assert options(provider)[name] == 900
    again = options(provider, without={"max_tokens"})
    assert again[other] == 900
    assert name not in again


def test_a_temperature_of_zero_is_sent_like_any_other() -> None:
    assert options(of_ones_own(), ChatRequest(messages=MESSAGES, temperature=0.0))["temperature"] == 0.0


def test_no_provider_is_offered_tools() -> None:
    assert not [name for name in SENT if {"tools", "plugins", "functions"} & options(builtin()[name]).keys()]
