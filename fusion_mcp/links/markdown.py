"""Links and images in Markdown, after CommonMark, and wherever it leaves room in the direction of more links.

Source: https://spec.commonmark.org/0.31.2/#links. Code is not told from prose: a link in code is one for whoever copies
or renders it.
"""

import re
from collections.abc import Iterator, Mapping

from fusion_mcp.links.destination import LONGEST, absolute, dangerous
from fusion_mcp.links.link import Edit, Link, Span, closed, marked

SIGN = r"\]|<"
"""A pattern of which something stands in every text that holds such a link."""

# Possessive and bounded, so that the time stays linear. A destination ends at the latest where another one begins.
_CHARACTER = r"[^\s()<\\\]]|\](?!\()|\\\S"
_NESTED = rf"\((?:{_CHARACTER}|\((?:{_CHARACTER}|\((?:{_CHARACTER})*+\))*+\))*+\)"
_DESTINATION = rf"(?:<(?P<angle>[^<>\n]*+)>|(?P<plain>(?:{_CHARACTER}|{_NESTED}){{0,{LONGEST}}}+))"
_TITLE = r"""(?:"(?:[^"\\]|\\.){0,1000}+"|'(?:[^'\\]|\\.){0,1000}+'|\((?:[^()\\]|\\.){0,1000}+\))"""
_LABEL = r"(?:[^\[\]\\]|\\.){0,999}+"

# Each of these begins with a sign as it is, outside of any group: so the rest of the text is passed over fast.
_TOKEN = re.compile(
    r"\\(?P<escaped>[\\\[!])"
    r"|\n(?P<blank>[ \t]*+)(?=\n)"
    r"|\[|!\["
    rf"|\](?P<inline>\()(?=[ \t\n]*+{_DESTINATION}(?P<rest>(?:[ \t\n]++{_TITLE})?[ \t\n]*+\))?)"
    rf"|\](?P<full>\[(?P<label>{_LABEL})\](?![\[(]))"
    r"|\]",
    re.DOTALL,
)
_OPENINGS = ("[", "![")
_DEFINITION = re.compile(
    r"^(?P<lead>[ \t>*+\-\d.)]*+)"
    rf"\[(?P<label>(?:[^\[\]\\]|\\.){{1,999}}+)\]:[ \t]*+(?:\n[ \t>]*+)?"
    rf"(?:<(?P<angle>[^<>\n]*+)>|(?P<plain>[^\s<]\S{{0,{LONGEST}}}+))"
    rf"(?:[ \t]++{_TITLE})?[ \t]*+$",
    re.MULTILINE | re.DOTALL,
)
# Any scheme makes an autolink, but `<T: Trait>` and `<xs:element>` are code: these only, and whatever has `://`.
_AUTOLINK = re.compile(
    r"<(?P<url>(?:(?:https?|ftps?|javascript|vbscript|data|file|mailto|blob|about):(?!:)"
    r"|[a-z][a-z0-9+.-]{1,31}+://)[^\s<>]*+)>",
    re.IGNORECASE,
)
_WEB = re.compile(r"(?:https?|ftps?)://", re.IGNORECASE)
_NO_DESCRIPTION = "no description"

Definitions = Mapping[str, tuple[str, ...]]


def links(text: str) -> Iterator[Link]:
    """Find every link and image, in no order."""
    definitions: dict[str, tuple[str, ...]] = {}
    defining: set[int] = set()
    for found in _DEFINITION.finditer(text):
        link = _definition(found)
        definitions.setdefault(_normal(found["label"]), link.urls)  # of two, the first one counts
        defining.add(link.start)
        yield link
    for found in _AUTOLINK.finditer(text):
        is_escaped = text.endswith("\\", 0, found.start())
        if not (is_escaped and _WEB.match(found["url"])):  # else it is `bare`'s
            yield _autolink(text, found)
    yield from (link for link in _bracketed(text, definitions) if link.start not in defining)


def _definition(found: re.Match[str]) -> Link:
    start, end = found.end("lead"), found.end()
    url = absolute(found[_form(found)])
    is_line = not found["lead"] and found.string.startswith("\n", end)
    return Link(
        start=start,
        end=end,
        urls=() if url is None else (url,),
        edits=(Edit(start, end + is_line),),
        covers=() if url is None else (Span(*found.span(_form(found))),),
    )


def _autolink(text: str, found: re.Match[str]) -> Link:
    url = absolute(found["url"]) or found["url"]
    name, _, address = found["url"].partition(":")
    # An address for mail stays, as text.
    edit = Edit(*found.span(), address.partition("?")[0]) if name.lower() == "mailto" else marked(text, *found.span())
    return Link(start=found.start(), end=found.end(), urls=(url,), edits=(edit,), covers=(Span(*found.span()),))


def _bracketed(text: str, definitions: Definitions) -> Iterator[Link]:
    openings: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token[0] in _OPENINGS:
            openings.append(token)
        elif token["blank"] is not None:
            openings.clear()  # no link goes beyond its paragraph
        elif not token["escaped"]:
            opening = openings.pop() if openings else None
            link = _closing(text, opening, token, definitions)
            if link is not None:
                yield link


def _closing(text: str, opening: re.Match[str] | None, token: re.Match[str], definitions: Definitions) -> Link | None:
    if token["inline"] is not None:
        return _inline(text, opening, token)
    if opening is None or token.start() - opening.end() > LONGEST:
        return None
    label = _normal(token["label"] or text[opening.end() : token.start()])
    urls = definitions.get(label)
    if opening[0] == "![":
        is_image = urls is not None or token["full"] is not None
        return _image(text, opening, token, token.end(), urls or ()) if is_image else None
    if urls is None:
        return None
    # Without its definition, `[text]` is as good as its text; `[text][label]` is not.
    edits = () if token[0] == "]" else (Edit(*opening.span()), Edit(*token.span()))
    covers = (Span(*opening.span()), Span(token.start(), min(token.start() + len("]["), token.end())))
    return Link(start=opening.start(), end=token.end(), urls=urls, edits=edits, covers=covers)


def _inline(text: str, opening: re.Match[str] | None, token: re.Match[str]) -> Link | None:
    if token["rest"] is None:
        return _torn(text, token)
    url = absolute(token[_form(token)])
    urls, end = (() if url is None else (url,)), token.end("rest")
    if opening is None:
        return _headless(text, token, urls)
    if opening[0] == "![":
        return _image(text, opening, token, end, urls)
    edits = (Edit(*opening.span()), Edit(token.start(), end))
    covers = (Span(*opening.span()), Span(token.start(), token.end() if url is None else token.end(_form(token))))
    return Link(start=opening.start(), end=end, urls=urls, edits=edits, covers=covers)


def _headless(text: str, token: re.Match[str], urls: tuple[str, ...]) -> Link | None:
    """A destination whose text began where nobody can tell, as in code; plain web addresses are `bare`'s."""
    if not urls or _WEB.match(token[_form(token)]):
        return None
    end = token.end("rest")
    return Link(start=token.start(), end=end, urls=urls, edits=(Edit(token.start(), end, closed(text, end, "]")),))


def _torn(text: str, token: re.Match[str]) -> Link | None:
    """Take what is no proper link for one where a lenient reader could; plain web addresses are `bare`'s."""
    span = token.span(_form(token))
    raw = text[slice(*span)]
    url = None if _WEB.match(raw) else dangerous(raw)
    return None if url is None else Link(start=token.start(), end=span[1], urls=(url,), edits=(marked(text, *span),))


def _image(text: str, opening: re.Match[str], token: re.Match[str], end: int, urls: tuple[str, ...]) -> Link:
    is_bare = not text[opening.end() : token.start()].strip()
    edits = (
        Edit(*opening.span(), f"[image: {_NO_DESCRIPTION}" if is_bare else "[image: "),
        Edit(token.start(), end, closed(text, end, "]")),
    )
    return Link(start=opening.start(), end=end, urls=urls, edits=edits, if_kept=edits)


def _form(found: re.Match[str]) -> str:
    return "angle" if found["plain"] is None else "plain"


def _normal(label: str) -> str:
    return " ".join(label.split()).casefold()
