"""Recursion: how a call shows that it comes from inside a Fusion run, and which models are themselves fusions. Pure.

`markers` are what calls carry along, `nonce` is what prompts do, `ancestry` is what processes cannot shake off. Who
looks at all of them, and refuses, is `fusion_mcp.recursion`.
"""

from fusion_mcp.guard.ancestry import KEEPER_MARK
from fusion_mcp.guard.fusions import is_fusion, is_loopback, is_own_address
from fusion_mcp.guard.markers import ADVICE, child_environ, marker_in, outgoing_headers

__all__ = [
    "ADVICE",
    "KEEPER_MARK",
    "child_environ",
    "is_fusion",
    "is_loopback",
    "is_own_address",
    "marker_in",
    "outgoing_headers",
]
