"""What the tests of one file share: a scripted provider that answers, and a home that points at it."""

from collections.abc import Iterator

import pytest

from scripted import Home, ScriptedProvider
from server.running import HttpServer, all_answer


@pytest.fixture(scope="module")
def shared() -> Iterator[ScriptedProvider]:
    """A scripted provider on which everybody answers."""
    with ScriptedProvider() as running:
        all_answer(running)
        yield running


@pytest.fixture(scope="module")
def panel() -> Iterator[ScriptedProvider]:
    """A scripted provider that each file scripts for itself."""
    with ScriptedProvider() as running:
        yield running


@pytest.fixture(scope="module")
def home_of_all(shared: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose panel is that provider's; a file may have one of its own instead."""
    home = Home(tmp_path_factory.mktemp("server"))
    home.trio(shared)
    return home


@pytest.fixture(scope="module")
def environ(home_of_all: Home) -> dict[str, str]:
    """The environment of a server at that home."""
    return home_of_all.environ()


@pytest.fixture(scope="module")
def server(environ: dict[str, str]) -> Iterator[HttpServer]:
    """A server over HTTP at that home, which must end without having stumbled."""
    with HttpServer(environ) as running:
        yield running
        assert "Traceback" not in running.stderr
        assert "Exception" not in running.stderr
