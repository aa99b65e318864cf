"""ISO-2022-JP as browsers read it (https://encoding.spec.whatwg.org/#iso-2022-jp). Pure.

Python's codec gives up other escapes than browsers do, and loses its place in another way behind broken ones: a comment
would end for one of them and go on for the other.
"""

import re

_ESCAPES = {b"(B": "ascii", b"(J": "roman", b"(I": "katakana", b"$@": "kanji", b"$B": "kanji"}
_RUN = re.compile(rb"\x1b|[^\x1b]++")
_ROMAN = str.maketrans({"\\": "¥", "~": "‾"})
_SHIFTS = bytes.maketrans(b"\x0e\x0f", b"\xff\xff")
_BROKEN = "\ufffd"
_KATAKANA = range(0x21, 0x60)
_IN_PAIR = range(0x21, 0x7F)


def decoded(body: bytes) -> str:
    """Read `body`; what is broken becomes U+FFFD, and no escape ever lets what follows be read otherwise."""
    state = "ascii"
    parts: list[str] = []
    at = 0
    while found := _RUN.match(body, at):
        at = found.end()
        if found[0] != b"\x1b":
            parts.append(_read(found[0], state))
        elif escape := _ESCAPES.get(body[at : at + 2]):
            state, at = escape, at + 2
        else:
            parts.append(_BROKEN)
    return "".join(parts)


def _read(run: bytes, state: str) -> str:
    if state == "katakana":
        return "".join(chr(0xFF61 + byte - 0x21) if byte in _KATAKANA else _BROKEN for byte in run)
    if state == "kanji":
        return _pairs(run)
    text = run.translate(_SHIFTS).decode("ascii", "replace")
    return text.translate(_ROMAN) if state == "roman" else text


def _pairs(run: bytes) -> str:
    parts: list[str] = []
    at = 0
    while at < len(run):
        pair = run[at : at + 2]
        if pair[0] not in _IN_PAIR:
            parts.append(_BROKEN)
            at += 1
        else:
            is_pair = len(pair) == 2 and pair[1] in _IN_PAIR  # noqa: PLR2004 - two bytes
            parts.append(bytes(byte | 0x80 for byte in pair).decode("euc_jp", "replace") if is_pair else _BROKEN)
            at += 2
    return "".join(parts)
