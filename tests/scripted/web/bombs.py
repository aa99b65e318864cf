"""Compressed bodies that are small on the wire and huge once decoded."""

import zlib
from collections.abc import Iterator

from scripted.web.good import HTML
from scripted.web.visit import PageBehaviour, Visit

_BLOCK = b"0" * 1_000_000


def gzip_bomb(size: int, content_type: str = HTML) -> PageBehaviour:
    """Send a proper gzip stream of `size` digits, rounded up to whole megabytes; on the wire it is a thousandth."""

    async def play(visit: Visit) -> None:
        await visit.begin(content_type, headers={"content-encoding": "gzip"})
        for piece in _bomb(-(-size // len(_BLOCK))):
            await visit.send(piece)
        await visit.end()

    return PageBehaviour("gzip_bomb", play)


def _bomb(blocks: int) -> Iterator[bytes]:
    """One gzip member (RFC 1952). A flushed block may be repeated, so that only one is ever compressed."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(_BLOCK) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    for _ in range(blocks):
        checksum = zlib.crc32(_BLOCK, checksum)
        yield block
    length = blocks * len(_BLOCK) % 2**32
    yield deflate.flush() + checksum.to_bytes(4, "little") + length.to_bytes(4, "little")
