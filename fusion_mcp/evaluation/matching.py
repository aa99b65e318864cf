"""Answers with one right solution, graded by comparing words: exact answers and multiple choice. Pure.

What is compared is what the answer states as its result, never a word that merely occurs in it. An answer that states
none, or several choices at once, is wrong, and the note says which. How results are spelled is `spelling`'s.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fusion_mcp.evaluation.spelling import normalised
from fusion_mcp.evaluation.tasks import ChoiceTask, ExactTask

NO_ANSWER = "no answer found"
SEVERAL = "several choices named"

_EMPHASIS = " \t*_`"
_STATED = re.compile(
    r"^[ \t>#*_`-]*+(?:(?:so|thus|hence|therefore)\b,?[ \t]+)?(?:(?:the|my)[ \t]+)?(?:final[ \t]+|correct[ \t]+)?"
    r"(?:answer|option|choice)[ \t]*+[*_`]*+[ \t]*+(?:[:=\uff1a]|is\b[ \t]*+:?)"
    r"[ \t]*+(?:[*_`]++(?=\s))?\s*+(?P<said>[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that states the result, such as "ANSWER: 42", in whatever emphasis; the result may stand on the next line."""
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*+\{")
_BOLD = re.compile(r"(?:\*\*|__)([^*\n]+?)(?:\*\*|__)")

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BARE = re.compile(r"\(?([A-Za-z])[).:,]*+")
_LETTERED = re.compile(
    r"\(?([A-Z])(?:\)[.:,]?|[.:,]|\s[-\u2013\u2014])\s"
)  # B) Paris   (B) Paris   B. Paris   B - Paris
_NAMED = re.compile(r"(?i:option|choice|letter)\s*+\(?([A-Z])\b")
_SEVERAL = re.compile(r"\(?[A-Z]\)?(?:\s*+(?:,|/|&|and|or)\s*+\(?[A-Z]\)?)+\.?")


@dataclass(frozen=True, kw_only=True)
class Match:
    """Whether an answer is right. `stated` is what was taken for its result; `note` says why there is none."""

    is_right: bool
    stated: str = ""
    note: str = ""


def match_exact(task: ExactTask, answer: str) -> Match:
    """Compare the stated result with every spelling that the task allows.

    Case, articles, punctuation, and how a number is written (1,000 = 1000 = 1000.0) do not count; units do.
    """
    said = stated(answer)
    if not normalised(said):
        return Match(is_right=False, note=NO_ANSWER)
    return Match(is_right=normalised(said) in {normalised(target) for target in task.targets}, stated=said)


def match_choice(task: ChoiceTask, answer: str) -> Match:
    """Compare the chosen letter with the task's. A choice may also be named by its own text."""
    chosen = _chosen(task.choices, answer)
    if len(chosen) == 1:
        return Match(is_right=chosen == {task.target.strip().upper()}, stated=min(chosen))
    return Match(is_right=False, stated=", ".join(sorted(chosen)), note=SEVERAL if chosen else NO_ANSWER)


def stated(answer: str) -> str:
    r"""Give the last result that an answer states: "ANSWER: x" or \boxed{x}; else its one bold part or last line."""
    said = _statement(answer)
    if said or _STATED.search(answer):
        return said
    bold = {part.strip() for part in _BOLD.findall(answer)}
    if len(bold) == 1 and not (part := bold.pop()).endswith(":"):
        return part
    return next(reversed(_lines(answer)), "")


def _statement(answer: str) -> str:
    """Give what is stated outright, the last where there are several, or nothing."""
    lines = [(found.start("said"), _unwrapped(found["said"])) for found in _STATED.finditer(answer)]
    boxes = [(found.end(), _braced(answer, found.end())) for found in _BOXED.finditer(answer)]
    return next((said for _, said in sorted(lines + boxes, reverse=True) if said), "")


def _unwrapped(said: str) -> str:
    """Take a result out of the box or the emphasis that it stands in."""
    if box := _BOXED.search(said):
        return _braced(said, box.end())
    bold = _BOLD.match(said.strip())
    return (bold[1] if bold else said).strip(_EMPHASIS)


def _braced(text: str, start: int) -> str:
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return text[start:at].strip()
    return ""


def _lines(answer: str) -> list[str]:
    return [bare for line in answer.splitlines() if (bare := line.strip(_EMPHASIS))]


def _chosen(choices: Sequence[str], answer: str) -> set[str]:
    """Give the letters of the choices that an answer settles on; where it only lists some, all of those."""
    lines = _lines(answer)
    for said in (_statement(answer), next(reversed(lines), "")):
        named = _named(choices, said, is_all_of_it=True)
        if named:
            return named
    if said := _statement(answer):
        return _named(choices, said, is_all_of_it=False)
    return {letter for line in lines for letter in _named(choices, line, is_all_of_it=False)}


def _named(choices: Sequence[str], said: str, *, is_all_of_it: bool) -> set[str]:
    """Give the letters that a line names: as a choice's whole text, as letters alone, or in front of other words."""
    known = _ALPHABET[: len(choices)]
    texts = {letter for letter, choice in zip(known, choices, strict=False) if normalised(choice) == normalised(said)}
    if texts or not said:
        return texts
    if bare := _BARE.fullmatch(said):
        found = {bare[1].upper()}
    elif _SEVERAL.fullmatch(said):
        found = set(re.findall(r"\b[A-Z]\b", said))
    elif is_all_of_it:
        found = set[str]()
    else:
        found = {match[1] for form in (_LETTERED, _NAMED) if (match := form.match(f"{said} "))}
    return found & set(known)
