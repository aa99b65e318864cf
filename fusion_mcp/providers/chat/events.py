"""Server-sent events out of bytes as they come: the data of each, and nothing else of it. Pure.

After the HTML standard, section 9.2.6 (https://html.spec.whatwg.org/multipage/server-sent-events.html). A reply is
hundreds of events, and each costs what it costs hundreds of times: those of one line, as nearly all are, are cut out of
the bytes as they stand.
"""

from collections.abc import Iterator

_MARK = b"\xef\xbb\xbf"
_DATA = b"data"
_DATA_LINE = b"data: "
_END = b"\n\n"


class EventTooLong(Exception):
    """An event of more bytes than anybody reads."""


class Events:
    """Decodes one stream. Events of more than `longest` bytes are refused."""

    def __init__(self, longest: int) -> None:
        """Nothing has come yet."""
        self._longest = longest
        self._size = self._unfinished = 0
        self._data: list[bytes] = []
        self._line: list[bytes] = []
        """The pieces of a line whose end has not come."""
        self._is_first = True
        self._after_return = False

    def take(self, piece: bytes) -> Iterator[str]:
        """Give the data of each event that this piece ends. Raises EventTooLong."""
        *wholes, rest = piece.split(_END)
        for whole in wholes:
            if whole.startswith(_DATA_LINE) and self._is_one_line(whole):
                yield whole[len(_DATA_LINE) :].decode(errors="replace")
            else:
                yield from self._lines(whole + _END)
        if rest:
            yield from self._lines(rest)

    def _is_one_line(self, whole: bytes) -> bool:
        """Tell whether this is an event of one line, and nothing came before it, as with nearly every one."""
        is_fresh = not (self._size or self._line or self._is_first or self._after_return)
        return is_fresh and b"\n" not in whole and b"\r" not in whole and len(whole) <= self._longest

    def _lines(self, piece: bytes) -> Iterator[str]:
        if self._after_return and piece:  # the second half of a line's end
            piece, self._after_return = piece.removeprefix(b"\n"), False
        lines = piece.splitlines(keepends=True)  # of bytes, it knows exactly the ends that the standard knows
        if lines and lines[-1][-1:] not in (b"\n", b"\r"):
            rest = lines.pop()
        else:
            rest = b""
            self._after_return = piece.endswith(b"\r")
        for line in lines:
            if self._line:
                self._line.append(line)
                line = b"".join(self._line)  # noqa: PLW2901 the line is whole now
                self._line.clear()
                self._unfinished = 0
            yield from self._end_of_line(line.rstrip(b"\r\n"))
        if rest:
            self._line.append(rest)
            self._unfinished += len(rest)
            self._check()

    def _end_of_line(self, line: bytes) -> Iterator[str]:
        if self._is_first:
            line, self._is_first = line.removeprefix(_MARK), False
        if not line:
            if self._data:
                yield b"\n".join(self._data).decode(errors="replace")
            self._data.clear()
            self._size = 0
        elif not line.startswith(b":"):
            self._size += len(line)
            self._check()
            name, _, value = line.partition(b":")
            if name == _DATA:
                self._data.append(value.removeprefix(b" "))

    def _check(self) -> None:
        if self._size + self._unfinished > self._longest:
            raise EventTooLong
