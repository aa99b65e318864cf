"""Which calls give themselves away by a marker, and what Fusion's own calls carry."""

from collections.abc import Mapping
from typing import Any

import pytest

from fusion_mcp import guard
from fusion_mcp.guard import marker_in

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
