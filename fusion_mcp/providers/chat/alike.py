"""Events that differ from the one before in nothing but their words, as nearly all of a reply's do. Pure.

Such an event need not be decoded: what stands between the same beginning and the same end, and is one text of JSON, is
what decoding would give. It takes a tenth of the time.
"""

import json
from collections.abc import Sequence
from itertools import islice, takewhile

from pydantic_core import from_json

_KEYS = ('"content":"', '"content": "')
_MOST_TRIES = 4
"""Where every event has something else that changes, learning each is in vain."""


class Alike:
    """What the events of one reply have in common."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._before = self._after = ""
        self._tries = 0

    def run(self, events: Sequence[str], start: int = 0) -> list[str]:
        """Give the words of each event from `start` on, as far as they are like the last one that was learnt."""
        before, after = self._before, self._after
        if not before:
            return []
        first, last = len(before), -len(after)
        written: list[str] = []
        for event in islice(events, start, None):
            between = event[first:last]
            if event != f"{before}{between}{after}":
                break
            written.append(between)
        if written and ("" in written or not _is_plain("".join(written))):
            return list(takewhile(bool, map(_decoded, written)))
        return written

    def learn(self, event: str, words: str) -> None:
        """Take an event as the pattern of those to come; decoding it gave these words and nothing else."""
        if self._tries >= _MOST_TRIES:
            return
        self._tries += 1
        written = words if _is_plain(words) else json.dumps(words, ensure_ascii=False)[1:-1]
        for key in _KEYS:
            before, found, after = event.partition(f'{key}{written}"')
            if found and _KEYS[0] not in after and _KEYS[1] not in after:
                self._before, self._after = before + key, f'"{after}'
                return


def _is_plain(words: str) -> bool:
    """Tell whether JSON writes a text as it stands: without quotes, backslashes and control characters."""
    return words.isprintable() and words != "" and '"' not in words and "\\" not in words


def _decoded(written: str) -> str:
    """Decode what stands between two quotes; an empty text where that is no text, or more than one."""
    try:
        said: object = from_json(f'"{written}"')
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""
