"""Which of several runs of one question a call is: asked again, it is to bring another answer and not the same. Pure.

The numbers are the same in every process, so an evaluation that was interrupted finds again what it has paid for.
"""

from collections import defaultdict
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from itertools import count


class Samples:
    """The numbers in use, per question."""

    def __init__(self, name: str = "") -> None:
        """`name` sets all of them apart from those of other evaluations."""
        self._name = name
        self._taken: defaultdict[Hashable, set[int]] = defaultdict(set)

    @contextmanager
    def take(self, question: Hashable) -> Generator[str]:
        """Give the next sample of a question: the plain name for the first. It is free again where the block fails."""
        taken = self._taken[question]
        number = next(number for number in count(1) if number not in taken)
        taken.add(number)
        try:
            yield self._name if number == 1 else f"{self._name}#{number}"
        except BaseException:
            taken.discard(number)
            raise
