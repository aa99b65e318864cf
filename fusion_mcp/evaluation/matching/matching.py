"""Answers with one right solution, graded by comparing words: exact answers and multiple choice. Pure.

What is compared is what the answer states as its result (`stating`), never a word that merely occurs in it. An answer
that states none, or several choices at once, is wrong, and the note says which. How a result is spelled, `spelling`
says, what may stand around a number, `units`, and which choice is named, `choosing`.
"""

import re
from dataclasses import dataclass

from fusion_mcp.evaluation.matching.choosing import chosen, letters_in
from fusion_mcp.evaluation.matching.spelling import normalised
from fusion_mcp.evaluation.matching.stating import stated
from fusion_mcp.evaluation.matching.units import without_unit
from fusion_mcp.evaluation.tasks import LETTERS, ChoiceTask, ExactTask

NO_ANSWER = "no answer found"
SEVERAL = "several choices named"

_LETTER = re.compile(r"\(([A-Za-z])\)")
_OPTION = re.compile(r"^[ \t]*\(([A-Z])\)[ \t]*(.+)$", re.MULTILINE)
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")
_NAMED = re.compile(r"[^\W\d_](?:_\w+)?(?:\([^\W\d_]\))?=(?=[^=])")
_REASON = re.compile(r",?\s+(?:because|since)\b.*\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Match:
    """Whether an answer is right. `stated` is what was taken for its result; `note` says why there is none."""

    is_right: bool
    stated: str = ""
    note: str = ""


def match_exact(task: ExactTask, answer: str) -> Match:
    """Compare the stated result with every spelling that the task allows.

    Case, articles, punctuation, and how a number is written (1,000 = 1000 = 1000.0) do not count. A unit, a currency
    or the name of what was looked for (x =) may stand with a target that has none; one that the target has, counts.
    """
    said = stated(answer)
    if not normalised(said):
        return Match(is_right=False, note=NO_ANSWER)
    return Match(is_right=any(_is_same(task, answer, target) for target in task.targets), stated=said)


def match_choice(task: ChoiceTask, answer: str) -> Match:
    """Compare the chosen letter with the task's. A choice may also be named by its own text."""
    found = chosen(task.choices, answer)
    if len(found) == 1:
        return Match(is_right=found == {task.target.strip().upper()}, stated=min(found))
    return Match(is_right=False, stated=", ".join(sorted(found)), note=SEVERAL if found else NO_ANSWER)


def _is_same(task: ExactTask, answer: str, target: str) -> bool:
    if letter := _LETTER.fullmatch(target.strip()):
        return _letters_of(task.problem, answer) == {letter[1].upper()}
    said, wanted = stated(answer), normalised(target)
    return any(_is_spelled(normalised(each), each, wanted) for each in (said, _REASON.sub("", said)))


def _letters_of(problem: str, answer: str) -> set[str]:
    """Give the letters that an answer settles on, where a question has its choices within it, as in BIG-Bench Hard."""
    options = _OPTION.findall(problem)
    if options and "".join(letter for letter, _ in options) == LETTERS[: len(options)]:
        return chosen([text for _, text in options], answer)
    return letters_in(stated(answer))


def _is_spelled(spelled: str, said: str, wanted: str) -> bool:
    if not _NAMED.match(wanted):
        spelled = normalised(_NAMED.sub("", spelled, count=1)) if _NAMED.match(spelled) else spelled
    elif not _NAMED.match(spelled):
        wanted = normalised(_NAMED.sub("", wanted, count=1))
    if spelled != wanted and _PLAIN_NUMBER.fullmatch(wanted):
        spelled = normalised(without_unit(spelled, said))
    return spelled == wanted
