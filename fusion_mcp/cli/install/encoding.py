"""A file's bytes as text, and back to the very bytes. Pure."""

import codecs
from dataclasses import dataclass

from fusion_mcp.cli.install.words import UnreadableError

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How a file writes text: the mark at its beginning, and the codec."""

    mark: bytes = b""
    codec: str = "utf-8"

    def encode(self, text: str) -> bytes:
        """Give the bytes of a text."""
        return self.mark + text.encode(self.codec)


def decode(raw: bytes) -> tuple[str, Encoding]:
    """Give a file's text, and how it is written. Raises UnreadableError."""
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if raw.startswith(mark)), (b"", "utf-8"))
    try:
        return raw[len(mark) :].decode(codec), Encoding(mark=mark, codec=codec)
    except UnicodeDecodeError as error:
        at = len(mark) + error.start + 1
        raise UnreadableError(f"byte {at} is not {codec.upper()}; save the file as UTF-8") from None
