"""Fixtures of the whole suite, and its safety net."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from scripted import Home, ScriptedProvider, ScriptedWeb, loopback

loopback.install()


@pytest.fixture(autouse=True)
def stays_on_loopback() -> Iterator[None]:
    """Fail a test that tried to reach the internet, even when the code under test swallowed the refusal."""
    loopback.REACHED.clear()
    yield
    assert loopback.REACHED == []


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    """A scripted provider that takes any key."""
    with ScriptedProvider() as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    """A client that asks scripted servers as the code under test would not."""
    with httpx2.Client(timeout=5, trust_env=False) as opened:
        yield opened


@pytest.fixture
async def caller() -> AsyncIterator[httpx2.AsyncClient]:
    """The same for tests that must not wait for a reply."""
    async with httpx2.AsyncClient(timeout=5, trust_env=False) as opened:
        yield opened


@pytest.fixture
def internet() -> Iterator[ScriptedWeb]:
    """A web on loopback with no page yet."""
    with ScriptedWeb() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A FUSION_MCP_HOME with nothing in it yet."""
    return Home(tmp_path)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A base URL at which nothing listens: its port is held, so nothing will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/v1"
