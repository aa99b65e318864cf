"""Configurations in JSON that are legal and odd: any blanks, comments, repeated names and escapes.

Each comes with what it says, which is known without reading it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Said = tuple[str, Any]
"""A text, and what it says."""

NAMES = (
    "mcpServers",
    "servers",
    "fusion",
    "other",
    "",
    "command",
    'a "quoted" name',
    "größe",
    "// no comment",
    "\u2028",
)
STRINGS = (*NAMES, "/* none */", '"mcpServers": {', "\\", "\t", "🜁", "}", "${env:X}", "https://example.org/a")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a document is written: how its lines end, and which liberties it takes."""

    newline: str
    comments: bool
    trailing: bool


manners = st.builds(
    Manner, newline=st.sampled_from(["\n", "\r\n", "\r"]), comments=st.booleans(), trailing=st.booleans()
)


def blanks(manner: Manner) -> st.SearchStrategy[str]:
    """Anything that means nothing."""
    newline = manner.newline
    pieces: list[str] = ["", "", " ", "\t", "  ", newline, f"{newline}    ", f"{newline}\t"]
    comments: list[str] = [
        f'// "fusion": {{ /* {newline}',
        f" //{newline}",
        "/* , } */",
        f'/* {newline} " */',
        f"{newline}  // é{newline}  ",
    ]
    chosen = st.sampled_from(pieces + (comments if manner.comments else []))
    return st.lists(chosen, max_size=2).map(_joined)


def _joined(pieces: list[str]) -> str:
    return "".join(pieces)


def spelled(text: str) -> st.SearchStrategy[str]:
    """A string, with any of its characters as an escape."""

    def written(at: int) -> str:
        plain = json.dumps(text, ensure_ascii=False)
        if not text or ord(text[at % len(text)]) > 0xFFFF:
            return plain
        at %= len(text)
        inner = [json.dumps(each, ensure_ascii=False)[1:-1] for each in text]
        inner[at] = f"\\u{ord(text[at]):04X}"
        return f'"{"".join(inner)}"'

    return st.one_of(st.just(json.dumps(text, ensure_ascii=False)), st.integers(0, 20).map(written))


scalars: st.SearchStrategy[Said] = st.one_of(
    st.sampled_from([("null", None), ("true", True), ("false", False), ("0", 0), ("-12", -12)]),
    st.sampled_from(STRINGS).flatmap(lambda text: spelled(text).map(lambda words: (words, text))),
)


@st.composite
def objects(draw: st.DrawFn, members: Sequence[tuple[str, Said]], manner: Manner) -> Said:
    """An object with these members; of repeated names the last one counts."""
    gap = blanks(manner)
    if not members:
        return "{" + draw(gap) + "}", {}
    pieces: list[str] = []
    for at, (name, (value, _)) in enumerate(members):
        is_last = at == len(members) - 1
        comma = "," if not is_last or (manner.trailing and draw(st.booleans())) else ""
        pieces.append(f"{draw(gap)}{draw(spelled(name))}{draw(gap)}:{draw(gap)}{value}{draw(gap)}{comma}")
    return "{" + "".join(pieces) + draw(gap) + "}", {name: said for name, (_, said) in members}


@st.composite
def arrays(draw: st.DrawFn, items: Sequence[Said], manner: Manner) -> Said:
    gap = blanks(manner)
    pieces = [f"{draw(gap)}{text}{draw(gap)}" for text, _ in items]
    comma = "," if items and manner.trailing and draw(st.booleans()) else ""
    return f"[{','.join(pieces)}{comma}{draw(gap)}]", [said for _, said in items]


def values(manner: Manner) -> st.SearchStrategy[Said]:
    """Any value."""
    names = st.sampled_from(NAMES)
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(st.tuples(names, inner), max_size=3).flatmap(lambda members: objects(members, manner)),
            st.lists(inner, max_size=3).flatmap(lambda items: arrays(items, manner)),
        ),
        max_leaves=6,
    )


@st.composite
def configurations(draw: st.DrawFn, entry: bool = False) -> Said:
    """A client's configuration, perhaps with a table of servers; with `entry`, one in which `fusion` is there."""
    manner = draw(manners)
    inner = values(manner)
    others = st.lists(st.tuples(st.sampled_from([name for name in NAMES if name != "mcpServers"]), inner), max_size=3)
    members = draw(others)
    if entry or draw(st.booleans()):
        servers = [each for each in draw(others) if each[0] != "fusion"]
        if entry:
            ours = draw(others)
            servers.insert(draw(st.integers(0, len(servers))), ("fusion", draw(objects(ours, manner))))
        table = draw(objects(servers, manner))
        members.insert(draw(st.integers(0, len(members))), ("mcpServers", table))
    text, said = draw(objects(members, manner))
    return f"{draw(blanks(manner))}{text}{draw(blanks(manner))}", said
