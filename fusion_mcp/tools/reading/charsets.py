"""Bytes of a text to characters, whatever its labels say. Pure: every sequence of bytes becomes some text."""

import codecs
import re

from fusion_mcp.tools.reading import iso2022jp

_LABEL = re.compile(r"charset\s{0,20}=\s{0,20}[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,1000}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:+-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}[\"']([\w.:+-]{1,40})", re.IGNORECASE)
_LOOKED_AT = 4_096
_FEW = 50
"""One character in so many that are not ASCII may be broken, and the charset is right all the same."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_FALLBACK = "cp1252"
_JAPANESE = "iso2022_jp"
_NEVER = "replacement"
"""Read as nothing at all, as browsers do: in such charsets what looks like ASCII means something else."""

# A browser reads a name as the larger set that pages really use under it (the Encoding Standard's labels,
# https://encoding.spec.whatwg.org/#names-and-labels). By Python's own names of what a label means, so that an unknown
# codec, or one that is no charset (rot13, unicode_escape), is none here either.
_READ_AS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    _JAPANESE: _JAPANESE,
    "euc_kr": "cp949",
    "cp949": "cp949",
    "mac-roman": "mac-roman",
    "mac-cyrillic": "mac-cyrillic",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    **{name: name for name in ("cp866", "cp874", *(f"cp125{n}" for n in range(9)))},
    **{f"iso8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
}
# Labels of the standard that Python does not know.
_ALSO = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "unicode-1-1-utf-8": "utf-8",
    "csiso2022jp": _JAPANESE,
    **dict.fromkeys(("hz-gb-2312", "iso-2022-kr", "csiso2022kr", "iso-2022-cn", "iso-2022-cn-ext", _NEVER), _NEVER),
}


def decoded(body: bytes, content_type: str, *, markup: bool = False) -> str:
    """Read `body` by its byte-order mark, its header, what it declares itself (if it is `markup`), UTF-8, windows-1252.

    What is valid UTF-8 beyond ASCII is UTF-8 under every label, since nothing else looks like it; a label that does not
    fit its bytes is passed over. Not so one whose escapes make other letters of ASCII: what they hide would be seen.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    labels = [charset for charset in (_in_header(content_type), _in_markup(body) if markup else None) if charset]
    if labels[:1] == [_NEVER]:
        return "\ufffd"
    if labels[:1] == [_JAPANESE] and b"\x1b" in body:
        return iso2022jp.decoded(body)
    labels = [charset for charset in labels if charset not in (_NEVER, _JAPANESE)]
    for charset in labels:
        if charset.startswith("utf-16") and b"\0" in body[:_LOOKED_AT] and (text := _as(body, charset)) is not None:
            return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        fitting = (text for charset in [*labels, "utf-8"] if (text := _as(body, charset)) is not None)
        return next(fitting, None) or body.decode(_FALLBACK, "replace")


def as_utf8(body: bytes, content_type: str) -> bytes:
    """Give UTF-16 as UTF-8, so that its content can be recognised; everything else as it is."""
    marked = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if marked or (_in_header(content_type) or "").startswith("utf-16"):
        return decoded(body, content_type).encode("utf-8", "replace")
    return body


def _in_header(content_type: str) -> str | None:
    label = _LABEL.search(content_type)
    return _charset(label[1]) if label else None


def _in_markup(body: bytes) -> str | None:
    """Find what a page or an XML document declares. It cannot be UTF-16 then, or this could not be read."""
    head = body[:_LOOKED_AT]
    label = _XML.search(head) or _META.search(head)
    charset = _charset(label[1].decode("ascii", "replace")) if label else None
    return "utf-8" if charset and charset.startswith("utf-16") else charset


def _charset(label: str) -> str | None:
    label = label.lower()
    if label in _ALSO:
        return _ALSO[label]
    try:
        return _READ_AS.get(codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None


def _as(body: bytes, charset: str) -> str | None:
    """Read `body` in one charset; None where too little of it fits."""
    text = body.decode(charset, "replace")
    broken = text.count("\ufffd")
    if broken and broken * _FEW > len(text) - len(text.encode("ascii", "ignore")):
        return None
    return text
