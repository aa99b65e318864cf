"""JSON with one value to a line, and without what HTML in its texts hides. Pure."""

import json
import re
from contextlib import suppress

from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.html.vocabulary import NEVER_SHOWN
from fusion_mcp.tools.reading.markdown import without_hidden
from fusion_mcp.tools.reading.plain import finished_text
from fusion_mcp.tools.reading.readable import Readable, ReadingLimits

_LONGEST = 4_000_000
_MOST_PIECES = 5_000
"""Texts with HTML that are read; those that follow are left out, since each takes its time."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_MAY_HIDE = re.compile(
    rf"<[!?]|<(?:\w+:)?(?:{'|'.join(sorted(NEVER_SHOWN))}|dialog)\b|<(?s:.*)\b(?:hidden|popover|style)\b", re.IGNORECASE
)


def read_json(text: str, url: str, limits: ReadingLimits) -> Readable:
    """Give JSON with its letters as letters; as it is, if it is none or too long. Raises ToolFault("unreadable")."""
    if len(text) <= _LONGEST:
        with suppress(ValueError, RecursionError):  # several values, one to a line, are no JSON but can be read
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    text = _STRING.sub(_Strings(Addresses(url), limits.elements).seen, text)
    return finished_text(text, "", url, limits)


class _Strings:
    """Reads strings with HTML as what shows them does: as Markdown, in which there may be HTML alone."""

    def __init__(self, addresses: Addresses, most: int) -> None:
        self._addresses = addresses
        self._most = most
        self._read = 0

    def seen(self, written: re.Match[str]) -> str:
        """Write a string again, without what is hidden in it; one that hides nothing stays as it is."""
        if "<" not in written[0] and "\\u003" not in written[0]:
            return written[0]
        try:
            text = str(json.loads(written[0], strict=False))
        except ValueError:
            return written[0]
        if not _MAY_HIDE.search(text):
            return written[0]
        self._read += 1
        if self._read > _MOST_PIECES:
            return '"…"'
        seen = without_hidden(text, self._addresses, self._most, never_closed_is_text=True)
        return json.dumps(seen, ensure_ascii=False)
