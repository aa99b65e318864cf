"""The ways around the guard: what the one below does, and what should stop it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scripted.below import CALLS, Plan

ENVIRONMENT = "environment FUSION_MCP_DEPTH"
ANCESTRY = "process ancestry"
CLIENT = "process ancestry of the HTTP client"
NONCE = "the nonce of a live run in its text"
JOINED = "joined to the live run"
NOTHING_BEGUN = "structure: it begins nothing"
RUNS_AT_ONCE = "limit: runs at once"
MONEY = "limit: money"

DEPTH = "fusion-mcp.dev/depth"
DISGUISES = (
    *("by spaces", "by hyphens", "in capitals", "by newlines", "by Markdown", "by tags", "by entities", "by escapes"),
    *("by invisible characters", "in wide letters", "without its prefix"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way around. `asked_at`: where the outer run lives; the door that `plan` takes may be another server's.

    `through`: whether its HTTP calls go straight to the server or by a proxy that is nobody's child; `gateway`: it is
    a model behind HTTP that asks, with these words. `most_calls` is for what only limits can stop.
    """

    way: str
    stopped_by: str
    plan: Plan = field(default_factory=Plan)
    asked_at: Literal["stdio", "http"] = "stdio"
    through: Literal["nothing", "proxy"] = "nothing"
    gateway: str = ""
    keeps_headers: bool = False
    has_other_home: bool = False
    limits: Mapping[str, object] = field(default_factory=dict[str, object])
    most_calls: int = CALLS
    most_processes: int = 6

    @property
    def is_bounded_only(self) -> bool:
        """Whether nothing tells that the call comes from below, so that only a limit can end it."""
        return self.stopped_by in (RUNS_AT_ONCE, MONEY)


def all_cases() -> list[Case]:
    """Every way around, in the order of the table."""
    return [
        *_by_processes(),
        *_by_http(),
        *_by_proxy(),
        *_by_markers(),
        *_by_gateway(),
        *_by_disguises(),
        *_by_limits(),
    ]


def _by_processes() -> Iterator[Case]:
    """A server of its own on stdio, or the command; the question is in other words and has no nonce."""
    yield Case(way="nothing stripped", stopped_by=ENVIRONMENT, plan=Plan(environ="all"))
    yield Case(way="environment marker removed", stopped_by=ANCESTRY, plan=Plan(environ="unmarked"))
    yield Case(way="whole environment scrubbed", stopped_by=ANCESTRY, plan=Plan())
    yield Case(way="scrubbed, in a new session", stopped_by=ANCESTRY, plan=Plan(leaves="session"))
    yield Case(way="scrubbed, as a daemon (double fork, new session)", stopped_by=ANCESTRY, plan=Plan(leaves="daemon"))
    yield Case(way="scrubbed, on another home", stopped_by=ANCESTRY, plan=Plan(), has_other_home=True)
    yield Case(
        way="scrubbed, as a daemon, on another home",
        stopped_by=ANCESTRY,
        plan=Plan(leaves="daemon"),
        has_other_home=True,
    )
    yield Case(way="the command line, scrubbed", stopped_by=ANCESTRY, plan=Plan(door="command"))
    daemon = Plan(door="command", leaves="daemon")
    yield Case(way="the command line, scrubbed, as a daemon", stopped_by=ANCESTRY, plan=daemon)
    yield Case(way="fusion_result with the run's id, scrubbed", stopped_by=ANCESTRY, plan=Plan(tool="fusion_result"))


def _by_http() -> Iterator[Case]:
    """A server that is there already: the very one that carries out the run, or another of the same home."""
    marked = {"X-Fusion-Depth": "1", "CDN-Loop": "fusion-mcp", "baggage": "fusion.depth=1"}
    for door in ("http", "sse"):
        name = door.upper()
        yield Case(
            way=f"{name}, with the markers",
            stopped_by="header x-fusion-depth",
            plan=Plan(door=door, headers=marked),
            asked_at="http",
        )
        yield Case(
            way=f"{name}, no markers, the question as given",
            stopped_by=NONCE,
            plan=Plan(door=door, words="given"),
            asked_at="http",
        )
        yield Case(
            way=f"{name}, no markers, paraphrased without nonce",
            stopped_by=CLIENT,
            plan=Plan(door=door),
            asked_at="http",
        )
        yield Case(
            way=f"{name}, the same as a daemon",
            stopped_by=CLIENT,
            plan=Plan(door=door, leaves="daemon"),
            asked_at="http",
        )
        yield Case(way=f"{name}, the same at another server", stopped_by=CLIENT, plan=Plan(door=door))
    found = Plan(door="http", tool="fusion_result")
    yield Case(way="HTTP, fusion_result with the run's id", stopped_by=CLIENT, plan=found, asked_at="http")


def _by_proxy() -> Iterator[Case]:
    """A proxy that is nobody's child drops all headers: no process is behind the call, only its words are left."""
    by_words = {
        "the question as given": (NONCE, Plan(door="http", words="given")),
        "paraphrased, nonce in the context": (NONCE, Plan(door="http", words="nonce in context")),
        "nonce cut out": (JOINED, Plan(door="http", words="cut")),
        "nonce cut out, other capitals and spaces": (JOINED, Plan(door="http", words="spaced")),
        "nonce cut out, another preset": (JOINED, Plan(door="http", words="cut", arguments={"preset": "other"})),
        "nonce cut out, other limits": (
            JOINED,
            Plan(door="http", words="cut", arguments={"max_cost_usd": 1.5, "deadline_s": 15.0, "web": False}),
        ),
        "nonce cut out, by fusion_compare": (JOINED, Plan(door="http", words="cut", tool="fusion_compare")),
        "fusion_result with the run's id": (NOTHING_BEGUN, Plan(door="http", tool="fusion_result")),
    }
    for way, (stopped_by, plan) in by_words.items():
        yield Case(way=f"proxy, {way}", stopped_by=stopped_by, plan=plan, asked_at="http", through="proxy")
        if way in ("the question as given", "nonce cut out"):
            yield Case(way=f"proxy to another server, {way}", stopped_by=stopped_by, plan=plan, through="proxy")


def _by_markers() -> Iterator[Case]:
    """Markers that are odd. `_meta` goes through the proxy, so that nothing else could tell; headers do not."""
    odd: Mapping[str, Any] = {"malformed": "x", "huge": 10**30, "negative": -1, "a boolean": False, "a list": [0]}
    for what, depth in odd.items():
        plan = Plan(door="http", meta={DEPTH: depth})
        yield Case(way=f"_meta depth {what}", stopped_by=f"_meta {DEPTH}", plan=plan, asked_at="http", through="proxy")
    baggage = Plan(door="http", meta={"baggage": "a=b;c, fusion.depth = seven"})
    yield Case(
        way="_meta baggage malformed",
        stopped_by="_meta baggage fusion.depth",
        plan=baggage,
        asked_at="http",
        through="proxy",
    )
    for way, headers, carrier in (
        ("header depth malformed", {"X-Fusion-Depth": "x"}, "header x-fusion-depth"),
        ("header depth huge", {"X-Fusion-Depth": str(10**30)}, "header x-fusion-depth"),
        ("header depth negative", {"X-Fusion-Depth": "-1"}, "header x-fusion-depth"),
        ("OpenRouter's own depth", {"x-openrouter-fusion-depth": "2"}, "header x-openrouter-fusion-depth"),
        ("CDN-Loop behind others", {"CDN-Loop": "cdn.example; hops=2, fusion-mcp;a=b"}, "header cdn-loop"),
        ("header baggage malformed", {"baggage": ",;,fusion.depth=%zz;p"}, "header baggage fusion.depth"),
        ("header depth 0, from an agent", {"X-Fusion-Depth": "0"}, CLIENT),
    ):
        yield Case(way=way, stopped_by=carrier, plan=Plan(door="http", headers=headers), asked_at="http")
    claimed = Plan(door="http", meta={DEPTH: 0})
    yield Case(way="_meta depth 0, from an agent", stopped_by=CLIENT, plan=claimed, asked_at="http")


def _by_gateway() -> Iterator[Case]:
    """A member that is a model at an HTTP gateway, which asks this server; it is no process of ours."""
    yield Case(
        way="gateway, headers kept",
        stopped_by="header x-fusion-depth",
        gateway="paraphrased",
        keeps_headers=True,
        asked_at="http",
    )
    yield Case(way="gateway, headers dropped", stopped_by=NONCE, gateway="given", asked_at="http")
    yield Case(way="gateway, at another server", stopped_by=NONCE, gateway="given")
    yield Case(way="gateway, headers dropped, nonce cut out", stopped_by=JOINED, gateway="cut", asked_at="http")


def _by_disguises() -> Iterator[Case]:
    for words in DISGUISES:
        yield Case(
            way=f"proxy, paraphrased, nonce {words}"
            if words[0] == "i"
            else f"proxy, paraphrased, nonce broken {words}",
            stopped_by=NONCE,
            plan=Plan(door="http", words=words),
            asked_at="http",
            through="proxy",
        )


def _by_limits() -> Iterator[Case]:
    """Neither markers nor process nor nonce nor the same words: nobody could tell it from a person's."""
    few, little = {"max_concurrent_runs_per_user": 3}, {"max_cost_usd_per_run": 8, "max_cost_usd_per_day": 20}
    rephrased, extended = "paraphrased without nonce", "nonce cut out, a new context each time"
    for way, stopped_by, hurries, limits in (
        (f"{rephrased}: 3 runs at once", RUNS_AT_ONCE, 8, {**few, "wait_s": 30}),
        (f"{rephrased}: 20 USD a day", MONEY, 0, {**little, "wait_s": 30}),
        (f"{rephrased}: both, each run left before its end", MONEY, 0, {**few, **little}),
        (f"{extended}: 20 USD a day", MONEY, 0, {**little, "wait_s": 30}),
    ):
        yield Case(
            way=f"proxy, {way}",
            stopped_by=stopped_by,
            plan=Plan(door="http", words="extended" if extended in way else "paraphrased", hurries=hurries, most=30),
            asked_at="http",
            through="proxy",
            limits=limits,
            most_calls=7 * CALLS if stopped_by == MONEY else 3 * CALLS,
            most_processes=3 * 2,
        )
