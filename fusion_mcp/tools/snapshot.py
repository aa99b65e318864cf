"""A run's record of the web as text, for a later life of the run. Pure.

The pages' own text is not in it: that stands in the run's steps already, and may be long.
"""

from pydantic import TypeAdapter

from fusion_mcp.storing import from_json, to_json
from fusion_mcp.values import value


@value
class PageTaken:
    """A page that was read: its key, how it was asked for, and how many characters of its text were taken."""

    key: str
    url: str
    title: str
    used_by: tuple[str, ...]
    length: int
    whole: bool


@value
class Snapshot:
    """Everything that `record.Record` holds. `not_read` names a page's key, where it has one, and the trouble."""

    pages: tuple[PageTaken, ...] = ()
    not_read: tuple[tuple[str | None, str], ...] = ()
    on_the_way: tuple[str, ...] = ()
    not_searched: tuple[str, ...] = ()
    search_worked: bool = False


_FORM = TypeAdapter(Snapshot)


def written_snapshot(snapshot: Snapshot) -> str:
    """Write it as JSON."""
    return to_json(_FORM, snapshot)


def read_snapshot(text: str) -> Snapshot:
    """Read it. What cannot be read any more, such as another version's, is an empty record."""
    return from_json(_FORM, text) or Snapshot()
