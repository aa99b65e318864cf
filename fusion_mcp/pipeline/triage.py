"""What kind of question this is, pure: by rules that are data (`triage.toml`), before it costs anything.

What is done about it is `routing`'s. A question that no rule knows is open: a hard one under a wrong name loses more
than an easy one that everybody is asked.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

QuestionKind = Literal["chat", "code", "bulk", "closed", "open"]

_HEAD, _TAIL = 3000, 1000
"""Characters of a long text that are looked at: what is asked stands first or last."""
_FENCED = re.compile(r"```[^`]{0,4000}+(?:```|$)")
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
    """What the rules look at: the question's ends, its prose without fenced code, and both with the context's ends."""

    text: str
    prose: str
    everything: str
    length: int
    has_context: bool


@dataclass(frozen=True, kw_only=True)
class _Rule:
    kind: QuestionKind
    why: str
    whole: re.Pattern[str] | None
    all: tuple[re.Pattern[str], ...]
    feature: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    most_characters: int | None
    alone: bool
    certain: bool

    def holds(self, asked: _Asked) -> bool:
        """Whether the question is of this kind; what is cheap to tell is told first."""
        if self.most_characters is not None and asked.length > self.most_characters:
            return False
        if self.alone and asked.has_context:
            return False
        if self.whole is not None and self.whole.fullmatch(asked.text) is None:
            return False
        if any(pattern.search(asked.text) is None for pattern in self.all):
            return False
        if self.feature is not None and self.feature.search(asked.everything) is None:
            return False
        return self.unless is None or self.unless.search(asked.prose) is None


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """All rules in order, the words with which no question is routed, and what is said of each kind."""

    all: tuple[_Rule, ...]
    contested: re.Pattern[str]
    kinds: Mapping[QuestionKind, Mapping[str, str]]


def sort(question: str, context: str | None = None) -> Sorted:
    """Tell a question's kind by the first rule that holds. Time does not grow with the length of what was asked."""
    rules = _rules()
    asked = _looked_at(question, context)
    for rule in rules.all:
        if rule.holds(asked):
            kind = rules.kinds[rule.kind]
            advice = f"This looks like {kind['is']} ({rule.why}), for which a panel is seldom worth its price. "
            is_certain = rule.certain and rules.contested.search(asked.prose) is None
            return Sorted(kind=rule.kind, rule=rule.why, advice=advice + kind["instead"], is_certain=is_certain)
    return Sorted(kind="open")


def _looked_at(question: str, context: str | None) -> _Asked:
    text = _ends(question.strip())
    everything = f"{text}\n{_ends(context or '')}"
    has_context = bool(context and context.strip())
    return _Asked(
        text=text,
        prose=_FENCED.sub(" ", text),
        everything=everything,
        length=len(question.strip()),
        has_context=has_context,
    )


def _ends(text: str) -> str:
    """Give the beginning and the end of a text, in one spelling."""
    seen = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    return unicodedata.normalize("NFKC", seen).replace("\u2019", "'").replace("\u2018", "'")


@cache
def _rules() -> _Rules:
    data = tomllib.loads(files("fusion_mcp.pipeline").joinpath("triage.toml").read_text(encoding="utf-8"))
    contested = re.compile(_spelled_out("<contested>", data["words"]), re.IGNORECASE)
    return _Rules(all=tuple(_rule(table, data) for table in data["rules"]), contested=contested, kinds=data["kinds"])


def _rule(table: Mapping[str, Any], data: Mapping[str, Any]) -> _Rule:
    words: Mapping[str, str] = {**data["words"], **table.get("words", {})}

    def compiled(pattern: str | None) -> re.Pattern[str] | None:
        return None if pattern is None else re.compile(_spelled_out(pattern, words), re.IGNORECASE)

    feature = data["features"][table["with"]] if "with" in table else None
    return _Rule(
        kind=table["kind"],
        why=table["why"],
        whole=compiled(table.get("whole")),
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
