"""The rules by which a question's kind is told, pure: `rules.toml` as values, and when one of them holds.

What each key of a rule means stands at the head of that file. What is looked at, `sorting` puts together.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from fusion_mcp.pipeline.triage.code_text import parted
from fusion_mcp.pipeline.triage.item_list import is_list
from fusion_mcp.values import worked_out

QuestionKind = Literal["chat", "code", "bulk", "closed", "open"]

_LOOKED_THROUGH = 50_000
"""A text with more characters than these is not looked through: nobody can say that there is nothing else in it."""
_FIRST_LINE = re.compile(r"([^:\n]*+:?)((?s:.*))")
_WORD = re.compile(r"<(\w+)>(?!\?)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the rules look at: the question's ends, its prose without fenced code, and both with the context's ends.

    `question` and `context` are all of it, for those rules that want to have seen every line.
    """

    question: str
    context: str
    text: str
    prose: str
    everything: str

    @worked_out
    def request(self) -> tuple[str, bool] | None:
        """The one piece of prose beside a program, and whether there is a program; None where there is more prose."""
        if self._is_long:
            return None
        asked, given = (parted(in_one_spelling(text)) for text in (self.question, self.context))
        is_alone = len(asked.prose) == 1 and not given.prose
        return (asked.prose[0], asked.is_program or given.is_program) if is_alone else None

    @worked_out
    def task(self) -> str | None:
        """What is to be done to a list of items; None where there is more than these."""
        if self._is_long:
            return None
        head, rest = _FIRST_LINE.findall(in_one_spelling(self.question))[0]
        return head if is_list(rest) and is_list(in_one_spelling(self.context)) else None

    @property
    def _is_long(self) -> bool:
        return len(self.question) + len(self.context) > _LOOKED_THROUGH


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, with a field for each key of its table."""

    kind: QuestionKind
    why: str
    whole: re.Pattern[str] | None
    request: re.Pattern[str] | None
    program: bool
    task: re.Pattern[str] | None
    all: tuple[re.Pattern[str], ...]
    feature: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    most_characters: int | None
    alone: bool
    certain: bool

    def holds(self, asked: Asked) -> bool:
        """Whether the question is of this kind; what is cheap to tell is told first."""
        return self._has_its_size(asked) and self._is_found_in(asked) and self._fits_all_of_it(asked)

    def _has_its_size(self, asked: Asked) -> bool:
        if self.most_characters is not None and len(asked.question) > self.most_characters:
            return False
        return not (self.alone and asked.context)

    def _is_found_in(self, asked: Asked) -> bool:
        if self.whole is not None and self.whole.fullmatch(asked.text) is None:
            return False
        if any(pattern.search(asked.text) is None for pattern in self.all):
            return False
        if self.feature is not None and self.feature.search(asked.everything) is None:
            return False
        return self.unless is None or self.unless.search(asked.prose) is None

    def _fits_all_of_it(self, asked: Asked) -> bool:
        """Whether there is nothing besides a request and its program, or a task and its list, where a rule wants so."""
        if self.request is not None:
            found = asked.request
            return found is not None and (found[1] or not self.program) and self.request.fullmatch(found[0]) is not None
        return self.task is None or (asked.task is not None and self.task.fullmatch(asked.task) is not None)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All rules in order, and what is said of each kind."""

    all: tuple[Rule, ...]
    kinds: Mapping[QuestionKind, Mapping[str, str]]


@cache
def rules() -> Rules:
    """Read the rules, once."""
    data = tomllib.loads(files("fusion_mcp.pipeline.triage").joinpath("rules.toml").read_text(encoding="utf-8"))
    return Rules(all=tuple(_rule(table, data) for table in data["rules"]), kinds=data["kinds"])


def _rule(table: Mapping[str, Any], data: Mapping[str, Any]) -> Rule:
    words: Mapping[str, str] = {**data["words"], **table.get("words", {})}

    def compiled(pattern: str | None) -> re.Pattern[str] | None:
        return None if pattern is None else re.compile(_spelled_out(pattern, words), re.IGNORECASE)

    feature = data["features"][table["with"]] if "with" in table else None
    return Rule(
        kind=table["kind"],
        why=table["why"],
        whole=compiled(table.get("whole")),
        request=compiled(table.get("request")),
        program=table.get("program", False),
        task=compiled(table.get("task")),
        all=tuple(re.compile(_spelled_out(each, words), re.IGNORECASE) for each in table.get("all", ())),
        feature=None if feature is None else re.compile(feature),
        unless=compiled(table.get("unless")),
        most_characters=table.get("most_characters"),
        alone=table.get("alone", False),
        certain=table.get("certain", False),
    )


def _spelled_out(pattern: str, words: Mapping[str, str]) -> str:
    """Put the lists of words where a pattern names them; a list may name others."""
    while _WORD.search(pattern):
        pattern = _WORD.sub(lambda found: words[found[1]], pattern)
    return pattern


def in_one_spelling(text: str) -> str:
    """Make one of what looks alike: wide and narrow letters, straight and typographic apostrophes."""
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")
