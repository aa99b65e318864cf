"""What kind of question this is, pure: by rules that are data (`rules.toml`), before it costs anything.

What is done about it is `routing`'s. A question that no rule knows is open: a hard one under a wrong name loses more
than an easy one that everybody is asked.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from fusion_mcp.pipeline.triage.code_text import parted
from fusion_mcp.pipeline.triage.item_list import is_list

QuestionKind = Literal["chat", "code", "bulk", "closed", "open"]

_HEAD, _TAIL = 3000, 1000
"""Characters of a long text that are looked at: what is asked stands first or last."""
_LOOKED_THROUGH = 50_000
"""A text with more characters than these is not looked through: nobody can say that there is nothing else in it."""
_FENCED = re.compile(r"```[^`]{0,4000}+(?:```|$)")
_FIRST_LINE = re.compile(r"([^:\n]*+:?)((?s:.*))")
_WORD = re.compile(r"<(\w+)>(?!\?)")


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """A question's kind, and `rule`: what it was told by, '' for an open one. `advice` says so to the person.

    `is_certain`: so surely that one model may answer it in the panel's place.
    """

    kind: QuestionKind
    rule: str = ""
    advice: str = ""
    is_certain: bool = False

    @property
    def wants_panel(self) -> bool:
        """Whether several opinions are worth their price here."""
        return self.kind == "open"

    @property
    def described(self) -> str:
        """What it looks like, for the middle of a sentence."""
        return f"{_rules().kinds[self.kind]['is']} ({self.rule})" if self.rule else _rules().kinds[self.kind]["is"]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the rules look at: the question's ends, its prose without fenced code, and both with the context's ends.

    `question` and `context` are all of it, for those rules that want to have seen every line.
    """

    question: str
    context: str
    text: str
    prose: str
    everything: str

    @cached_property
    def request(self) -> tuple[str, bool] | None:
        """The one piece of prose beside a program, and whether there is a program; None where there is more prose."""
        if self._is_long:
            return None
        asked, given = (parted(_in_one_spelling(text)) for text in (self.question, self.context))
        is_alone = len(asked.prose) == 1 and not given.prose
        return (asked.prose[0], asked.is_program or given.is_program) if is_alone else None

    @cached_property
    def task(self) -> str | None:
        """What is to be done to a list of items; None where there is more than these."""
        if self._is_long:
            return None
        head, rest = _FIRST_LINE.findall(_in_one_spelling(self.question))[0]
        return head if is_list(rest) and is_list(_in_one_spelling(self.context)) else None

    @property
    def _is_long(self) -> bool:
        return len(self.question) + len(self.context) > _LOOKED_THROUGH


@dataclass(frozen=True, kw_only=True)
class _Rule:
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

    def holds(self, asked: _Asked) -> bool:
        """Whether the question is of this kind; what is cheap to tell is told first."""
        return self._has_its_size(asked) and self._is_found_in(asked) and self._fits_all_of_it(asked)

    def _has_its_size(self, asked: _Asked) -> bool:
        if self.most_characters is not None and len(asked.question) > self.most_characters:
            return False
        return not (self.alone and asked.context)

    def _is_found_in(self, asked: _Asked) -> bool:
        if self.whole is not None and self.whole.fullmatch(asked.text) is None:
            return False
        if any(pattern.search(asked.text) is None for pattern in self.all):
            return False
        if self.feature is not None and self.feature.search(asked.everything) is None:
            return False
        return self.unless is None or self.unless.search(asked.prose) is None

    def _fits_all_of_it(self, asked: _Asked) -> bool:
        """Whether there is nothing besides a request and its program, or a task and its list, where a rule wants so."""
        if self.request is not None:
            found = asked.request
            return found is not None and (found[1] or not self.program) and self.request.fullmatch(found[0]) is not None
        return self.task is None or (asked.task is not None and self.task.fullmatch(asked.task) is not None)


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """All rules in order, and what is said of each kind."""

    all: tuple[_Rule, ...]
    kinds: Mapping[QuestionKind, Mapping[str, str]]


def sort(question: str, context: str | None = None) -> Sorted:
    """Tell a question's kind by the first rule that holds. Time does not grow with the length of what was asked."""
    rules = _rules()
    asked = _looked_at(question, context)
    for rule in rules.all:
        if rule.holds(asked):
            kind = rules.kinds[rule.kind]
            advice = f"This looks like {kind['is']} ({rule.why}), for which a panel is seldom worth its price. "
            return Sorted(kind=rule.kind, rule=rule.why, advice=advice + kind["instead"], is_certain=rule.certain)
    return Sorted(kind="open")


def _looked_at(question: str, context: str | None) -> _Asked:
    question, context = question.strip(), (context or "").strip()
    text = _ends(question)
    return _Asked(
        question=question,
        context=context,
        text=text,
        prose=_FENCED.sub(" ", text),
        everything=f"{text}\n{_ends(context)}",
    )


def _ends(text: str) -> str:
    """Give the beginning and the end of a text, in one spelling."""
    seen = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    return _in_one_spelling(seen)


def _in_one_spelling(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")


@cache
def _rules() -> _Rules:
    data = tomllib.loads(files("fusion_mcp.pipeline.triage").joinpath("rules.toml").read_text(encoding="utf-8"))
    return _Rules(all=tuple(_rule(table, data) for table in data["rules"]), kinds=data["kinds"])


def _rule(table: Mapping[str, Any], data: Mapping[str, Any]) -> _Rule:
    words: Mapping[str, str] = {**data["words"], **table.get("words", {})}

    def compiled(pattern: str | None) -> re.Pattern[str] | None:
        return None if pattern is None else re.compile(_spelled_out(pattern, words), re.IGNORECASE)

    feature = data["features"][table["with"]] if "with" in table else None
    return _Rule(
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
