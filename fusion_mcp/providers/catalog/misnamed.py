"""Keys that are set under a name which is nearly right: a start often fails by nothing else. Pure; looks at no key."""

import re
from collections.abc import Iterable, Iterator, Mapping

from fusion_mcp.explain import nearest
from fusion_mcp.providers.catalog.provider import Provider

_KEY_WORDS = ("API", "KEY", "KEYS", "TOKEN", "SECRET")
_SHORT = 5  # names of so few letters are all near to each other
_MOST_LETTERS = 2


def misnamed_keys(environ: Mapping[str, str], providers: Iterable[Provider]) -> dict[str, str]:
    """By the variable that a provider's key is looked for in, and that is not set: one that is, and looks like it."""
    wanted = {p.api_key_env: p.name for p in providers if p.api_key_env}
    is_set = [name for name, value in environ.items() if value.strip() and name not in wanted]
    candidates = [name for name in is_set if name.upper().endswith(_KEY_WORDS)]
    missing = {variable: name for variable, name in wanted.items() if not environ.get(variable, "").strip()}
    found = ((variable, _near(variable, name, candidates)) for variable, name in missing.items())
    return {variable: near for variable, near in found if near}


def _near(variable: str, provider: str, candidates: Iterable[str]) -> str | None:
    """The candidate that says the same in other words, or is misspelled by a letter or two."""
    stems = {_stem(variable), _stem(provider)} - {""}
    spelled = {_stem(name): name for name in candidates if len(_stem(name)) > 1}
    same = (spelled[stem] for stem in stems if stem in spelled)
    return next(same, None) or next(_misspelled(variable, spelled), None)


def _misspelled(variable: str, spelled: Mapping[str, str]) -> Iterator[str]:
    stem = _stem(variable)
    for near in nearest(stem, spelled, most=1):
        if len(stem) > _SHORT and near[0] == stem[0] and _differ(near, stem) <= _MOST_LETTERS:
            yield spelled[near]


def _differ(one: str, other: str) -> int:
    """Count the letters that are in either word and not in the other: two for one that was mistaken."""
    rest = list(other)
    extra = 0
    for letter in one:
        if letter in rest:
            rest.remove(letter)
        else:
            extra += 1
    return extra + len(rest)


def _stem(name: str) -> str:
    """What is left of a name without its case, separators and the words for a key."""
    bare = re.sub(r"[^A-Z0-9]", "", name.upper())
    cut = True
    while cut:
        cut = False
        for word in _KEY_WORDS:
            if bare.endswith(word):
                bare, cut = bare.removesuffix(word), True
    return bare
