"""The markers that a call carries: in MCP's `_meta`, in HTTP headers, in the environment. Pure.

Every model, MCP or agent call that a run makes carries all that its carrier can hold; a call that arrives with any of
them is refused. A marker that cannot be read counts as depth 1; depth 0 and no marker are none.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import unquote

META_KEY = "fusion-mcp.dev/depth"
BAGGAGE_KEY = "fusion.depth"
ENVIRONMENT_KEY = "FUSION_MCP_DEPTH"
DEPTH_HEADERS = ("x-fusion-depth", "x-openrouter-fusion-depth")
CDN_ID = "fusion-mcp"

ADVICE = (
    "this call comes from inside a Fusion run, and a panel may not start another panel. "
    "Answer the question yourself, directly, without fusion tools."
)

_INTEGER = re.compile(r"\s*[+-]?\d{1,9}\s*", re.ASCII)


def marker_in(
    meta: Mapping[str, object] | None, headers: Mapping[str, str] | None, environ: Mapping[str, str]
) -> str | None:
    """Name the carrier that gives a call away as Fusion's own, or None for a call from outside.

    `meta` is the request's MCP `_meta`; `headers` are those of its HTTP request (any case), None on stdio; `environ`
    is the server's own environment.
    """
    for carrier, depth in _depths(meta or {}, headers or {}, environ):
        if _is_inside(depth):
            return carrier
    return None


def outgoing_headers() -> dict[str, str]:
    """The markers of an HTTP call to a model.

    CDN-Loop is RFC 8586's (https://www.rfc-editor.org/rfc/rfc8586), baggage the W3C's (https://www.w3.org/TR/baggage/).
    """
    return {"X-Fusion-Depth": "1", "CDN-Loop": CDN_ID, "baggage": f"{BAGGAGE_KEY}=1"}


def child_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """A process that a run starts gets its environment with the marker in it."""
    return {**environ, ENVIRONMENT_KEY: "1"}


def _depths(
    meta: Mapping[str, object], headers: Mapping[str, str], environ: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    if META_KEY in meta:
        yield f"_meta {META_KEY}", meta[META_KEY]
    for depth in _baggage_depths(meta.get("baggage", "")):
        yield f"_meta baggage {BAGGAGE_KEY}", depth
    for name, value in headers.items():
        lower = name.lower()
        if lower in DEPTH_HEADERS:
            yield f"header {lower}", value
        elif lower == "cdn-loop" and _passed_through(value):
            yield "header cdn-loop", 1
        elif lower == "baggage":
            for depth in _baggage_depths(value):
                yield f"header baggage {BAGGAGE_KEY}", depth
    if ENVIRONMENT_KEY in environ:
        yield f"environment {ENVIRONMENT_KEY}", environ[ENVIRONMENT_KEY]


def _is_inside(depth: object) -> bool:
    if isinstance(depth, bool):
        return True
    if isinstance(depth, int | float):
        return depth != 0
    if isinstance(depth, str) and _INTEGER.fullmatch(depth):
        return int(depth) != 0
    return True


def _baggage_depths(baggage: object) -> Iterator[str]:
    for member in _as_header(baggage).split(","):
        key, _, value = member.split(";")[0].partition("=")  # properties come after the first semicolon
        if key.strip() == BAGGAGE_KEY:
            yield unquote(value.strip())


def _as_header(baggage: object) -> str:
    """Baggage is one header's text; in `_meta` somebody may have put its members apart."""
    if isinstance(baggage, Mapping):
        return ",".join(f"{key}={value}" for key, value in cast("Mapping[object, object]", baggage).items())
    if isinstance(baggage, list):
        return ",".join(map(str, cast("list[object]", baggage)))
    if baggage is None:
        return ""
    return baggage if isinstance(baggage, str) else f"{BAGGAGE_KEY}=unreadable"


def _passed_through(cdn_loop: str) -> bool:
    return any(entry.split(";")[0].strip().lower() == CDN_ID for entry in cdn_loop.split(","))
