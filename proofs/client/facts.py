"""What is looked at with each client, and what came of it, in words that a file keeps. Pure."""

from collections.abc import Iterator, Mapping

FEATURES: Mapping[str, str] = {
    "connects": "connects",
    "lists": "lists",
    "asks": "asks",
    "structured": "structured result",
    "progress": "progress",
    "outlasts": "outlasts the call",
    "patient": "70 s",
    "cancels": "cancels",
    "resource": "resource",
    "prompt": "prompt",
}
"""In the order of the table, with their heads there."""

YES = "yes"
NO = "no"
ABSENT = "-"
"""How the words of a finding begin: it holds, it does not, or the client has no such thing. A reason may follow."""

Findings = Mapping[str, str]
"""By feature; a feature that was not tried is absent."""

_LONGEST = 160


def finding(verdict: str, why: str = "") -> str:
    """Put a finding into words: one line, with the first sentence of its reason."""
    words = " ".join(why.split()).partition(". ")[0]
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
    return f"{verdict}: {cut}" if cut else verdict


def holds(found: str) -> bool:
    """Whether something holds."""
    return found.startswith(YES)


def verdict(found: str) -> str:
    """Give the finding without its reason."""
    return found.partition(":")[0]


def reason(found: str) -> str:
    """Give what is said beside the verdict; nothing where nothing is."""
    return found.partition(":")[2].strip()


def lost(before: Findings, now: Findings) -> Iterator[str]:
    """Tell what held and does not any more."""
    for feature, found in now.items():
        if holds(before.get(feature, NO)) and not holds(found):
            yield f"{FEATURES[feature]}: held, and now {found}"
