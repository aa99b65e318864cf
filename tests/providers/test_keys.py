"""A key reaches its provider and nobody else: no message, no log, no repr."""

import logging
from operator import attrgetter

import pytest

from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.chat.attempt import Attempt, Destination
from fusion_mcp.settings import load_settings
from fusion_mcp.types import ModelRef
from providers import odd
from providers.asking import asking
from scripted import CANARY, Behaviour, Home, ScriptedProvider, answers, resets, status

MASKED = f"{CANARY[:8]}{'*' * 12}{CANARY[-4:]}"
ECHO = f"the key {CANARY} ({MASKED}) is wrong"


def traces(*texts: object) -> list[str]:
    """Every text in which the key shows, or enough of it to be told apart from others."""
    return [str(text) for text in texts if CANARY in str(text) or CANARY[:12] in str(text) or MASKED[-8:] in str(text)]


async def test_a_key_goes_out_as_a_bearer_token() -> None:
    with ScriptedProvider(api_key=CANARY) as provider:
        provider.script("alpha", answers("Two."))
        async with asking(provider) as caller:
            assert await caller.text() == "Two."


@pytest.mark.parametrize(
    "behaviour",
    [
        status(401, {"error": {"message": ECHO}}),
        status(401, ECHO),
        status(400, {"error": ECHO}),
        status(500, [{"error": {"message": ECHO}}]),  # pyright: ignore[reportArgumentType] - a list is JSON too
        status(400, {"detail": [{"loc": ["header", "authorization"], "msg": ECHO, "input": CANARY}]}),
        status(400, {"error": {"message": "raw", "metadata": {"raw": ECHO, "reasons": [ECHO]}}}),
        odd.sends(odd.fails(ECHO, 401)),
        odd.sends(odd.fails(ECHO, "unheard_of")),
        odd.sends(odd.says("Mars"), odd.fails(ECHO, 500)),
        odd.whole({"error": ECHO}),
        resets(),
    ],
    ids=attrgetter("name"),
)
async def test_a_provider_that_repeats_the_key_does_not_get_it_shown(
    provider: ScriptedProvider, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        failure = await caller.failure()
        assert traces(failure, caller.models, vars(caller.models).keys(), caller.lines) == []
    assert traces(*(record.getMessage() for record in caplog.records), caplog.text) == []


async def test_a_key_in_a_header_of_the_reply_is_not_shown_either(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.whole("nothing", content_type=f"text/{CANARY}; boundary={CANARY}"))
    async with asking(provider) as caller:
        assert traces(await caller.failure()) == []


async def test_a_wrong_key_names_its_variable() -> None:
    with ScriptedProvider(api_key="another") as provider:
        async with asking(provider) as caller:
            failure = await caller.failure()
    assert failure.reason == "unauthorized"
    assert "check the key in WORK_API_KEY" in failure.message
    assert traces(failure) == []
    assert len(provider.calls) == 1


async def test_a_missing_key_is_told_without_a_call(provider: ScriptedProvider) -> None:
    async with asking(provider, key=None) as caller:
        failure = await caller.failure()
        unavailable = caller.models.traits(ModelRef("work", "alpha")).unavailable
    assert failure == unavailable
    assert (failure.reason, failure.status_code) == ("unauthorized", None)
    assert failure.message == "Work needs a key: set the environment variable WORK_API_KEY."
    assert (provider.requests, caller.lines) == ([], [])


@pytest.mark.parametrize("key", ["sk-…", "sk-a\nb", "sk-a\tb", "sk-\x00", "clé-0123456789"])
async def test_a_key_that_cannot_be_sent_is_told_without_a_call(provider: ScriptedProvider, key: str) -> None:
    async with asking(provider, key=key) as caller:
        failure = await caller.failure()
    assert failure.reason == "unauthorized"
    assert "WORK_API_KEY" in failure.message
    assert key not in failure.message
    assert (provider.requests, caller.lines) == ([], [])


async def test_a_provider_that_wants_no_key_is_sent_none(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two."))
    async with asking(provider, api_key_env=None) as caller:
        assert await caller.text() == "Two."
    assert "authorization" not in provider.calls[0].headers


def test_a_request_that_is_ready_to_be_sent_shows_neither_key_nor_question() -> None:
    attempt = Attempt(
        provider=builtin()["openai"],
        model=ModelRef("openai", "some-model"),
        to=Destination(
            url="https://127.0.0.1/v1/chat/completions",
            headers={"Authorization": f"Bearer {CANARY}"},
            secrets=(CANARY,),
        ),
        body={"messages": [{"role": "user", "content": "a private question"}]},
    )
    assert traces(attempt) == []
    assert "private" not in repr(attempt)


def test_settings_hold_keys_and_show_none(home: Home) -> None:
    settings = load_settings({"FUSION_MCP_HOME": str(home.path), "WORK_API_KEY": CANARY})
    assert settings.key("WORK_API_KEY") == CANARY
    assert traces(settings, repr(settings), f"{settings!r}") == []
