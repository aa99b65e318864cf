"""Events that differ from the one before in nothing but their words, as nearly all of a reply's do. Pure.

Such an event need not be decoded: what stands between the same beginning and the same end, and holds nothing that JSON
writes in another way, is what decoding would give. It takes a sixth of the time.
"""

from collections.abc import Sequence

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
        first, last, least = len(before), -len(after), len(before) + len(after)
        words: list[str] = []
        for at in range(start, len(events)):
            event = events[at]
            if len(event) <= least or not event.startswith(before) or not event.endswith(after):
                break
            said = event[first:last]
            if not _is_plain(said):
                break
            words.append(said)
        return words

    def learn(self, event: str, words: str) -> None:
        """Take an event as the pattern of those to come; decoding it gave these words and nothing else."""
        if self._tries >= _MOST_TRIES or not _is_plain(words):
            return
        self._tries += 1
        for key in _KEYS:
            before, found, after = event.partition(f'{key}{words}"')
            if found and _KEYS[0] not in after and _KEYS[1] not in after:
                self._before, self._after = before + key, f'"{after}'


def _is_plain(words: str) -> bool:
    """Tell whether JSON writes a text as it stands: without quotes, backslashes and control characters."""
    return words.isprintable() and words != "" and '"' not in words and "\\" not in words
