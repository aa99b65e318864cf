"""What would give a task's rubric away: what is kept from the members, and signs that they saw it all the same. Pure.

The list is leaks.toml. That pages with such sentences are not shown is the tools' doing; a provider's own web tools
know nothing of it, so what comes back is looked through as well.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from fusion_mcp.domains import Domains
from fusion_mcp.evaluation.tasks import RubricTask, Task
from fusion_mcp.result import FusionResult
from fusion_mcp.urls import host_of
from fusion_mcp.withheld import Withheld

_LONG_PROBLEM_WORDS = 25
"""A page that holds a whole question as long as this is the benchmark's, or about it."""
_MOST_BY_CHANCE = 1
"""An answer may happen upon one requirement's words, not upon two."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Domain(_Shape):
    """A domain that is not visited, with its subdomains, and why."""

    name: str
    reason: str


class Sentence(_Shape):
    """Words, or an address, that only stand on pages about a benchmark, and why."""

    text: str
    reason: str


class Leaks(_Shape):
    """leaks.toml, as of `dated`."""

    dated: date
    domain: tuple[Domain, ...]
    sentence: tuple[Sentence, ...]


@cache
def known_leaks() -> Leaks:
    """Read leaks.toml."""
    return Leaks.model_validate(
        tomllib.loads((files("fusion_mcp.evaluation.asking") / "leaks.toml").read_text(encoding="utf-8"))
    )


def withheld_sentences(task: Task) -> tuple[str, ...]:
    """Give the sentences whose pages are kept from the members: the rubric's, the benchmark's, and a long question."""
    long_problem = (task.problem,) if len(task.problem.split()) >= _LONG_PROBLEM_WORDS else ()
    if not isinstance(task, RubricTask):
        return long_problem
    return (*_requirements(task), *(sentence.text for sentence in known_leaks().sentence), *long_problem)


def excluded_domains(tasks: Iterable[Task]) -> tuple[str, ...]:
    """Give the domains that nobody visits for these tasks: none where no rubric is among them."""
    has_rubric = any(isinstance(task, RubricTask) for task in tasks)
    return tuple(domain.name for domain in known_leaks().domain) if has_rubric else ()


def contaminated(task: Task, result: FusionResult) -> tuple[str, ...]:
    """Name what shows that the rubric was seen: sources' URLs, members that recite it, and "answer" for the answer.

    Sources count by their address, on an excluded domain or a known page; texts by two requirements or more, word for
    word. () for a task without a rubric, and where nothing was found.
    """
    if not isinstance(task, RubricTask):
        return ()
    domains, known = Domains(excluded=excluded_domains([task])), Withheld(it.text for it in known_leaks().sentence)
    urls = dict.fromkeys(source.url for source in result.sources)
    seen = [url for url in urls if known.holds_any(url) or not domains.permits(host_of(url))]
    rubric = Withheld(_requirements(task))
    texts = [*((each.model, each.content) for each in result.responses), ("answer", result.answer or "")]
    return (*seen, *(name for name, text in texts if rubric.count_in(text) > _MOST_BY_CHANCE))


def _requirements(task: RubricTask) -> tuple[str, ...]:
    return tuple(criterion.requirement for criterion in task.criteria)
