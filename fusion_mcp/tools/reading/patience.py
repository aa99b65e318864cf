"""How long to go on with a document that can be left after any of its pages."""

import time


class Patience:
    """A stretch of time that begins now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Whether it is time to come to an end with what there is."""
        return time.monotonic() > self._ends
