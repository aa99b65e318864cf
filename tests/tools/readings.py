"""What the tests of reading share: documents read by a real child, and documents to read."""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import Literal

from anyio.from_thread import BlockingPortal
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from fusion_mcp.tools.faults import FaultReason, ToolFault
from fusion_mcp.tools.reading.readable import Readable
from fusion_mcp.tools.reading.reader import Reader

URL = "https://site.example/dir/page?x=1#part"
WITHIN_S = 20

PROSE = (
    "The river authority said on Tuesday that water levels along the lower valley had fallen for the ninth week, "
    "leaving barges stranded and two ferries out of service until the end of the month."
)


class Readings:
    """A reader that runs beside the tests, so that they may ask it without being asynchronous themselves."""

    def __init__(self, portal: BlockingPortal, reader: Reader) -> None:
        self._portal = portal
        self._reader = reader

    def read(self, body: bytes, content_type: str = "text/html", url: str = URL) -> Readable:
        return self._portal.call(partial(self._reader.read, body, content_type, url, within=WITHIN_S))

    def html(self, markup: str) -> Readable:
        return self.read(markup.encode(), "text/html; charset=utf-8")

    def text(self, markup: str) -> str:
        return self.html(markup).text

    def blocks(self, markup: str) -> list[str]:
        return self.text(markup).split("\n\n")

    def outcome(self, body: bytes, content_type: str = "text/html") -> FaultReason | Literal["read"]:
        """Read a document, or name the fault for which it is not read."""
        try:
            self.read(body, content_type)
        except ToolFault as fault:
            return fault.reason
        return "read"


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        resources = "<< /Font << /F1 3 0 R >> >>"
        contents = f"{5 + 2 * number} 0 R"
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources {resources} /Contents {contents} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    objects.append(f"<< /Title ({title}) >>")
    return _assembled(objects)


def locked(document: bytes, password: str) -> bytes:
    """The same PDF for those who know the password."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(document)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    return _bytes_of(writer)


def linked(document: bytes, *urls: str) -> bytes:
    """The same PDF with links on its first page."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(document)))
    for url in urls:
        writer.add_uri(0, url, RectangleObject((72, 700, 172, 712)))
    return _bytes_of(writer)


def _bytes_of(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _assembled(objects: Sequence[str]) -> bytes:
    body = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    return body + f"{head}{table}trailer\n{trailer}\nstartxref\n{len(body)}\n%%EOF\n".encode()
