"""Whose call it is: every way in which one from inside a run gives itself away, and everybody else's is answered."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fusion_mcp.config import Store
from fusion_mcp.errors import Refused
from fusion_mcp.guard.ancestry import KEEPER_MARK, Process, is_keeper
from fusion_mcp.guard.nonce import drawn, in_words
from fusion_mcp.journal.journal import Journal
from fusion_mcp.recursion import Peer, RecursionGuard
from journal.booking import die, new_run, processes

NONCE = drawn("0a1b2c3d4e5f60718293a4b5")
SHELL = Process(pid=7, command=("/bin/sh",), started=1.0)
KEEPER = Process(pid=8, command=("python", "/agents/keeper.py", KEEPER_MARK), started=2.0)
PEER = ("127.0.0.1", 50_000)


@dataclass
class System:
    """Processes as a test wants them."""

    ancestors: tuple[Process, ...] = (SHELL,)
    peers: Mapping[tuple[str, int], tuple[Process, ...]] = field(default_factory=dict[Any, Any])
    dead: set[int] = field(default_factory=set[int])

    def peer_ancestors(self, host: str, port: int) -> tuple[Process, ...]:
        return self.peers.get((host, port), ())

    def guard(self, journal: Journal, environ: Mapping[str, str] | None = None) -> RecursionGuard:
        return RecursionGuard(
            journal,
            environ or {},
            ancestors=lambda: self.ancestors,
            peer_ancestors=self.peer_ancestors,
            is_alive=lambda process: process.pid not in self.dead,
            has_keepers=lambda: any(map(is_keeper, (each for peer in self.peers.values() for each in peer))),
            parent=lambda: self.ancestors[0].pid if self.ancestors else 1,
        )


@asynccontextmanager
async def a_live_run(folder: Path, *, store: Store = "full") -> AsyncGenerator[tuple[Journal, Journal]]:
    """A run with NONCE in the second of two processes, whose end the test may bring about."""
    async with processes(folder, store=store) as [here, there]:
        await there.claim(new_run(1))
        assert await there.enter("run-1", NONCE, most=1)
        yield here, there


async def carrier(
    guard: RecursionGuard, *, texts: Sequence[str] = (), peers: Sequence[Peer] = (), tool: str = "", **caller: Any
) -> str | None:
    """What a call is refused for, None where it is not: both halves, as the doors go through them."""
    try:
        await guard.refuse_caller(tool=tool, **caller)
        await guard.refuse_words(texts=texts, peers=peers, tool=tool)
    except Refused as refused:
        why = refused
    else:
        return None
    assert why.reason == "recursion_refused"
    assert "Answer the question yourself" in why.message
    return why.message.partition("(Marked by ")[2].removesuffix(".)")


async def test_a_call_from_outside_goes_through_and_touches_no_file_but_to_read(tmp_path: Path) -> None:
    async with a_live_run(tmp_path) as (here, _):
        guard, texts = System().guard(here), ("Why?", "Because.")
        assert await carrier(guard, meta={}, headers={"host": "x"}, peers=[PEER], texts=texts) is None
        assert not here.presence.has_begun


async def test_markers_are_known_before_anything_is_read(tmp_path: Path) -> None:
    async with processes(tmp_path / "none", 1) as [here]:
        guard = System().guard(here)
        assert await carrier(guard, meta={"fusion-mcp.dev/depth": 1}) == "_meta fusion-mcp.dev/depth"
        assert await carrier(guard, headers={"X-Fusion-Depth": "1"}) == "header x-fusion-depth"
        inside = System().guard(here, {"FUSION_MCP_DEPTH": "1"})
        assert await carrier(inside) == "environment FUSION_MCP_DEPTH"
        assert await carrier(System(ancestors=(SHELL, KEEPER)).guard(here)) == "process ancestry (8)"
    assert not (tmp_path / "none").exists()


async def test_who_started_this_process_is_remembered_when_it_is_left_to_others(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        system = System(ancestors=(SHELL, KEEPER))
        guard = system.guard(here)
        await guard.look_back()
        system.ancestors = ()
        assert await carrier(guard) == "process ancestry (8)"
        system.dead.add(KEEPER.pid)
        assert await carrier(guard) is None  # the run that started it is over


async def test_who_has_this_process_now_counts_too(tmp_path: Path) -> None:
    async with processes(tmp_path, 1) as [here]:
        system = System()
        guard = system.guard(here)
        await guard.look_back()
        system.ancestors = (KEEPER,)
        assert await carrier(guard) == "process ancestry (8)"


@pytest.mark.parametrize("store", ["full", "metadata", "off"])
@pytest.mark.parametrize(
    "texts", [(NONCE,), (f"Why? [{NONCE}]", ""), ("Why?", in_words(NONCE)), ("Why?", "-".join(NONCE.upper()))]
)
async def test_a_text_with_a_live_runs_nonce_is_that_runs_own(
    tmp_path: Path, texts: tuple[str, ...], store: Store
) -> None:
    async with a_live_run(tmp_path, store=store) as (here, there):
        for journal in here, there:
            assert await carrier(System().guard(journal), texts=texts) == "the nonce of a live run in its text"
        await there.finish("run-1", status="finished")
        assert await carrier(System().guard(here), texts=texts) is None


async def test_a_nonce_means_nothing_once_its_process_is_dead(tmp_path: Path) -> None:
    async with a_live_run(tmp_path) as (here, there):
        await die(there)
        assert await carrier(System().guard(here), texts=(NONCE,)) is None


async def test_a_client_that_an_agent_started_is_known_by_its_connection(tmp_path: Path) -> None:
    system = System(peers={PEER: (SHELL, KEEPER)})
    async with processes(tmp_path, 1) as [here]:
        guard = system.guard(here)
        assert await carrier(guard, peers=[PEER]) == "process ancestry (8) of the HTTP client"
        assert await carrier(guard, peers=[("192.0.2.1", 50_000)]) is None


async def test_a_refusal_is_logged_with_its_carrier_and_neither_nonce_nor_question(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_live_run(tmp_path) as (here, _):
        with caplog.at_level(logging.DEBUG, logger="fusion_mcp"):
            assert await carrier(System().guard(here), texts=(f"Is it secret? {NONCE}",), tool="fusion_ask")
            assert await carrier(System(ancestors=(KEEPER,)).guard(here), tool="fusion_result")
    first, second = [record.getMessage() for record in caplog.records if record.name == "fusion_mcp.recursion"]
    assert (
        first == "refused fusion_ask: it comes from inside a Fusion run, marked by the nonce of a live run in its text"
    )
    assert second == "refused fusion_result: it comes from inside a Fusion run, marked by process ancestry (8)"


@dataclass
class Noticing(System):
    """Notes who was looked up."""

    looked_up: list[Peer] = field(default_factory=list[Peer])

    def peer_ancestors(self, host: str, port: int) -> tuple[Process, ...]:
        self.looked_up.append((host, port))
        return super().peer_ancestors(host, port)


async def test_where_no_keeper_runs_nobody_asks_who_a_client_is(tmp_path: Path) -> None:
    system = Noticing()
    async with processes(tmp_path, 1) as [here]:
        assert await carrier(system.guard(here), peers=[PEER]) is None
    assert system.looked_up == []
