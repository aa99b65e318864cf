"""Messages between the reader and its children. Pure.

Each is a head in JSON and a body of bytes, after the lengths of both. The body is a document, or the text of one that
was read.
"""

import json
import struct
from typing import Any

LENGTHS = struct.Struct(">II")
MOST_BYTES = 64_000_000
"""A longer message is a broken one: neither a document nor what is read of it comes near."""


def framed(head: dict[str, Any], body: bytes = b"") -> tuple[bytes, bytes]:
    """Give the bytes of a message, its body apart: it may be large, and need not be copied."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text, body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Read how long head and body are. Raises ValueError for what is no message."""
    head, body = LENGTHS.unpack(prefix)
    if head + body > MOST_BYTES:
        raise ValueError("the message is too long")
    return head, body
