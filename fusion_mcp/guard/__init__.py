"""Recursion: how a call shows that it comes from inside a Fusion run, and which models are themselves fusions. Pure.

`markers` are what calls carry along, `nonce` is what prompts do, `ancestry` is what processes cannot shake off. Who
looks at all of them, and refuses, is `fusion_mcp.recursion`.
"""

from fusion_mcp.guard.ancestry import KEEPER_MARK
from fusion_mcp.guard.fusions import FUSION_MODELS, is_fusion, is_loopback, is_own_address
from fusion_mcp.guard.markers import (
    ADVICE,
    BAGGAGE_KEY,
    CDN_ID,
    DEPTH_HEADERS,
    ENVIRONMENT_KEY,
    META_KEY,
    child_environ,
    marker_in,
    outgoing_headers,
)

__all__ = [
    "ADVICE",
    "BAGGAGE_KEY",
    "CDN_ID",
    "DEPTH_HEADERS",
    "ENVIRONMENT_KEY",
    "FUSION_MODELS",
    "KEEPER_MARK",
    "META_KEY",
    "child_environ",
    "is_fusion",
    "is_loopback",
    "is_own_address",
    "marker_in",
    "outgoing_headers",
]
