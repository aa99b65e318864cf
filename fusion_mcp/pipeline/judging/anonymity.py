"""Answers without their authors, pure: a judge gets them under labels, shuffled; names are put back afterwards."""

import random
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from string import ascii_uppercase

from fusion_mcp.cleaning import one_line
from fusion_mcp.types import MemberAnswer, ModelRef, Page
from fusion_mcp.urls import host_of, site_of
from fusion_mcp.values import value, worked_out

_LABEL_WORDS = ("Response", "Answer", "Candidate", "Reply", "Opinion")
_OTHER_WORDS = ("Model", "Member", "Panelist", "Expert", "Assistant")
_LABEL = re.compile(rf"\W*(?:(?:{'|'.join((*_LABEL_WORDS, *_OTHER_WORDS))})\W*)?([A-H]|[1-8])\W*", re.IGNORECASE)
_LABELLED = re.compile(rf"\b({'|'.join(_LABEL_WORDS)})s?\s+[A-H]\b", re.IGNORECASE)
_AUTHOR = "[the author]"
_SITE = 80
_TELLING = 4
"""Letters that a name must have before it is taken out wherever it stands."""


@value
class LabelledAnswer:
    """An answer as the judge sees it, with the pages that were retrieved for it.

    `seat` is for putting the name back and is never shown.
    """

    label: str
    seat: str
    content: str
    pages: tuple[Page, ...] = ()

    @worked_out
    def sites(self) -> tuple[str, ...]:
        """Whose pages these are, each once."""
        return tuple(dict.fromkeys(one_line(site_of(host_of(page.url)) or page.url, _SITE) for page in self.pages))


def label_answers(
    answers: Sequence[MemberAnswer], models: Sequence[ModelRef], seed: int, asked: str, pages: Sequence[Page] = ()
) -> tuple[LabelledAnswer, ...]:
    """Shuffle by `seed`, label A, B, C, and take out who wrote what.

    `models` are all that may have answered. A name that stands in what was `asked` stays: there it is the topic.
    """
    shuffled = list(answers)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order that can be repeated, not a secret
    word, names = _label_word(asked), _names(models, asked)
    return tuple(
        LabelledAnswer(
            label=f"{word} {letter}",
            seat=answer.seat,
            content=_without(answer.content, names),
            pages=tuple(page for page in pages if answer.seat in page.used_by),
        )
        for letter, answer in zip(ascii_uppercase, shuffled, strict=False)
    )


def without_identity(text: str, models: Sequence[ModelRef] = (), asked: str = "") -> str:
    """Take out what a model says about being itself, and the models' telling names wherever they stand.

    Web addresses stay whole: one with a piece missing would lead nowhere.
    """
    return _without(text, _names(models, asked))


@value
class _Names:
    """Models' names: `bare` ones, which may be everyday words, and those that are `telling` wherever they stand."""

    bare: tuple[str, ...]
    telling: tuple[str, ...]


def _names(models: Sequence[ModelRef], asked: str) -> _Names:
    """Name what tells of models. What was asked about is left out: it is the topic."""
    asked = asked.lower()
    return _Names(
        bare=tuple(model.model.lstrip("~").rpartition("/")[2] for model in models),
        telling=tuple(name for name in _telling_names(tuple(models)) if name.lower() not in asked),
    )


def _without(text: str, names: _Names) -> str:
    if _any_family().search(text):
        text = _without_names(text, _family_frames())
    if any(name in text for name in names.bare):
        text = _without_names(text, _introductions(names.bare))
    if not _may_stand_in(text, names.telling):
        return text
    return _telling(names.telling).sub(lambda found: found["url"] or _AUTHOR, text)


def read_label(text: str, labelled: Sequence[LabelledAnswer]) -> LabelledAnswer | None:
    """Find the answer that a judge means by a label: 'Response B', 'response b', 'B' and '2' are the same."""
    # A label is short: what goes on behind these characters is a sentence, and no pattern need look at all of it.
    found = _LABEL.fullmatch(text.strip()[:40])
    if found is None:
        return None
    token = found[1].upper()
    position = int(token) - 1 if token.isdigit() else ascii_uppercase.index(token)
    return labelled[position] if position < len(labelled) else None


def restore_names(text: str, labelled: Sequence[LabelledAnswer]) -> str:
    """Write the members' names where a judge or synthesizer wrote a label in its prose."""
    if not any(answer.label in text for answer in labelled):
        return text
    seats = {answer.label: answer.seat for answer in labelled}
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, seats))})\b", lambda found: seats[found[0]], text)


def _label_word(asked: str) -> str:
    """A word for labels that what was asked does not use itself: 'Response A' may be the person's own."""
    used = {found[1].casefold() for found in _LABELLED.finditer(asked)}
    return next((word for word in _LABEL_WORDS if word.casefold() not in used), "Statement")


def _without_name(found: re.Match[str]) -> str:
    return f"{found['frame']}{_AUTHOR}{found.groupdict().get('rest') or ''}"


def _without_names(text: str, frames: Sequence[re.Pattern[str]]) -> str:
    """Take the name out of each of these phrases."""
    for frame in frames:
        text = frame.sub(_without_name, text)
    return text


@cache
def _telling_names(models: tuple[ModelRef, ...]) -> tuple[str, ...]:
    """Names that can only mean the model: its whole reference, and its own name unless that may be an everyday word."""
    names = {str(model) for model in models}
    for model in models:
        bare = model.model.lstrip("~")
        names |= {
            name for name in (bare, bare.rpartition("/")[2]) if re.search(r"[\d/-]", name) and len(name) >= _TELLING
        }
    return tuple(sorted(names, key=len, reverse=True))


@cache
def _telling(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these names, in any case; addresses are found too, so that they are passed over whole."""
    return re.compile(rf"(?P<url>https?://\S++)|(?<![\w/~-])(?:{_any(names)})(?![\w/-])", re.IGNORECASE)


def _may_stand_in(text: str, names: Sequence[str]) -> bool:
    """Whether a pattern that ignores case may find one of these names. It reads these signs as `i` and `s`."""
    small = text if text.isascii() else text.replace("\u0131", "i").replace("\u0130", "i").replace("\u017f", "s")
    small = small.lower()
    return any(name.lower() in small or not name.isascii() for name in names)


@cache
def _families() -> dict[str, list[str]]:
    return tomllib.loads(files("fusion_mcp.pipeline.judging").joinpath("families.toml").read_text(encoding="utf-8"))


@cache
def _any_family() -> re.Pattern[str]:
    """What the family frames are about, wherever it stands: families, and who makes them.

    No frame finds anything in a text without one, and this is far faster: names stand by their first letters, so that
    at each capital few are tried.
    """
    data = _families()
    by_letter = groupby(sorted({*data["families"], *data["makers"]}), key=lambda name: name[0])
    return re.compile("|".join(f"{first}(?:{_any([name[1:] for name in names])})" for first, names in by_letter))


@cache
def _family_frames() -> tuple[re.Pattern[str], ...]:
    """Phrases in which a model says which family it is of, or who made it."""
    data = _families()
    makers, made = _any(data["makers"]), _any(data["made"])
    about_me = r"(?i:\b(?:I\s+was|I\s+am|I['’]m|as\s+an?\s+(?:[\w-]+\s+){0,3}?(?:AI|model|assistant)))"
    return (
        *_introductions(tuple(data["families"])),
        re.compile(rf"(?P<frame>{about_me}\b[^.\n]{{0,60}}?\b(?i:{made})\s+by\s+)(?:{makers})\b"),
        re.compile(rf"(?P<frame>)\b(?:{makers})(?P<rest>\s+(?i:{made})\s+me\b)"),
    )


@cache
def _introductions(names: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """First-person phrases around a name and its version. Possessive, so that the time stays linear."""
    data = _families()
    version = rf"(?:[-\s](?:v?\d[\w.]*+|{_any(data['versions'])})\b)*+"
    name = rf"(?:{_any(names)})\b{version}"
    alone = rf"{name}(?!\s+[A-Z][a-z])"  # 'Claude Monet' is somebody else
    model = r"(?:(?:large\s+|AI\s+|language\s+)*+(?:model|assistant),?\s+)?"
    kind = rf"(?i:(?:an?\s+|the\s+)?{model}(?:called\s+|named\s+)?)"
    frames = (
        rf"(?P<frame>(?i:\b(?:{_any(data['introductions'])}))\s*{kind}){alone}",
        rf"(?P<frame>(?i:\b(?:as|being))\s+{kind}){name}(?=\s*,\s*(?i:I|my)\b)",
        rf"(?P<frame>(?i:\b(?:{_any(data['bylines'])})),?\s+){alone}",
        rf"(?P<frame>(?m:^)\W{{0,4}}){name}(?P<rest>\s+(?:here|speaking)\b)",
        rf"(?P<frame>[—–~]\s*){name}(?=\s*(?:\([^)\n]{{0,30}}\))?[.!]?\s*\Z)",
    )
    return tuple(map(re.compile, frames))


def _any(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
