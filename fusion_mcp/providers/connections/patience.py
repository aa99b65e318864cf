"""How long a response is waited for: who reads it moves the end on, and who waits for more of it sees to that."""

import math
from collections.abc import Awaitable
from typing import TypeVar

import anyio

_Came = TypeVar("_Came")


class PatienceOver(Exception):
    """Nothing came in time."""


class Patience:
    """Waits for the head of one response, and for each piece of its body, last until `until` on the loop's clock.

    Then they end with PatienceOver. What has come by that time is handed out, however late that is looked at.
    """

    def __init__(self, until: float = math.inf) -> None:
        """Wait for ever, unless it is said until when."""
        self.until = until

    async def wait_for(self, more: Awaitable[_Came]) -> _Came:
        """Wait for something that does not look at the time itself. Raises PatienceOver."""
        with anyio.CancelScope(deadline=self.until):
            return await more
        raise PatienceOver
