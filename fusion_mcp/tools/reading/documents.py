"""Bytes to what they say, whatever they are. Runs in the child: nothing here is limited but by its process."""

from urllib.parse import urlsplit

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.charsets import as_utf8, decoded
from fusion_mcp.tools.reading.html.markup import read_markup
from fusion_mcp.tools.reading.json_values import read_json
from fusion_mcp.tools.reading.kinds import Kind, is_piece_of_page, kind_of
from fusion_mcp.tools.reading.markdown import read_markdown
from fusion_mcp.tools.reading.patience import Patience
from fusion_mcp.tools.reading.plain import read_text
from fusion_mcp.tools.reading.readable import Readable, ReadingLimits

_MARKDOWN = (".md", ".markdown", ".mdx")
UNSUPPORTED = (
    "What is at this address is no web page, PDF or text but another kind of file, which is not read. Use another "
    "source, or answer from what you have."
)


def read_document(body: bytes, content_type: str, url: str, limits: ReadingLimits, patience: Patience) -> Readable:
    """Read a document that was found at `url`. Raises ToolFault: `unsupported_type`, `unreadable` or `too_large`."""
    body = as_utf8(body, content_type)
    kind = kind_of(body, content_type)
    if kind is None:
        raise ToolFault("unsupported_type", UNSUPPORTED)
    if kind == "pdf":
        from fusion_mcp.tools.reading.pdf import read_pdf  # noqa: PLC0415 - its library is slow to import

        return read_pdf(body, url, limits, patience)
    return _read_text(decoded(body, content_type, markup=kind in ("html", "xhtml", "xml")), kind, url, limits)


def _read_text(text: str, kind: Kind, url: str, limits: ReadingLimits) -> Readable:
    if kind in ("xhtml", "xml"):
        from fusion_mcp.tools.reading.feeds import read_xhtml, read_xml  # noqa: PLC0415 - seldom needed

        return (read_xhtml if kind == "xhtml" else read_xml)(text, url, limits)
    if kind == "text" and urlsplit(url).path.lower().endswith(_MARKDOWN):
        kind = "markdown"
    if kind == "html" or (kind in ("text", "json") and is_piece_of_page(text)):
        return read_markup(text, url, limits)
    if kind == "markdown":
        return read_markdown(text, url, limits)
    return (read_json if kind == "json" else read_text)(text, url, limits)
