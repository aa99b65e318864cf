"""What a server answers to one request, read as it comes (HTTP/1.1, RFC 9112). Pure.

Nothing else goes over such a connection, so nobody can be led to take one answer for another: what browsers read though
it is not quite as it should be is read here, too.
"""

import httptools

_MOST_HEAD = 100_000
"""Bytes before the end of a head. The parser would take any number."""
_FIRST_STATUS, _FIRST_FINAL, _SWITCHING = 100, 200, 101
"""A status between is an interim answer: the real one follows (RFC 9110, section 15.2), but where HTTP itself ends."""


class BrokenError(Exception):
    """What came is no answer, or not a whole one."""


class Answer:
    """An answer as far as it has come.

    `headers` have names in small letters; `pieces` are those of the body that nobody has taken yet.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.pieces: list[bytes] = []
        self.has_head = False
        self.is_whole = False
        self._head = 0
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_chunked_length=True,
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def take(self, data: bytes) -> None:
        """Take what has come, b"" where no more will. Raises BrokenError."""
        if not data:
            self._end()
            return
        if self._parser is None:
            return
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_whole = True
        except httptools.HttpParserError as error:
            if not self.is_whole:  # what comes behind it is nobody's
                raise BrokenError from error
        if not self.has_head and self._head > _MOST_HEAD:
            raise BrokenError

    def named(self, name: str) -> list[str]:
        """Give the values of a header, in the order in which they came."""
        return [value for key, value in self.headers if key == name]

    def taken(self) -> list[bytes]:
        """Take the pieces of the body that have come since the last time."""
        pieces, self.pieces = self.pieces, []
        return pieces

    def close(self) -> None:
        """Drop the parser: the two hold each other, which only the garbage collector would end."""
        self._parser = None

    def _end(self) -> None:
        """Where a body names no length, the end of the connection is its own (RFC 9112, section 6.3)."""
        if not self.has_head or self.named("content-length") or self.named("transfer-encoding"):
            raise BrokenError
        self.is_whole = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Told by the parser."""
        if not self.has_head:  # a trailer says nothing that anybody wants to know
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Told by the parser."""
        if self._parser is not None:
            self.status = self._parser.get_status_code()
        self.has_head = self.status >= _FIRST_FINAL or self.status == _SWITCHING
        codings = {coding.strip().lower() for value in self.named("transfer-encoding") for coding in value.split(",")}
        if self.status < _FIRST_STATUS or codings - {"chunked"}:
            raise BrokenError

    def on_body(self, body: bytes) -> None:
        """Told by the parser."""
        if not self.is_whole:
            self.pieces.append(body)

    def on_message_complete(self) -> None:
        """Told by the parser."""
        self.is_whole = self.has_head
        if not self.has_head:  # an interim answer
            self.headers = []
            self._head = 0
