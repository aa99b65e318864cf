"""Recursion: which calls give themselves away, what Fusion's own calls carry, which models are panels themselves."""

from collections.abc import Mapping
from typing import Any

import pytest

from fusion_mcp import guard
from fusion_mcp.guard import is_fusion, is_own_address, marker_in
from fusion_mcp.types import ModelRef

DEPTH = "fusion-mcp.dev/depth"

DEPTHS: list[tuple[Any, bool]] = [
    (0, False),
    (0.0, False),
    (-0.0, False),
    (1, True),
    (2, True),
    (-1, True),
    (10**30, True),
    (0.5, True),
    (float("nan"), True),
    (float("inf"), True),
    (True, True),
    (False, True),
    (None, True),
    ([], True),
    ({}, True),
    ([0], True),
    ("0", False),
    (" 0 ", False),
    ("00", False),
    ("+0", False),
    ("-0", False),
    ("1", True),
    ("-1", True),
    ("01", True),
    ("9" * 40, True),
    ("0.0", True),
    ("0x0", True),
    ("", True),
    ("none", True),
    ("0, 1", True),
    ("٠", True),
    ("1\x00", True),
]
"""Depths as JSON can bring them, and whether they mark a call: what cannot be read does."""


def texts() -> list[tuple[str, bool]]:
    return [(depth, marks) for depth, marks in DEPTHS if isinstance(depth, str)]


def test_a_call_without_markers_comes_from_outside() -> None:
    assert marker_in(None, None, {}) is None
    assert marker_in({}, {}, {}) is None
    assert marker_in({"progressToken": 1, "baggage": "a=1"}, {"host": "x", "baggage": "b=2"}, {"PATH": "/bin"}) is None


@pytest.mark.parametrize(("depth", "marks"), DEPTHS, ids=repr)
def test_a_depth_in_meta_marks_a_call_unless_it_is_zero(depth: object, marks: bool) -> None:
    assert (marker_in({DEPTH: depth}, None, {}) is not None) == marks


@pytest.mark.parametrize(("depth", "marks"), texts(), ids=repr)
@pytest.mark.parametrize(
    "name", ["X-Fusion-Depth", "x-fusion-depth", "x-openrouter-fusion-depth", "X-OpenRouter-Fusion-Depth"]
)
def test_a_depth_in_a_header_marks_a_call_unless_it_is_zero(name: str, depth: str, marks: bool) -> None:
    assert (marker_in(None, {name: depth}, {}) is not None) == marks


@pytest.mark.parametrize(("depth", "marks"), texts(), ids=repr)
def test_a_depth_in_the_environment_marks_a_call_unless_it_is_zero(depth: str, marks: bool) -> None:
    assert (marker_in(None, None, {"FUSION_MCP_DEPTH": depth}) is not None) == marks


BAGGAGE: list[tuple[object, bool]] = [
    ("fusion.depth=1", True),
    ("fusion.depth=2", True),
    ("fusion.depth=0", False),
    (" fusion.depth = 1 ", True),
    (" fusion.depth = 0 ", False),
    ("\tfusion.depth\t=\t1\t", True),
    ("fusion.depth=%31", True),
    ("fusion.depth=%30", False),
    ("fusion.depth=%zz", True),
    ("fusion.depth", True),
    ("fusion.depth=", True),
    ("fusion.depth==1", True),
    ("fusion.depth=one", True),
    ("fusion.depth=-1", True),
    ("fusion.depth=1;ttl=5", True),
    ("fusion.depth=0;ttl=5", False),
    ("fusion.depth=0;fusion.depth=1", False),
    ("fusion.depth;ttl=5", True),
    ("user=a,fusion.depth=1", True),
    ("fusion.depth=0,fusion.depth=1", True),
    ("fusion.depth=1,user=a", True),
    ("user=a , fusion.depth=1;x=y , b=c", True),
    (",,fusion.depth=1,,", True),
    ("Fusion.Depth=1", False),
    ("fusion.depths=1", False),
    ("xfusion.depth=1", False),
    ("fusion.depth.max=1", False),
    ("fusion_depth=1", False),
    ("fusion%2Edepth=1", False),
    ("user=fusion.depth", False),
    ("user=fusion.depth=1", False),
    ("user=a;fusion.depth=1", False),
    ("", False),
    (",", False),
    ("=1", False),
    ("x" * 100_000, False),
    (None, False),
    (1, True),
    (True, True),
    (["user=a", "fusion.depth=1"], True),
    (["fusion.depth=0", 7, None], False),
    ({"fusion.depth": 1}, True),
    ({"fusion.depth": 0, "user": "a"}, False),
    ([], False),
]
"""W3C baggage: the key matches exactly, the value may be percent-encoded, properties are no members. What is no baggage
at all cannot be read, and counts as a marker."""


@pytest.mark.parametrize(("baggage", "marks"), BAGGAGE, ids=lambda value: repr(value)[:40])
def test_baggage_marks_a_call_by_exactly_one_key(baggage: object, marks: bool) -> None:
    assert (marker_in({"baggage": baggage}, None, {}) is not None) == marks
    if isinstance(baggage, str):
        assert (marker_in(None, {"baggage": baggage}, {}) is not None) == marks
        assert (marker_in(None, {"Baggage": baggage}, {}) is not None) == marks


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ("fusion-mcp", True),
        ("Fusion-MCP", True),
        (" fusion-mcp ", True),
        ("fusion-mcp; v=1", True),
        ("cdn.example, fusion-mcp", True),
        ("fusion-mcp,cdn.example;abc=123", True),
        ('cdn.example; a="b"; c=d,fusion-mcp;e', True),
        ("cdn.example", False),
        ("fusion-mcp.example", False),
        ("my-fusion-mcp", False),
        ("cdn.example; by=fusion-mcp", False),
        ("fusion", False),
        ("", False),
        (",;,", False),
    ],
)
@pytest.mark.parametrize("name", ["CDN-Loop", "cdn-loop"])
def test_a_list_of_networks_passed_marks_a_call_that_has_been_through_here(name: str, value: str, marks: bool) -> None:
    assert (marker_in(None, {name: value}, {}) is not None) == marks


@pytest.mark.parametrize(
    ("meta", "headers", "environ"),
    [
        ({"fusion-mcp.dev/Depth": 1}, {}, {}),
        ({"depth": 1}, {}, {}),
        ({"fusion.depth": 1}, {}, {}),
        ({"x-fusion-depth": "1"}, {}, {}),
        ({}, {"fusion-depth": "1"}, {}),
        ({}, {"x-fusion-depth-": "1"}, {}),
        ({}, {DEPTH: "1"}, {}),
        ({}, {"via": "fusion-mcp"}, {}),
        ({}, {}, {"FUSION_DEPTH": "1"}),
        ({}, {}, {"fusion_mcp_depth": "1"}),
        ({}, {}, {"FUSION_MCP_HOME": "/depth/1"}),
    ],
)
def test_what_only_resembles_a_marker_marks_nothing(
    meta: Mapping[str, object], headers: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    assert marker_in(meta, headers, environ) is None


@pytest.mark.parametrize(
    ("meta", "headers", "environ", "carrier"),
    [
        ({DEPTH: 1}, {}, {}, "_meta fusion-mcp.dev/depth"),
        ({"baggage": "fusion.depth=1"}, {}, {}, "_meta baggage fusion.depth"),
        ({}, {"X-Fusion-Depth": "1"}, {}, "header x-fusion-depth"),
        ({}, {"x-openrouter-fusion-depth": "1"}, {}, "header x-openrouter-fusion-depth"),
        ({}, {"CDN-Loop": "fusion-mcp"}, {}, "header cdn-loop"),
        ({}, {"baggage": "fusion.depth=1"}, {}, "header baggage fusion.depth"),
        ({}, {}, {"FUSION_MCP_DEPTH": "1"}, "environment FUSION_MCP_DEPTH"),
        ({DEPTH: 0}, {"X-Fusion-Depth": "0", "CDN-Loop": "fusion-mcp"}, {"FUSION_MCP_DEPTH": "0"}, "header cdn-loop"),
    ],
)
def test_the_carrier_that_gives_a_call_away_is_named(
    meta: Mapping[str, object], headers: Mapping[str, str], environ: Mapping[str, str], carrier: str
) -> None:
    assert marker_in(meta, headers, environ) == carrier


def test_every_marker_that_goes_out_is_known_again_when_it_comes_in() -> None:
    headers = guard.outgoing_headers()
    assert headers == {"X-Fusion-Depth": "1", "CDN-Loop": "fusion-mcp", "baggage": "fusion.depth=1"}
    for name, value in headers.items():
        assert marker_in(None, {name: value}, {}) is not None
    assert marker_in(None, None, guard.child_environ({})) is not None


def test_a_child_keeps_its_environment_and_gets_the_marker() -> None:
    mine = {"PATH": "/bin", "FUSION_MCP_DEPTH": "0"}
    assert guard.child_environ(mine) == {"PATH": "/bin", "FUSION_MCP_DEPTH": "1"}
    assert mine["FUSION_MCP_DEPTH"] == "0"


def test_the_advice_says_to_answer_directly() -> None:
    assert "Answer the question yourself" in guard.ADVICE


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
