"""Content codings undone piece by piece, so that what expands without end never takes more room than a piece. Pure.

How much is too much is the reader's to say: whoever takes the pieces may stop at any of them.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

PIECE = 65_536
"""The most bytes that a decoder makes out of fewer before it hands them over."""

ACCEPTED = "gzip, deflate"
"""What to ask a server for, in the words of Accept-Encoding."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_MEMBERS = 1_000
"""A body of more gzip members than this was made to keep us busy; compressors that cut their work make some hundred."""


class DamagedError(Exception):
    """The body is not what its Content-Encoding says, or it ends too early."""


class Decoder(Protocol):
    """One body's coding, fed with its bytes as they arrive."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what these bytes decode to, at most PIECE bytes at a time where it is more. Raises DamagedError."""
        ...

    def finish(self) -> None:
        """Say that no more bytes will come. Raises DamagedError where the body is not whole."""
        ...


def decoder_for(content_encoding: str) -> Decoder | None:
    """Choose the decoder for a Content-Encoding header; None for a coding, or several at once, that we do not undo."""
    match [coding for word in content_encoding.split(",") if (coding := word.strip().lower()) not in ("", "identity")]:
        case []:
            return _Identity()
        case ["gzip" | "x-gzip"]:
            return _Gzip()
        case ["deflate"]:
            return _Deflate()
        case _:
            return None


class _Identity:
    """No coding: the bytes as they are."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        """Leave it to HTTP to know where the body ends."""


class _Gzip:
    """RFC 1952: one member after the other. What follows the last one and is no member is ignored, as by gzip."""

    def __init__(self) -> None:
        self._member = _Inflation(_GZIP)
        self._members = 1
        self._over = False
        self._between = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            if self._member.ended and not (data := self._begin_member(self._between + data)):
                return
            yield from self._member.feed(data)
            data = self._member.unused()

    def finish(self) -> None:
        self._member.finish()

    def _begin_member(self, data: bytes) -> bytes:
        """Take up the next member, if `data` begins one, and give back what is to be fed to it."""
        self._between = b""
        if len(data) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(data):
            self._between = data
            return b""
        if not data.startswith(_GZIP_MAGIC):
            self._over = True
            return b""
        self._members += 1
        if self._members > _MEMBERS:
            raise DamagedError("too many gzip members")
        self._member = _Inflation(_GZIP)
        return data


class _Deflate:
    """What servers call deflate: the zlib format of RFC 1950, as the standard has it, or a bare stream of RFC 1951."""

    def __init__(self) -> None:
        self._head = b""
        self._inflation: _Inflation | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflation is None:
            data = self._head + data
            if len(data) < 2:  # noqa: PLR2004 - the length of zlib's header
                self._head = data
                return
            self._inflation = _Inflation(_ZLIB if _is_zlib(data) else _RAW)
        yield from self._inflation.feed(data)

    def finish(self) -> None:
        if self._inflation is not None:
            self._inflation.finish()
        elif self._head:
            raise DamagedError("it ends too early")


def _is_zlib(data: bytes) -> bool:
    """Whether the two bytes are a zlib header: method 8, and a check sum that comes out even (RFC 1950, 2.2)."""
    return data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0


class _Inflation:
    """One deflated stream in one of its three wrappings."""

    def __init__(self, wrapping: int) -> None:
        self._zlib = zlib.decompressobj(wrapping)
        self._begun = False

    @property
    def ended(self) -> bool:
        return self._zlib.eof

    def unused(self) -> bytes:
        """Give what was fed beyond the end of the stream."""
        return self._zlib.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        piece = b""
        # A full piece may leave more behind inside zlib, even after its input has been used up.
        while not self._zlib.eof and (data or len(piece) == PIECE):
            try:
                piece = self._zlib.decompress(data, PIECE)
            except zlib.error as error:
                raise DamagedError("it cannot be decompressed") from error
            if piece:
                yield piece
            data = self._zlib.unconsumed_tail

    def finish(self) -> None:
        if self._begun and not self._zlib.eof:
            raise DamagedError("it ends too early")
