"""What the dialects have in common: adding words, deeds and pages to what an agent has told. Pure."""

from fusion_mcp.cleaning import one_line
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.citations import MOST_EXCERPT, MOST_PAGES
from fusion_mcp.providers.foreign import count
from fusion_mcp.types import Citation
from fusion_mcp.urls import host_of

_HOST_LENGTH = 60
_NAME_LENGTH = 40
_MOST_WAITING = 1_000
"""Calls whose results are still to come. No program has so many, so that more need not be remembered."""
_FAULTS = range(400, 600)


def status_of(value: object) -> int | None:
    """Read the HTTP status of a fault; None for anything else."""
    code = count(value)
    return code if code in _FAULTS else None


def say(told: Told, words: str) -> None:
    """Add to the message that is being told."""
    if not words:
        return
    # Nothing else may hold the text while it grows: then CPython extends it where it lies, and a long answer in many
    # pieces takes a time that is linear in its length.
    answer, told.answer = told.answer, ""
    answer += words
    told.answer = answer
    told.pieces.append(words)


def searches(told: Told) -> None:
    """Count a search. Its query is not told, since it may hold what should not get out."""
    told.tool_calls += 1
    told.doings.append("searching the web")


def fetches(told: Told, url: str) -> None:
    """Count the reading of a page. Only its host is told, for the same reason."""
    told.tool_calls += 1
    told.doings.append(f"reading {one_line(host_of(url), _HOST_LENGTH) or 'a page'}")


def calls(told: Told, name: str) -> None:
    """Count the call of any other tool."""
    told.tool_calls += 1
    told.doings.append(f"calling {one_line(name, _NAME_LENGTH) or 'a tool'}")


def brought(told: Told, url: str, *, title: str = "", excerpt: str = "") -> None:
    """Add a page that was really read."""
    if url and len(told.citations) < MOST_PAGES:
        told.citations.append(Citation(url=url, title=title, text=excerpt[:MOST_EXCERPT]))


def awaits(told: Told, call: str, *urls: str) -> None:
    """Remember which pages a call asks for, until `answered`; only its result will tell whether they were there."""
    if call and len(told.awaited) < _MOST_WAITING:
        told.awaited[call] = urls


def answered(told: Told, call: str, *, is_well: bool) -> None:
    """Add the pages of a call that ended well, and forget the call."""
    for url in told.awaited.pop(call, ()):
        if is_well:
            brought(told, url)
