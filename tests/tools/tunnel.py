"""A proxy on loopback that stands between the ddgs library and the internet, and plays every search engine itself."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal, Self, TypeVar

from tools.certificates import Certificates

ENGINES = ("html.duckduckgo.com", "search.brave.com", "www.startpage.com", "www.mojeek.com", "search.yahoo.com")
"""The hosts that ddgs asks, in the order in which it is told to."""

Mode = Literal["refuse", "hang", "serve"]
T = TypeVar("T")


def duckduckgo(*links: tuple[str, str, str]) -> str:
    """A page of results as the library expects it of DuckDuckGo: address, title, snippet."""
    found = "".join(
        f'<div class="links_main result__body"><h2><a href="{url}">{title}</a></h2><a href="{url}">{text}</a></div>'
        for url, title, text in links
    )
    return f"<html><body><div id='links'>{found}</div></body></html>"


class Tunnel:
    """Use it as a context manager. `asked` are the tunnels that were wanted, `requests` what came through them."""

    def __init__(
        self, mode: Mode, certificates: Certificates | None = None, pages: Mapping[str, str] | None = None
    ) -> None:
        self.asked: list[str] = []
        self.requests: list[str] = []
        self.open = 0
        self._mode = mode
        self._pages = pages or {}
        self._certificates = certificates
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def wait_until(self, holds: Callable[[Self], bool], within: float = 5) -> None:
        ends = time.monotonic() + within
        while not holds(self):
            assert time.monotonic() < ends, f"asked {self.asked}, open {self.open}"
            time.sleep(0.005)  # a poll of what happens in other threads, not a guess at when

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with self._lock:
            self.open += 1
        with suppress(OSError), client:
            if head := _head(client):  # a client may also leave before it has asked
                self._let_through(client, head.split()[1])
        with self._lock:
            self.open -= 1

    def _let_through(self, client: socket.socket, wanted: str) -> None:
        self.asked.append(wanted)
        if self._mode == "refuse":
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif self._mode == "hang":
            client.recv(1)  # returns when the client goes
        else:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self._play(client, wanted.partition(":")[0])

    def _play(self, client: socket.socket, host: str) -> None:
        assert self._certificates is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificates.shown)
        secure = _Secure(client, context)
        if request := _head(secure):
            self.requests.append(request)
            page = self._pages.get(host, "<html><body>Are you a robot?</body></html>").encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(page)}\r\n"
            secure.sendall(head.encode() + b"set-cookie: id=7\r\nconnection: close\r\n\r\n" + page)


class _Secure:
    """TLS over a socket that its owner closes. `ssl.wrap_socket` loses one whose client goes during the handshake."""

    def __init__(self, client: socket.socket, context: ssl.SSLContext) -> None:
        self._client = client
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    def recv(self, most: int) -> bytes:
        return self._step(lambda: self._tls.read(most))

    def sendall(self, data: bytes) -> None:
        self._step(lambda: self._tls.write(data))

    def _step(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._client.sendall(self._out.read())
                data = self._client.recv(65_536)
                if not data:
                    raise ConnectionResetError from None
                self._in.write(data)
            finally:
                self._client.sendall(self._out.read())


def _head(stream: socket.socket | _Secure) -> str:
    """A request's head with its body; nothing when the client goes before it is whole."""
    data = b""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return data.decode()
        more = stream.recv(65_536)
        if not more:
            return ""
        data += more
