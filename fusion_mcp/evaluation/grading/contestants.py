"""Whether a grader is one of those whom it grades. Pure.

A model is the same whoever serves it and however it is called: with its maker's name in front or without, by an alias
that means the latest, with the date of a snapshot. Where a name leaves that open, it counts as the same.
"""

import re

from fusion_mcp.evaluation.records import Configuration, Plan
from fusion_mcp.types import ModelRef

_SNAPSHOT = re.compile(r"[-@](?:20\d{6}|20\d\d-\d\d-\d\d)$")
_SUFFIXES = re.compile(r"-(?:preview|exp|experimental|free|thinking)$")


def contestants_among(plan: Plan, grader: ModelRef) -> list[str]:
    """Name the models of the plan's configurations, stand-ins included, that the grader is."""
    asked = (model for configuration in plan.configurations for model in configuration.models)
    return [str(model) for model in dict.fromkeys(asked) if is_same(model, grader)]


def takes_part(configuration: Configuration, grader: ModelRef) -> bool:
    """Whether the grader is one of the configuration's models, stand-ins included."""
    return any(is_same(model, grader) for model in configuration.models)


def is_same(one: ModelRef, other: ModelRef) -> bool:
    """Whether two references mean, or may mean, one model."""
    (name, is_alias), (other_name, other_is_alias) = _bare(one.model), _bare(other.model)
    if name == other_name:
        return True
    if is_alias or other_is_alias:
        return _unnumbered(name) == _unnumbered(other_name)
    return _is_short_for(name, other_name) or _is_short_for(other_name, name)


def _bare(model: str) -> tuple[str, bool]:
    """Give a model's own name, and whether it is an alias for the latest of its line."""
    name = model.casefold().rpartition("/")[2].replace(":", "-")
    is_alias = "~" in model or name.endswith("-latest")
    name = name.removeprefix("~").removesuffix("-latest")
    name = _SNAPSHOT.sub("", name)
    return re.sub(r"[._]", "-", _SUFFIXES.sub("", name)), is_alias


def _unnumbered(name: str) -> frozenset[str]:
    """Give a name's words without versions: what an alias and the model behind it have in common."""
    words = (word for word in name.split("-") if not any(letter.isdigit() for letter in word))
    return frozenset(words) - {"", "preview", "latest"}


def _is_short_for(name: str, other: str) -> bool:
    """Whether a name of one word, as agent programs take them, is a word of the other."""
    return name.isalpha() and name in other.split("-") and any(letter.isdigit() for letter in other)
