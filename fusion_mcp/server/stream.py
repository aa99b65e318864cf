"""What the SDK asks of a stream, in either direction, besides its messages."""

from types import TracebackType
from typing import Self


class Stream:
    """Closes itself at the end of a block."""

    async def aclose(self) -> None:
        """Give, or take, no more."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()
