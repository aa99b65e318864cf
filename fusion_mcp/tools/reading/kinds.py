"""What some bytes are: a document that can be read, by its content first and by its declared type second. Pure."""

import re
from typing import Literal

Kind = Literal["html", "xhtml", "pdf", "xml", "json", "markdown", "text"]

_LOOKED_AT = 4_096
_BLANK = b" \t\r\n\f"
_ODD_SHARE = 0.02
"""How much of a text may be control characters."""
_ODD_IN_MARKUP = 8
"""How many of them even a short page of HTML may hold, since browsers take no offence."""

_HTML_DOCUMENT = re.compile(
    rb"(?:<!--.*?-->\s*+)*+<(?:!doctype\s++html|html|head|body)[\s>/]", re.IGNORECASE | re.DOTALL
)
_HTML_PIECE = re.compile(
    rb"(?:<!--.*?-->\s*+)*+<(?:!--|(?:title|script|style|meta|link|div|p|h[1-6]|table|a|b|br|font|iframe|main|article"
    rb"|section|nav|header|ul|ol|span)[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
_SHOWING = re.compile(
    r"(?:<!--.*?-->\s*+)*+</?(?:title|div|p|h[1-6]|table|a|b|i|em|strong|img|br|hr|font|center|main|article|section|nav"
    r"|header|footer|figure|blockquote|ul|ol|li|dl|pre|span|form|details)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_XML_ROOT = re.compile(
    rb"(?:<\?.*?\?>\s*+|<!--.*?-->\s*+|<!doctype[^>\[]*+>\s*+)*+<([\w.:-]{1,60})", re.IGNORECASE | re.DOTALL
)
_ODD = re.compile(rb"[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]")

_KINDS: dict[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/vnd.wap.xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "json",
    "application/jsonl": "json",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/yaml": "text",
    "application/x-yaml": "text",
    "application/toml": "text",
    "application/csv": "text",
    "application/sql": "text",
    "application/x-sh": "text",
    "application/x-tex": "text",
    "application/x-bibtex": "text",
    "application/x-subrip": "text",
}
_XML_TYPES = {"text/xml", "application/xml"}
_NO_TEXT_TYPES = {"text/css", "text/javascript", "text/ecmascript", "text/rtf", "text/richtext"}
_UNKNOWN_TYPES = {"", "application/octet-stream", "binary/octet-stream", "application/x-download", "unknown/unknown"}


def declared_type(content_type: str) -> str:
    """Give the media type of a Content-Type header, in small letters and without parameters."""
    return content_type.partition(";")[0].strip().lower()


def kind_of(body: bytes, content_type: str) -> Kind | None:
    """Say how to read `body`; None for what is no document, whatever its header says.

    Text in UTF-16 must have been made UTF-8 before.
    """
    declared = declared_type(content_type)
    head = body[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    if head.startswith(b"%PDF-") or (_KINDS.get(declared) == "pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if _is_binary(head):
        return None
    if _HTML_DOCUMENT.match(head):
        return "xhtml" if declared in _XML_TYPES or declared.endswith("+xml") else "html"
    return _textual(head, declared)


def is_piece_of_page(text: str) -> bool:
    """Whether what is declared as plain or as data is a piece of a page: all of it stands between its tags.

    A text that has something to say about markup neither begins nor ends so; code for a page mostly begins otherwise.
    """
    text = text.strip()
    return text.endswith(">") and _SHOWING.match(text) is not None


def _is_binary(head: bytes) -> bool:
    """Whether this cannot be text."""
    is_markup = head.startswith(b"<")
    nulls = head.count(0)
    if nulls and not is_markup:
        return True
    return nulls + len(_ODD.findall(head)) > max(len(head) * _ODD_SHARE, _ODD_IN_MARKUP if is_markup else 0)


def _textual(head: bytes, declared: str) -> Kind | None:
    if declared in _UNKNOWN_TYPES:
        return _guessed(head)
    if declared in _XML_TYPES or (declared.endswith("+xml") and declared not in _KINDS):
        return _by_root(head)
    if declared in _KINDS:
        return "xhtml" if declared.endswith("+xml") else _KINDS[declared]
    if declared.endswith("+json"):
        return "json"
    if declared.startswith("text/") and declared not in _NO_TEXT_TYPES:
        return (_by_root(head) if head.startswith(b"<?xml") else None) or "text"
    return None


def _guessed(head: bytes) -> Kind | None:
    """Judge by the content alone."""
    if head.startswith(b"<?xml"):
        return _by_root(head)
    if _HTML_PIECE.match(head):
        return "html"
    return "json" if head.startswith((b"{", b"[")) else "text"


def _by_root(head: bytes) -> Kind | None:
    """Tell pictures and pages from data, by an XML document's first element."""
    root = _XML_ROOT.match(head)
    name = root[1].lower().rpartition(b":")[2] if root else b""
    if name == b"svg":
        return None
    return "xhtml" if name == b"html" else "xml"
