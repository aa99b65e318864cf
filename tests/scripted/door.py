"""A port on loopback at which whoever comes is told the same, over TLS or plain: a proxy, or a server that is none."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self


class Door:
    """Says `words` to each who has said something. With `shown`, a certificate and its key, it speaks TLS."""

    def __init__(self, words: bytes = b"", *, shown: Path | None = None) -> None:
        self._words = words
        self._tls: ssl.SSLContext | None = None
        if shown is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(shown)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            stream = client if self._tls is None else self._tls.wrap_socket(client, server_side=True)
            stream.recv(65_536)
            stream.sendall(self._words)
            stream.close()


def refusal(status: str) -> bytes:
    """What a proxy says that lets nobody through."""
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
