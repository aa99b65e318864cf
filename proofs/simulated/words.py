"""How simulated models write facts, and how they and the proof read them in any text. Pure.

One fact a line: "The depth of Marlo is 4821." is stated as fact; "may be" names it as uncertain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_STATEMENT = re.compile(
    r"\bthe (?P<topic>[a-z]+ of [A-Za-z]+) (?P<verb>is|may be) (?P<value>\d{4})(?: or (?P<other>\d{4}))?", re.IGNORECASE
)
_LINK = re.compile(r"\]\((?P<url>https://[^\s()]+)\)")
_BLOCK = re.compile(
    r"<<<(?P<name>[^<>\n]+?) (?P<fence>[0-9a-f]{8,})>>>\n(?P<text>.*?)\n?<<<end of (?P=name) (?P=fence)>>>", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A fact as a line of text has it. `url`: it is linked to that page; `is_marked`: a check found it unsupported."""

    topic: str
    value: str
    is_certain: bool = True
    url: str | None = None
    is_marked: bool = False


def stated(topic: str, value: str) -> str:
    """Write a fact as a fact."""
    return f"The {topic} is {value}."


def quoted(topic: str, value: str, title: str, url: str) -> str:
    """Write a fact with the words of a page and the link to it."""
    return f'The {topic} is {value}: "the {topic} is {value}" [{title}]({url}).'


def hedged(topic: str, value: str) -> str:
    """Write a fact as one that is not certain."""
    return f"The {topic} may be {value}, which rests on a single view."


def contested(topic: str, one: str, other: str) -> str:
    """Write that two values stand against each other."""
    return f"The {topic} may be {one} or {other}, which could not be decided."


@lru_cache(maxsize=1_000)
def statements(text: str) -> tuple[Statement, ...]:
    """Read every line that says something of a fact; one that leaves two values open says both."""
    return tuple(found for line in text.splitlines() for found in _in_line(line))


def blocks(prompt: str) -> dict[str, str]:
    """Read the fenced blocks of a prompt, by their names, in their order."""
    return {found["name"]: found["text"] for found in _BLOCK.finditer(prompt)}


def _in_line(line: str) -> Iterator[Statement]:
    found = _STATEMENT.search(line)
    if found is None:
        return
    link = _LINK.search(line)
    for value in filter(None, (found["value"], found["other"])):
        yield Statement(
            topic=_spelled(found["topic"]),
            value=value,
            is_certain=found["verb"].lower() == "is",
            url=None if link is None else link["url"],
            is_marked="[unsupported" in line,
        )


def _spelled(topic: str) -> str:
    attribute, _, name = topic.partition(" of ")
    return f"{attribute.lower()} of {name.capitalize()}"
