"""The run's own mark: a random word in every prompt of a run, by which its questions are known when they come back.

Pure: whoever has randomness draws it. No outer party knows the nonce of a live run, so a question or a context that
contains one was written from inside that run, whatever was stripped on the way.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape

from fusion_mcp.types import Message
from fusion_mcp.values import changed

PREFIX = "fusion-run-"
"""How a nonce begins, so that a reader knows whose it is. What follows is random hex, at least 24 digits of it."""

_WORDS = ("Part of a Fusion run: answer it yourself, without any fusion tool. If you pass it on, keep", "in it.")
_KEPT = (string.ascii_letters + string.digits).encode()
_DROPPED = bytes(set(range(256)) - set(_KEPT))
_TELLING = re.compile(r"[0-9A-Za-z<>&#;\\]")
_TAG = re.compile(r"<[^<>]{0,200}>")
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[a-z])", re.IGNORECASE)
_BETWEEN = r"[\W_]{0,8}"  # bounded, as all that is sought in replies: whoever wrote them may have meant harm
_SPACES = r"\s{1,8}"
_LEAST_RANDOM = 24
_DRAWN = re.compile(rf"[0-9a-f]{{{_LEAST_RANDOM},}}")
_ENOUGH = 12
"""Digits of a nonce that nobody else writes: one chance in 2^48."""
_HEX = re.compile(rf"[0-9a-f]{{{_ENOUGH},}}")
_HEX_AS_ZEROS = bytes(ord("0") if chr(code) in string.hexdigits else ord(" ") for code in range(256))
_ZEROS = b"0" * _ENOUGH
_ANY_MARK = re.compile(rf"\s*\[(?:[^\[\]]{{0,120}})?{PREFIX}[0-9a-f]*[^\[\]]{{0,40}}(?:\]|$)", re.IGNORECASE)


def drawn(randomness: str) -> str:
    """Make a nonce of random hex, at least 96 bits of it."""
    if not _DRAWN.fullmatch(randomness):
        msg = f"a nonce is made of at least {_LEAST_RANDOM} hex digits"
        raise ValueError(msg)
    return PREFIX + randomness


def in_words(nonce: str) -> str:
    """Give the sentence that stands in prompts. It is short, so that small models stay with their task."""
    before, after = _WORDS
    return f"[{before} {nonce} {after}]"


def marked(messages: tuple[Message, ...], nonce: str) -> tuple[Message, ...]:
    """Put the mark at the end of the system message and of the last user message, as far as they are there.

    The ends, since prompts that begin alike are cheaper. Where a system message has the sentence, the user's has the
    bare mark: what stands last weighs most with a small model. A message that has the mark already stays as it is.
    """
    if not nonce:
        return messages
    roles = [message.role for message in messages]
    ended = list(messages)
    if "system" in roles:
        first = roles.index("system")
        ended[first] = _ended(messages[first], in_words(nonce), nonce)
    if "user" in roles:
        last = len(roles) - 1 - roles[::-1].index("user")
        ended[last] = _ended(messages[last], f"[{nonce}]" if "system" in roles else in_words(nonce), nonce)
    return tuple(ended)


def without(text: str, nonce: str) -> str:
    """Take the mark out of a model's reply, and the sentence around it where that was repeated. The rest stays."""
    if found_in(text, (nonce,)) is None:
        return text
    spelled = _spelled(nonce)
    before, after = (_SPACES.join(map(re.escape, words.split())) for words in _WORDS)
    for pattern in (rf"\[?{before}{_SPACES}{spelled}{_SPACES}{after}\]?", rf"[\[(`*]{{0,3}}{spelled}[\])`*]{{0,3}}"):
        text = re.sub(pattern, "", text, flags=re.IGNORECASE)
    return text.rstrip()


def may_hold_one(text: str) -> bool:
    """Whether a text has as many hex digits in a row as make a nonce known. Nearly none has."""
    return any(map(_has_hex, _readings(text)))


def found_in(text: str, nonces: Iterable[str]) -> str | None:
    """Give the one of these nonces that a text contains, in whatever case, broken up or marked up as it may be.

    A part of its random digits is enough, since texts are cut at their ends. An empty nonce is none.
    """
    if not (found := _hex_in(text)):
        return None
    pieces = {piece: nonce for nonce in nonces for piece in _pieces(nonce)}
    for digits in found:
        for start in range(len(digits) - _ENOUGH + 1):
            if (nonce := pieces.get(digits[start : start + _ENOUGH])) is not None:
                return nonce
    return None


def without_marks(text: str) -> str:
    """Take every run's mark out of a text, whoever's it is and whatever was cut off it."""
    return _ANY_MARK.sub("", text)


def _hex_in(text: str) -> list[str]:
    telling = filter(_has_hex, _readings(text))
    return [run for reading in telling for run in _HEX.findall(_letters_and_digits(reading))]


def _has_hex(reading: str) -> bool:
    """Whether there are enough hex digits in a row: there nearly never are, and a pattern takes longer to tell."""
    return _ZEROS in reading.encode("ascii", "ignore").translate(_HEX_AS_ZEROS, _DROPPED)


def _pieces(nonce: str) -> Iterator[str]:
    """Give what of a nonce is enough to know it by: somebody may have cut off the rest."""
    bare = _bare(nonce) if nonce else ""
    for start in range(len(bare) - _ENOUGH + 1):
        yield bare[start : start + _ENOUGH]


def _ended(message: Message, mark: str, nonce: str) -> Message:
    if nonce in message.content:
        return message
    before = message.content.rstrip()
    return changed(message, content=f"{before}\n\n{mark}" if before else mark)


def _bare(nonce: str) -> str:
    return _letters_and_digits(nonce.removeprefix(PREFIX)) or _letters_and_digits(nonce)


def _readings(text: str) -> list[str]:
    """Read a text as it stands, and without markup and escapes between its letters and digits."""
    text = text if text.isascii() else _plain(text)
    if "<" in text or "&" in text or "\\" in text:
        return [text, _ESCAPE.sub("", _TAG.sub("", unescape(text)))]
    return [text]


def _plain(text: str) -> str:
    """Write the wide, small, raised and circled forms of letters, digits and markup as they usually are."""
    odd = {ord(letter): unicodedata.normalize("NFKC", letter) for letter in set(text) if not letter.isascii()}
    telling = {letter: plain for letter, plain in odd.items() if _TELLING.search(plain)}
    return text.translate(telling) if telling else text  # which takes long


def _letters_and_digits(text: str) -> str:
    return text.lower().encode("ascii", "ignore").translate(None, _DROPPED).decode("ascii")


def _spelled(nonce: str) -> str:
    """Match the nonce with or without its prefix, broken up by a few characters."""
    prefix, bare = (_BETWEEN.join(part) for part in (_letters_and_digits(PREFIX), _bare(nonce)))
    return rf"(?:{prefix}{_BETWEEN})?{bare}"
