"""A reply that is broken, foreign or endless is a failure with a sentence."""

import pytest

from fusion_mcp.codes import Reason
from fusion_mcp.providers.chat.reply import MAX_REPLY_CHARACTERS
from providers import odd
from providers.asking import asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    cuts_after,
    error_in_stream,
    floods,
    garbage,
    html,
    resets,
    status,
)


@pytest.mark.parametrize(
    ("behaviour", "reason", "says"),
    [
        (cuts_after("Mars has"), "upstream_error", "Work broke off the connection"),
        (odd.sends(odd.says("Mars has")), "upstream_error", "Work cut its reply off after 8 characters."),
        (resets(), "upstream_error", "Work broke off the connection"),
        (odd.sends(), "upstream_error", "Work cut its reply off before its first word."),
        (odd.whole("", content_type="text/event-stream"), "upstream_error", "cut its reply off"),
        (garbage(), "upstream_error", "not a Chat Completions reply"),
        (odd.nests(), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("[" * 100_000), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("{"), "upstream_error", "not a Chat Completions reply"),
        (odd.whole("[]"), "upstream_error", "not a Chat Completions reply"),
        (odd.whole({"status": "ok"}), "upstream_error", "not a Chat Completions reply"),
        (odd.whole({"error": {"message": "gone", "code": 401}}), "unauthorized", "WORK_API_KEY"),
        (odd.lies_about_compression(), "upstream_error", "broke off the connection (DecodingError)"),
        (html(), "upstream_error", "answered with text/html instead of a reply; check base_url."),
        (html(500), "upstream_error", "an HTML page instead of an API reply; check base_url."),
        (odd.whole("hello", content_type="text/plain"), "upstream_error", "text/plain instead of a reply"),
        (odd.whole("hello", content_type=""), "upstream_error", "no content type instead of a reply"),
        (error_in_stream("the engine died", "server_error"), "upstream_error", "the engine died"),
        (error_in_stream("slow down", 429), "rate_limited", "slow down"),
        (odd.sends(odd.says("Mars"), odd.fails("pay", 402)), "insufficient_credits", "out of credit"),
        (odd.sends(odd.says("Mars", finish="error"), odd.CLOSED), "upstream_error", "broke off"),
        (odd.sends(b"data: " + b"x" * 8_100_000), "upstream_error", "an event that is too long"),
        (status(418, "short and stout"), "upstream_error", "It said: short and stout"),
    ],
    ids=lambda value: value.name if isinstance(value, Behaviour) else "",
)
async def test_a_broken_reply_is_a_failure_with_a_sentence(
    provider: ScriptedProvider, behaviour: Behaviour, reason: Reason, says: str
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        failure = await caller.failure()
    assert failure.reason == reason
    assert says in failure.message
    assert failure.message.startswith("Work ")


@pytest.mark.parametrize("behaviour", [floods(3), odd.whole("x" * 9_000_000), odd.whole("x" * 9_000_000, code=500)])
async def test_a_flood_is_cut_off(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        failure = await caller.failure()
    assert failure.reason == "upstream_error"
    assert len(failure.message) < 500
    assert sum(map(len, caller.heard)) < MAX_REPLY_CHARACTERS + 1_000_000


async def test_a_redirection_is_not_followed(provider: ScriptedProvider) -> None:
    with ScriptedProvider() as elsewhere:
        elsewhere.script("alpha", answers("Never."))
        there = {"location": f"{elsewhere.base_url}/chat/completions"}
        provider.script("alpha", status(307, "", there))
        async with asking(provider) as caller:
            failure = await caller.failure()
        assert elsewhere.requests == []
    assert failure.status_code == 307
    assert "redirects to another address, which is not followed (307); correct base_url." in failure.message
