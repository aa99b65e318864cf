"""Links and images in HTML, and in the CSS within it.

Well-formed tags are taken out whole, and their text stays. Attributes are looked for beside them too, since what one
reader takes for a torn tag another one mends.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fusion_mcp.cleaning import one_line
from fusion_mcp.links.destination import absolute
from fusion_mcp.links.link import Edit, Link, Span, closed, marked

# No `<` within a tag, not even in quotes: so the search ends where the next one begins, and stays linear.
_TAG = re.compile(
    r"""<(?P<slash>/?)(?P<name>[a-z][a-z0-9-]{0,30}+)(?P<rest>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s=/>"']++)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<plain>[^\s>"']++)))?"""
)


def _assigned(first: str, rest: str) -> str:
    """A pattern for an attribute whose name has `first` for its first letter, in each case, and then `rest`."""
    return "|".join(rf"{letter}(?<![\w-]{letter})(?i:{rest})\s*+=" for letter in first)


# Each of these begins with a sign as it is, in no group: so the rest of the text is passed over fast.
_LOOSE_NAMES = (
    _assigned("hH", "ref"),
    _assigned("sS\u017f", "rc(?:set)?"),
    _assigned("aA", "ction"),
    _assigned("fF", "ormaction"),
    _assigned("pP", "(?:oster|ing)"),
    _assigned("bB", "ackground"),
    r"u(?<!\wu)[rR][lL]\(",
    r"U(?<!\wU)[rR][lL]\(",
    r"@(?i:import)\b",
)
_LOOSE = re.compile(rf"""(?:{"|".join(_LOOSE_NAMES)})\s*+["']?""")
_LOOSE_SIGN = re.compile(r"=|@|l\(|L\(")
"""Stands in whatever `_LOOSE` finds, and is found far faster."""
SIGN = rf"<|{_LOOSE_SIGN.pattern}"
"""A pattern of which something stands in every text that holds such a link."""

# Loose values may stand so close that each is the other's, so they are short.
_LOOSE_QUOTED = re.compile(r"""[^"'<>`]{0,200}+""")
_LOOSE_PLAIN = re.compile(r"""[^\s"'<>`]{0,200}+""")
_WEB = re.compile(r"(?:https?|ftps?)://", re.IGNORECASE)
_CSS_URL = re.compile(r"""(?:url\(|@import\b)\s*+["']?([^"')]{0,2000}+)""", re.IGNORECASE)
_REFRESH = re.compile(r"""\burl\s*+=\s*+["']?([^"']*+)""", re.IGNORECASE)

_ADDRESSES = frozenset(
    ("href", "xlink:href", "src", "action", "formaction", "poster", "background", "ping", "data", "cite", "lowsrc")
)
_FOLLOWED = frozenset({("a", "href"), ("area", "href"), ("form", "action"), ("blockquote", "cite"), ("q", "cite")})
"""What is visited on somebody's wish; every other address is loaded as soon as it is drawn."""

_IMAGES = frozenset({"img", "image"})
_EMPTY = frozenset({"area", "base", "embed", "frame", "img", "image", "input", "link", "meta", "source", "track"})
_LONGEST_ALT = 300


@dataclass(frozen=True, kw_only=True)
class _Attribute:
    name: str
    value: str
    span: Span
    urls: tuple[str, ...]


def links(text: str) -> Iterator[Link]:
    """Find every link and image, in no order."""
    open_tags: defaultdict[str, list[Link]] = defaultdict(list)
    at = 0
    for found in _TAG.finditer(text):
        yield from _loose(text, at, found.start())
        at = found.end()
        name = found["name"].lower()
        if not found["slash"]:
            tag = _tag(text, found, name)
            if name in _EMPTY:
                yield tag
            else:
                open_tags[name].append(tag)
        elif open_tags[name]:
            yield _with_end(open_tags[name].pop(), Edit(*found.span()))
    yield from _loose(text, at, len(text))
    for tags in open_tags.values():
        yield from tags


def _tag(text: str, found: re.Match[str], name: str) -> Link:
    attributes = list(_attributes(text, found, name))
    urls = tuple(url for attribute in attributes for url in attribute.urls)
    is_image = name in _IMAGES or (name == "input" and any(each.value.lower() == "image" for each in attributes))
    edit = _image(text, found, attributes) if is_image else Edit(*found.span())
    is_drawn = is_image or any(each.urls and (name, each.name) not in _FOLLOWED for each in attributes)
    return Link(
        start=found.start(),
        end=found.end(),
        urls=urls,
        edits=(edit,),
        if_kept=(edit,) if is_drawn else (),
        covers=tuple(attribute.span for attribute in attributes if attribute.urls),
    )


def _with_end(tag: Link, end: Edit) -> Link:
    """The end of an element goes with its start."""
    return Link(
        start=tag.start,
        end=end.end,
        urls=tag.urls,
        edits=(*tag.edits, end),
        if_kept=(*tag.if_kept, end) if tag.if_kept else (),
        covers=tag.covers,
    )


def _image(text: str, found: re.Match[str], attributes: list[_Attribute]) -> Edit:
    alt = next((each.value for each in attributes if each.name == "alt"), "")
    shown = one_line(html.unescape(alt).translate({ord(each): " " for each in "[]<>"}), _LONGEST_ALT)
    return Edit(*found.span(), closed(text, found.end(), f"[image: {shown or 'no description'}]"))


def _attributes(text: str, found: re.Match[str], name: str) -> Iterator[_Attribute]:
    for each in _ATTRIBUTE.finditer(text, *found.span("rest")):
        group = each.lastgroup or "name"
        own, value = each["name"].lower(), "" if group == "name" else each[group]
        urls = tuple(_urls(name, own, value))
        yield _Attribute(name=own, value=value, span=Span(*each.span(group)), urls=urls)


def _urls(tag: str, name: str, value: str) -> Iterator[str]:
    """The absolute addresses that an attribute leads to; code that it runs is one that nobody knows."""
    if name in _ADDRESSES:
        destinations = [value]
    elif name == "srcset":
        destinations = [each for part in value.split(",") for each in part.split()[:1]]
    elif name == "style":
        destinations = [*_CSS_URL.findall(value), *(["style:\\"] if "\\" in value else [])]
    elif tag == "meta" and name == "content":
        destinations = _REFRESH.findall(value)
    else:
        destinations = [f"javascript:{value}"] if name.startswith("on") and value else []
    yield from (url for url in map(absolute, destinations) if url is not None)


def _loose(text: str, start: int, end: int) -> Iterator[Link]:
    """What looks like a tag's address outside of any; plain web addresses are `bare`'s, but for torn ones."""
    if not _LOOSE_SIGN.search(text, start, end):
        return
    for found in _LOOSE.finditer(text, start, end):
        quote = found[0][-1] if found[0][-1] in "\"'" else ""
        value = (_LOOSE_QUOTED if quote else _LOOSE_PLAIN).match(text, found.end(), end)
        if value is None:
            continue
        ends = text[value.end() : value.end() + 1]
        is_torn = ends != quote if quote else ends in tuple("\"'<`")
        url = absolute(value[0]) if is_torn or not _WEB.match(value[0]) else None
        if url is not None:
            shown = f"{url}…" if is_torn else url  # whatever follows belongs to it, so that it is no known one
            yield Link(start=found.start(), end=value.end(), urls=(shown,), edits=(marked(text, *value.span()),))
