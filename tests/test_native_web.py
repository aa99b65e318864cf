"""A provider's own web tools, where a preset chooses them: the same fields are filled from what the provider tells."""

from typing import Any

from fusion_mcp.result import FusionResult
from scripted import Home, ScriptedProvider, answers, answers_from_the_web, citation, judges
from scripted.asking import ask
from scripted.web import ScriptedWeb

PAGE = "https://cited.example/paris"
QUOTED = "Paris has been the capital since 508"


def native(home: Home, provider: ScriptedProvider, internet: ScriptedWeb, text: str, **keys: Any) -> None:
    """Seat alpha at OpenRouter, which has tools of its own, and beta at a provider that has none."""
    cited = citation(PAGE, "All of Paris", f"{QUOTED}, says the chronicle.")
    provider.script("alpha", answers_from_the_web(text, cited))
    provider.script("beta", answers("Beta says Paris."))
    provider.script("judge", judges())
    provider.script("writer", answers(f"It is Paris ([chronicle]({PAGE}))."))
    home.trio(
        provider,
        panel=("openrouter:alpha", "beta"),
        internet=internet,
        web="native",
        config=f'[providers.openrouter]\nbase_url = "{provider.base_url}"\napi_key_env = "WORK_API_KEY"',
        **keys,
    )


def alphas(found: FusionResult) -> list[str]:
    return [source.url for source in found.sources if source.used_by == ["openrouter:alpha"]]


async def test_the_provider_is_asked_for_its_own_tools_and_others_get_ours(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    native(home, provider, internet, "Paris.", max_tool_calls=5, excluded_domains=["bad.example"])
    await ask(home)
    assert provider.calls_to("alpha")[0].tools == ["openrouter:web_search", "openrouter:web_fetch"]
    assert "bad.example" in str(provider.calls_to("alpha")[0].body["tools"])
    assert provider.calls_to("beta")[0].tools == ["web_search", "web_fetch"]


async def test_sources_and_calls_come_from_what_the_provider_tells(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    native(home, provider, internet, f"Paris ([chronicle]({PAGE})).")
    found = await ask(home)
    assert [(source.url, source.title) for source in found.sources] == [(PAGE, "All of Paris")]
    assert alphas(found) == [PAGE]
    assert found.responses[0].tool_calls > 0
    assert f"[chronicle]({PAGE})" in (found.answer or "")
    assert internet.requests == []


async def test_a_quotation_outside_the_excerpt_is_not_called_unsupported(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    text = f'It says "{QUOTED}" and "the river runs through the middle of it" ([chronicle]({PAGE})).'
    native(home, provider, internet, text)
    found = await ask(home)
    assert "unsupported" not in found.responses[0].content


async def test_a_web_that_is_off_is_off_for_the_providers_tools_as_well(
    home: Home, provider: ScriptedProvider, internet: ScriptedWeb
) -> None:
    native(home, provider, internet, "Paris.")
    await ask(home, web=False)
    assert [call.tools for call in provider.calls] == [[]] * 4
