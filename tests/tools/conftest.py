"""Fixtures of the web tools' tests."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal

from fusion_mcp.tools.reading.reader import Reader
from tools.readings import Readings


@pytest.fixture(scope="session")
def readings() -> Iterator[Readings]:
    """One reader with its child for all tests that only ask what a document says."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Reader(environ={})) as reader:
        yield Readings(portal, reader)
