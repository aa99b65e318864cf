"""What the tests of one file share: a scripted provider that answers, and a home that points at it."""

from collections.abc import Iterator

import pytest

from scripted import Home, ScriptedProvider
from server.running import all_answer


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
def environ(shared: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a server whose panel is that provider's."""
    home = Home(tmp_path_factory.mktemp("server"))
    home.trio(shared)
    return home.environ()
