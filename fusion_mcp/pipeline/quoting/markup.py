"""What of a page's text is markup and none of its words: links' addresses, tags, marks before lines. Pure."""

import html
import re

# html.unescape alone decodes a name without its semicolon, too: "&copy=1" in an address would become another.
_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}+|#\d{1,7}+|[A-Za-z][A-Za-z0-9]{1,31}+);")
_TAG = re.compile(
    r"</?(?:p|br|em|strong|[ibuq]|cite|span|su[bp]|li|[uo]l|div|code|mark|blockquote)\s*+/?>", re.IGNORECASE
)
_LEADING = re.compile(r"^[ \t]{0,8}+(?:(?:>[ \t]?+){1,20}+|\+[ \t])", re.MULTILINE)
_ADDRESS = (
    r"\(<?(?:https?:|mailto:|[/#])[^\s()]{0,4000}+(?:\([^\s()]{0,300}+\)[^\s()]{0,1000}+){0,5}+"
    r"(?:\s++\"[^\"]{0,300}+\")?\)"
)
_FOOTNOTE = re.compile(rf"\[\\?\[\w{{1,3}}\\?\]\]{_ADDRESS}")
_LINK = re.compile(rf"\[([^\[\]]{{0,500}}+)\](?:{_ADDRESS}|\[[^\[\]]{{0,100}}+\])")
_LINK_END = re.compile(rf"\]{_ADDRESS}")


def without_markup(text: str) -> str:
    """Take out what a reader of the page does not see as words."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "[" in text:
        text = _LINK_END.sub("", _LINK.sub(r"\1", _FOOTNOTE.sub(" ", text)))
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _LEADING.sub("", text)
