"""Bytes to what they say, whatever they are. Runs in the child: nothing here is limited but by its process."""

from urllib.parse import urlsplit

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.charsets import as_utf8, decoded
from fusion_mcp.tools.reading.html.markup import read_markup
from fusion_mcp.tools.reading.kinds import Kind, kind_of
from fusion_mcp.tools.reading.patience import Patience
from fusion_mcp.tools.reading.plain import read_json, read_markdown, read_text
from fusion_mcp.tools.reading.readable import Readable, ReadingLimits

UNSUPPORTED = (
    "What is at this address is no web page, PDF or text but another kind of file, which is not read. Use another "
    "source, or answer from what you have."
)


def read_document(body: bytes, content_type: str, url: str, limits: ReadingLimits, patience: Patience) -> Readable:
    """Read a document that was found at `url`. Raises ToolFault: `unsupported_type` or `unreadable`."""
    body = as_utf8(body, content_type)
    kind = kind_of(body, content_type)
    if kind is None:
        raise ToolFault("unsupported_type", UNSUPPORTED)
    if kind == "pdf":
        from fusion_mcp.tools.reading.pdf import read_pdf  # noqa: PLC0415 - its library is slow to import

        return read_pdf(body, url, limits, patience)
    return _read_text(decoded(body, content_type, markup=kind in ("html", "xml")), kind, url, limits)


def _read_text(text: str, kind: Kind, url: str, limits: ReadingLimits) -> Readable:
    match kind:
        case "html":
            return read_markup(text, url, limits)
        case "xml":
            from fusion_mcp.tools.reading.feeds import read_xml  # noqa: PLC0415 - seldom needed

            return read_xml(text, url, limits)
        case "json":
            return read_json(text, url, limits)
        case "markdown":
            return read_markdown(text, url, limits)
        case _:
            is_markdown = urlsplit(url).path.lower().endswith((".md", ".markdown", ".mdx"))
            return (read_markdown if is_markdown else read_text)(text, url, limits)
