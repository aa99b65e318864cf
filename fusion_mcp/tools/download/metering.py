"""A connection that counts every byte that comes over it, whatever the bytes turn out to be."""

from typing import Any

import httpcore2

READ_BYTES = 16_384
"""How much is taken at once: what hostile bytes cost to parse holds up everyone else for no longer than this lasts."""
PLAIN_BYTES = 262_144
"""How much where there is nothing to parse or to unpack: what the event loop reads at most."""


class SpentError(Exception):
    """More came than was allowed."""


class Metered(httpcore2.AsyncNetworkStream):
    """Passes everything on, `at_once` bytes at a time. Raises SpentError when more than `allowance` have come."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, allowance: int) -> None:
        self.allowance = allowance
        self.at_once = READ_BYTES
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - the library's
        """Read some bytes, b"" at the end. `max_bytes` is what the library thinks best."""
        data = await self._stream.read(self.at_once, timeout)
        self.allowance -= len(data)
        if self.allowance < 0:
            raise SpentError
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's
        """Write all of it."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """Tell what the connection beneath knows of itself."""
        return self._stream.get_extra_info(info)
