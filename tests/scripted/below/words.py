"""What a client from below may make of the question that it was given. Imports nothing of ours, as its neighbours."""

import random
import re
from collections.abc import Callable, Mapping

_NONCE = re.compile(r"fusion-run-([0-9a-f]+)")

Words = Mapping[str, str]
"""The arguments `question` and perhaps `context`."""


def _question(asked: str) -> str:
    """The question alone: it is the last line that asks something."""
    return [line for line in asked.splitlines() if line.rstrip().endswith("?")][-1].strip()


def _paraphrase(asked: str) -> str:
    """Other words each time, without a nonce."""
    words = _question(asked).rstrip("?").split()
    return f"Attempt {random.randrange(10**9)}: what do you know of {' '.join(reversed(words))}?"


def nonce_in(asked: str) -> str:
    """The nonce that stands in a prompt."""
    found = _NONCE.search(asked)
    assert found is not None
    return found[0]


def _disguised(disguise: Callable[[str], str]) -> Callable[[str], Words]:
    def worded(asked: str) -> Words:
        return {"question": f"{_paraphrase(asked)} {disguise(nonce_in(asked))}"}

    return worded


def _wide(nonce: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in nonce)


WAYS: Mapping[str, Callable[[str], Words]] = {
    "given": lambda asked: {"question": asked},
    "cut": lambda asked: {"question": _question(asked)},
    "spaced": lambda asked: {"question": "  ".join(_question(asked).upper().split())},
    "paraphrased": lambda asked: {"question": _paraphrase(asked)},
    "extended": lambda asked: {"question": _question(asked), "context": f"Note {random.randrange(10**9)}."},
    "nonce in context": lambda asked: {"question": _paraphrase(asked), "context": f"Notes: {nonce_in(asked)}."},
    "by spaces": _disguised(" ".join),
    "by hyphens": _disguised("-".join),
    "in capitals": _disguised(str.upper),
    "by newlines": _disguised("\n".join),
    "by Markdown": _disguised(lambda nonce: f"**{nonce[:20]}**`{nonce[20:30]}`_{nonce[30:]}_"),
    "by tags": _disguised(lambda nonce: f"<b>{nonce[:22]}</b><i class='x'>{nonce[22:]}</i>"),
    "by entities": _disguised(lambda nonce: "".join(f"&#{ord(letter)};" for letter in nonce)),
    "by escapes": _disguised("\\n".join),
    "by invisible characters": _disguised("\u200b".join),
    "in wide letters": _disguised(_wide),
    "without its prefix": _disguised(lambda nonce: nonce.rpartition("-")[2]),
}
