"""A connection that counts every byte that comes over it, whatever the bytes turn out to be."""

import anyio
from anyio.abc import ByteStream

READ_BYTES = 16_384
"""How much is taken at once: what hostile bytes cost to parse holds up everyone else for no longer than this lasts."""
PLAIN_BYTES = 262_144
"""How much where there is nothing to parse or to unpack: what the event loop reads at most."""


class SpentError(Exception):
    """More came than was allowed."""


class Metered:
    """Gives what comes, `at_once` bytes at a time. Raises SpentError when more than `allowance` have come.

    Raises TimeoutError where nothing comes for `idle_s`.
    """

    def __init__(self, stream: ByteStream, allowance: int, idle_s: float) -> None:
        self.allowance = allowance
        self.at_once = READ_BYTES
        self._stream = stream
        self._idle_s = idle_s

    async def read(self) -> bytes:
        """Read some bytes, b"" at the end."""
        with anyio.fail_after(self._idle_s):
            try:
                data = await self._stream.receive(self.at_once)
            except anyio.EndOfStream:
                return b""
        self.allowance -= len(data)
        if self.allowance < 0:
            raise SpentError
        return data

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        with anyio.fail_after(self._idle_s):
            await self._stream.send(data)
