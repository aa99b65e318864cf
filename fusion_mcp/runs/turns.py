"""One caller at a time for each key."""

from weakref import WeakValueDictionary

import anyio


class Turns:
    """A lock for each key that somebody holds or waits for, and none for any other."""

    def __init__(self) -> None:
        """Begin with none."""
        self._locks = WeakValueDictionary[str, anyio.Lock]()

    def of(self, key: str) -> anyio.Lock:
        """Give the lock of this key's turn: who enters it waits until nobody else has it. It lasts while it is used."""
        return self._locks.setdefault(key, anyio.Lock(fast_acquire=True))
