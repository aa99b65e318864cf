"""A web server on loopback that hands out one file: with ranges or without, whole or cut short, at once or when let."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """What it hands out and how; `asked` holds the Range header of every request, None where there was none."""

    daemon_threads = True

    def __init__(self, body: bytes, *, ranges: bool, status: int | None, cuts: list[int], gate_at: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = body
        self.ranges = ranges
        self.status = status
        self.cuts = cuts
        self.gate_at = gate_at
        self.gate = threading.Event()
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/model.gguf"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer  # pyright: ignore[reportIncompatibleVariableOverride]  # always ours

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.server.ranges else 0
        body = self.server.body
        if self.server.status is not None:
            self.send_error(self.server.status)
            return
        self.send_response(206 if asked and self.server.ranges else 200)
        if asked and self.server.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self._send(body[start:])

    def _send(self, body: bytes) -> None:
        cut = self.server.cuts.pop(0) if self.server.cuts else len(body)
        if self.server.gate_at is not None:
            self.wfile.write(body[: self.server.gate_at])
            assert self.server.gate.wait(30)
            body, cut = body[self.server.gate_at :], cut - self.server.gate_at
        self.wfile.write(body[:cut])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Tests are silent."""


@contextmanager
def serving(
    body: bytes,
    *,
    ranges: bool = True,
    status: int | None = None,
    cuts: list[int] | None = None,
    gate_at: int | None = None,
) -> Generator[FileServer]:
    """Serve for as long as the block lasts. `cuts` are the bytes after which the coming requests break off."""
    server = FileServer(body, ranges=ranges, status=status, cuts=cuts or [], gate_at=gate_at)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.gate.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
