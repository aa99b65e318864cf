"""Which backends have failed lately, so that they are asked after the others for a while. Pure.

No clock: a backend is due again once so many searches have gone by, which is soon where much is asked, and costs
nothing where little is.
"""

from collections.abc import Sequence

from fusion_mcp.tools.search.backends import Backend

LATE_FOR = 5
"""How many searches a backend stays behind the others after a failure."""


class Standing:
    """What is remembered of backends from one search to the next."""

    def __init__(self) -> None:
        """Begin with nothing against anybody."""
        self._searches = 0
        self._late_until: dict[str, int] = {}

    def begin(self, backends: Sequence[Backend]) -> list[Backend]:
        """Begin a search: give the order to ask in, otherwise the person's own."""
        self._searches += 1
        return sorted(backends, key=lambda backend: self._late_until.get(backend.name, 0) >= self._searches)

    def failed(self, backend: Backend) -> None:
        """Take note that a backend brought nothing."""
        self._late_until[backend.name] = self._searches + LATE_FOR

    def worked(self, backend: Backend) -> None:
        """Take note that a backend answered."""
        self._late_until.pop(backend.name, None)
