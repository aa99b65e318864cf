"""Which models are panels themselves, and which addresses are our own."""

import pytest

from fusion_mcp.guard import is_fusion, is_own_address
from fusion_mcp.types import ModelRef


@pytest.mark.parametrize(
    "reference",
    [
        *("openrouter:openrouter/fusion", "openrouter:openrouter/fusion-flash"),
        *("openrouter:openrouter/fusion:free", "openrouter:openrouter/fusion-flash:nitro"),
        *("openrouter:openrouter/fusion@preset/mine", "openrouter:~openrouter/fusion"),
        *("openrouter:~openrouter/fusion-latest", "openrouter:OpenRouter/Fusion"),
        *("openrouter: openrouter/fusion ", "openrouter:openrouter/fusion/", "openrouter:/openrouter//fusion"),
        *("openrouter:fusion", "openrouter:fusion-flash", "work:openrouter/fusion"),
        *("work:openrouter/fusion-flash", "work:openrouter/openrouter/fusion"),
        *("work:models/openrouter/fusion-flash", "work:openrouter/~openrouter/fusion"),
        *("openai:openrouter/fusion", "litellm:fusion-1", "litellm:litellm/fusion-1", "work:litellm/fusion-1"),
        *("work:trustedrouter/fusion", "work:fusion-mcp/quality", "fusion-mcp:quality"),
    ],
)
def test_a_model_that_is_itself_a_panel_is_known(reference: str) -> None:
    assert is_fusion(ModelRef.parse(reference))


@pytest.mark.parametrize(
    "reference",
    [
        *("openrouter:acme/fusion-7b", "openrouter:acme/fusion", "openrouter:acme/openrouter-fusion"),
        *("openrouter:openrouter/auto", "openrouter:openrouter/diffusion", "openrouter:openrouter/fusions"),
        *("openrouter:openrouter/infusion-flash", "openrouter:~anthropic/claude-opus-latest"),
        *("openrouter:deepseek/deepseek-v4-pro:free", "openrouter:stability/stable-diffusion-3"),
        *("ollama:fusion:7b", "ollama:fusion-7b", "ollama:hf.co/acme/fusion-7b-GGUF:Q4_K_M", "work:fusion"),
        *("work:fusion-1", "local:fusion", "fusion:gpt-5", "openrouter-fusion:some-model"),
    ],
)
def test_a_model_that_only_has_fusion_in_its_name_is_none(reference: str) -> None:
    assert not is_fusion(ModelRef.parse(reference))


@pytest.mark.parametrize(
    ("base_url", "own"),
    [
        ("http://127.0.0.1:8765/v1", "http://127.0.0.1:8765"),
        ("http://localhost:8765/v1", "http://127.0.0.1:8765"),
        ("http://127.0.0.1:8765/v1", "http://localhost:8765/mcp"),
        ("http://[::1]:8765/v1", "http://localhost:8765"),
        ("http://LOCALHOST:8765/v1", "http://127.0.0.1:8765"),
        ("http://localhost.:8765/v1", "http://127.0.0.1:8765"),
        ("http://panel.localhost:8765/v1", "http://127.0.0.1:8765"),
        ("http://127.0.0.2:8765/v1", "http://0.0.0.0:8765"),
        ("http://0.0.0.0:8765/v1", "http://127.0.0.1:8765"),
        ("http://[::ffff:127.0.0.1]:8765/v1", "http://127.0.0.1:8765"),
        ("http://127.0.0.1/v1", "http://localhost:80"),
        ("https://127.0.0.1/v1", "https://localhost:443"),
        ("http://panel.example:8765/v1", "http://panel.example:8765"),
        ("http://PANEL.example:8765/v1", "http://panel.example.:8765"),
    ],
)
def test_ones_own_address_is_known_by_every_name_of_the_loopback(base_url: str, own: str) -> None:
    assert is_own_address(base_url, own)


@pytest.mark.parametrize(
    ("base_url", "own"),
    [
        (None, "http://127.0.0.1:8765"),
        ("http://127.0.0.1:8765/v1", None),
        ("", ""),
        ("http://127.0.0.1:8766/v1", "http://127.0.0.1:8765"),
        ("http://127.0.0.1/v1", "http://127.0.0.1:8765"),
        ("http://panel.example:8765/v1", "http://127.0.0.1:8765"),
        ("http://localhost.example:8765/v1", "http://localhost:8765"),
        ("http://10.0.0.1:8765/v1", "http://127.0.0.1:8765"),
        ("http://128.0.0.1:8765/v1", "http://127.0.0.1:8765"),
    ],
)
def test_another_address_is_not_ones_own(base_url: str | None, own: str | None) -> None:
    assert not is_own_address(base_url, own)
