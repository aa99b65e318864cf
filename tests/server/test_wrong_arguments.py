"""Wrong arguments are said plainly, without repeating them, and cost nothing, whatever carries them."""

from scripted import Home, ScriptedProvider
from server.running import Way, connected, every_way, refused_text

WRONG: list[tuple[dict[str, object], list[str]]] = [
    ({}, ["question"]),
    ({"question": 7}, ["question", "text"]),
    ({"question": ""}, ["question", "empty"]),
    ({"question": " \n\t "}, ["question", "empty"]),
    ({"question": "x", "pressets": "trio"}, ["pressets", "did you mean 'preset'"]),
    ({"question": "x", "web": "no"}, ["web", "true or false"]),
    ({"question": "x", "deadline_s": "60"}, ["deadline_s", "number"]),
    ({"question": "x", "deadline_s": 0}, ["deadline_s", "more than 0"]),
    ({"question": "x", "max_cost_usd": -1}, ["max_cost_usd", "more than 0"]),
    ({"question": "x", "detail": "long"}, ["detail", "concise", "full"]),
    ({"question": "x", "context": ["y"]}, ["context", "text"]),
    ({"question": "x" * 399_999, "context": "yy"}, ["400,001", "400,000"]),
    ({"question": "x" * 3_000_000}, ["3,000,000", "400,000"]),
    ({"question": "x", "models": ["work:alpha"]}, ["models"]),
]
SECRET = "hunter2 " * 40


@every_way
async def test_wrong_arguments_are_said_plainly_and_cost_nothing(
    way: Way, provider: ScriptedProvider, home: Home
) -> None:
    home.trio(provider)
    async with connected(way, home.environ()) as client:
        for arguments, parts in WRONG:
            text = await refused_text(client, "fusion_ask", arguments)
            assert text.startswith("invalid_arguments: ")
            for part in parts:
                assert part in text, f"{part!r} is not in {text!r}"
        text = await refused_text(client, "fusion_compare", {"question": "x", "models": "work:alpha"})
        assert "models" in text
        assert "a list" in text
        text = await refused_text(client, "fusion_ask", {"question": "x", "preset": "troi"})
        assert text.startswith("unknown_preset: ")
        assert "trio" in text
        assert "hunter2 hunter2" not in await refused_text(client, "fusion_ask", {"question": "x", "detail": SECRET})
        text = await refused_text(client, "fusion_bask", {"question": "x"})
        assert "fusion_ask, fusion_compare, fusion_result" in text
    assert provider.calls == []
