"""A PDF to the text that its pages show."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from pypdf import PageObject, PdfReader

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.finishing import finished
from fusion_mcp.tools.reading.patience import Patience
from fusion_mcp.tools.reading.readable import Link, Readable, ReadingLimits

BROKEN = "This PDF is broken, so its text cannot be read. Use another source, or another copy of the document."
LOCKED = (
    "This PDF is locked with a password, so it cannot be read. Use another source, or another copy of the document."
)
NO_TEXT = (
    "This PDF holds no text, only pictures: it may be a scan. Use another source, or another copy of the document."
)
_MOST_LINKS_ON_A_PAGE = 200


def read_pdf(body: bytes, url: str, limits: ReadingLimits, patience: Patience) -> Readable:
    """Read a PDF page by page, as many as there is patience for. Raises ToolFault("unreadable")."""
    reader = _opened(body)
    texts: list[str] = []
    links: list[Link] = []
    length, more = 0, False
    for number, page in enumerate(_pages(reader)):
        if number == limits.pdf_pages or length > limits.text_chars or (texts and patience.is_over()):
            more = True
            break
        text = _text(page)
        length += len(text)
        texts.append(text)
        links.extend(_links(page, Addresses(url)))
    if not texts:
        raise ToolFault("unreadable", BROKEN)
    text = "\n\n".join(part for text in texts if (part := text.strip()))
    return finished(title=_title(reader), text=text, links=links, date=None, limits=limits, nothing=NO_TEXT, more=more)


def _opened(body: bytes) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(body), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
    except Exception:  # noqa: BLE001 - what a broken file makes a parser raise is anybody's guess
        raise ToolFault("unreadable", BROKEN) from None
    if locked:
        raise ToolFault("unreadable", LOCKED)
    return reader


def _pages(reader: PdfReader) -> Iterator[PageObject]:
    """Give the pages there are, until one cannot be found."""
    try:
        yield from reader.pages
    except Exception:  # noqa: BLE001 - as above
        return


def _text(page: PageObject) -> str:
    try:
        return page.extract_text()
    except Exception:  # noqa: BLE001 - one broken page does not spoil the others
        return ""


def _title(reader: PdfReader) -> str:
    try:
        metadata = reader.metadata
        return str(metadata.title or "") if metadata else ""
    except Exception:  # noqa: BLE001 - as above
        return ""


def _links(page: PageObject, addresses: Addresses) -> Iterator[Link]:
    try:
        annotations: Iterator[Any] = islice(page.annotations or (), _MOST_LINKS_ON_A_PAGE)
        written = [str(annotation.get_object()["/A"]["/URI"]) for annotation in annotations if _leads_away(annotation)]
    except Exception:  # noqa: BLE001 - as above
        return
    for address in written:
        if url := addresses.absolute(address):
            yield Link(url=url, text="")


def _leads_away(annotation: Any) -> bool:
    action: Any = annotation.get_object().get("/A")
    return action is not None and "/URI" in action.get_object()
