"""A long text in pieces that a model can take, each ending where a reader would pause. Pure."""

import re

_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]?\s|[。！？]")


def cut(text: str, offset: int, size: int = 12_000) -> tuple[str, int | None]:
    """Give the piece of `text` that begins at `offset`, and the offset to read on at, or None: that was all.

    A piece has at most `size` characters (at least 1) and ends behind a paragraph where there is one in its second
    half, else behind a line or sentence, else behind a word, else anywhere. The pieces joined are the text. An offset
    before the beginning or at or beyond the end gives ("", None).
    """
    if not 0 <= offset < len(text):
        return "", None
    end = offset + max(size, 1)
    if end >= len(text):
        return text[offset:], None
    end = _pause(text, offset + max(size, 1) // 2, end)
    return text[offset:end], end


def _pause(text: str, earliest: int, latest: int) -> int:
    """Find where to stop after `earliest` and not after `latest`: behind the white space that follows the last unit."""
    paragraph = text.rfind("\n\n", earliest, latest)
    if paragraph >= 0:
        return paragraph + 2
    sentences = [found.end() for found in _SENTENCE.finditer(text, earliest, latest)]
    line = text.rfind("\n", earliest, latest) + 1
    word = max(text.rfind(" ", earliest, latest), text.rfind("\t", earliest, latest)) + 1
    return max(line, sentences[-1] if sentences else 0) or word or latest
