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
_NEXT = (_END + _DATA_LINE).decode()


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

    def take(self, piece: bytes) -> list[str]:
        """Give the data of each event that this piece ends. Raises EventTooLong."""
        whole, end, rest = piece.rpartition(_END)
        events = self._of_one_line(whole) if end else []
        if events is None:
            events = list(self._lines(whole + end))
        if rest:
            events += self._lines(rest)
        return events

    def _of_one_line(self, whole: bytes) -> list[str] | None:
        """Cut out events of one line each, as nearly all are; None where they are not, or something came before."""
        is_in_between = self._size or self._line or self._after_return
        if is_in_between or not whole.startswith(_DATA_LINE) or b"\r" in whole or len(whole) > self._longest:
            return None
        events = whole[len(_DATA_LINE) :].decode(errors="replace").split(_NEXT)
        if "\n" in "".join(events):  # in a third of the time that counting takes
            return None
        self._is_first = False
        return events

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
